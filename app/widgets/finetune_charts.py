"""The charts of a training run: four in sight, two of which change places with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from app.i18n import tr
from app.widgets.live_chart import LiveChart, Look

_HEIGHT = 204
_NARROWEST = 220
_ROOMY = 312  # of a chart beside another: the legend leaves the curves room
_PLACES = ((0,), (1,), (2, 3), (4, 5))  # which charts share a place

CHARTS = 6

Points = Mapping[str, Sequence[tuple[float, float]]]
"""Points (x is the step) of curves, by the names of ``run_state.CURVES``."""

_LOOKS = {
    "loss": Look("fine_tuned", legend=False, faint=True),
    "smooth_loss": Look("fine_tuned"),
    "dev_loss": Look("series:0", markers=True),
    "bleu": Look("fine_tuned", markers=True),
    "chrf": Look("series:1", markers=True),
    "general_bleu": Look("series:0", markers=True, optional=True),
    "general_chrf": Look("series:2", markers=True, optional=True),
    "learning_rate": Look("fine_tuned"),
    "grad_norm": Look("fine_tuned"),
    "tokens_per_s": Look("fine_tuned"),
    "memory_mb": Look("fine_tuned"),
    "gpu_memory_mb": Look("series:0", optional=True),
}
_BASE = Look("zero_shot", legend=False)
_BASED = ("bleu", "chrf")  # have a line at their first value, the zero-shot model's


def make_chart(place: int) -> LiveChart:
    """Return one of the charts; each takes tens of milliseconds to make."""
    if place == 0:
        chart = LiveChart(tr("Loss"), tr("nats per token; faint: each step"), decimals=3)
        series = {
            "loss": tr("each step"), "smooth_loss": tr("training"), "dev_loss": tr("dev"),
        }  # fmt: skip
    elif place == 1:
        chart = LiveChart(tr("Dev scores"), tr("0 to 100; dashed: zero-shot"), decimals=1)
        series = {
            "bleu": "BLEU",
            "general_bleu": tr("general BLEU"),
            "chrf": "chrF",
            "general_chrf": tr("general chrF"),
        }
    elif place == 2:
        chart = LiveChart(tr("Learning rate"))
        series = {"learning_rate": tr("learning rate")}
    elif place == 3:
        chart = LiveChart(tr("Gradient norm"), tr("before clipping"))
        series = {"grad_norm": tr("gradient norm")}
    elif place == 4:
        chart = LiveChart(tr("Speed"), tr("target tokens per second"), decimals=0)
        series = {"tokens_per_s": tr("tokens/s")}
    else:
        chart = LiveChart(tr("Memory"), tr("MB"), decimals=0)
        series = {"memory_mb": tr("this program"), "gpu_memory_mb": tr("GPU")}
    for name, title in series.items():
        chart.add_series(name, title, _LOOKS[name])
    chart.setFixedHeight(_HEIGHT)
    return chart


class RunCharts(QWidget):
    """Loss, dev scores with their zero-shot lines, learning rate or gradient, speed or memory."""

    def __init__(self, charts: Sequence[LiveChart] = ()) -> None:
        super().__init__()
        self._all = [*charts, *(make_chart(place) for place in range(len(charts), CHARTS))]
        self._charts = {
            name: chart for chart in self._all for name in _LOOKS if chart.has_series(name)
        }
        self._base: dict[str, float] = {}
        self._beside: set[str] = set()
        self._columns = 0
        self._stacks = [self._stack([self._all[at] for at in place]) for place in _PLACES]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self._arrange(2)

    def _stack(self, charts: Sequence[LiveChart]) -> QStackedWidget:
        stack = QStackedWidget()
        stack.setFixedHeight(_HEIGHT)
        for chart in charts:
            stack.addWidget(chart)
            if len(charts) > 1:
                chart.offer([other.title for other in charts], stack.setCurrentIndex)
        return stack

    def minimumSizeHint(self) -> QSize:
        """One column is enough."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two by two, or one below the other where the room is small."""
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= 2 * _ROOMY else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, stack in enumerate(self._stacks):
            self._grid.addWidget(stack, place // columns, place % columns)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, columns - 1)

    def append(self, curve: str, x: float, y: float) -> None:
        """Add a point of a curve."""
        self._charts[curve].append(curve, x, y)
        if curve in _BASED:
            self._draw_base(curve, x, y)

    def show_curves(self, curves: Points) -> None:
        """Show whole curves, such as those of a finished run."""
        self.clear()
        for curve, points in curves.items():
            self._draw(curve, curve, points)
            if curve in _BASED and points:
                self._base[curve] = points[0][1]
                self._draw_base(curve, points[-1][0], points[0][1])

    def show_beside(self, curves: Points) -> None:
        """Show another run's curves faintly behind; no curves take them away."""
        for name in self._beside:
            self._charts[name.partition("@")[0]].set_points(name, [], [])
        self._beside = set()
        # The faint line of each single step would be taken for the other run's.
        self._charts["loss"].set_series_visible("loss", not curves)
        for curve, points in curves.items():
            if curve == "loss":  # the smoothed one is enough
                continue
            name = f"{curve}@beside"
            look = replace(_LOOKS[curve], faint=True, legend=False)
            self._charts[curve].add_series(name, look=look)
            self._beside.add(name)
            self._draw(curve, name, points)

    def point_count(self, curve: str) -> int:
        """How many points a curve has; ``NAME@beside`` is the other run's."""
        return self._charts[curve.partition("@")[0]].point_count(curve)

    def clear(self) -> None:
        """Empty all charts."""
        self._base = {}
        self._beside = set()
        for chart in self._all:
            chart.clear()

    def _draw(self, curve: str, name: str, points: Sequence[tuple[float, float]]) -> None:
        self._charts[curve].set_points(name, [x for x, _ in points], [y for _, y in points])

    def _draw_base(self, curve: str, x: float, y: float) -> None:
        """The zero-shot line is level and as long as the curve."""
        start = self._base.setdefault(curve, y)
        chart, name = self._charts[curve], f"{curve}_base"
        chart.add_series(name, tr("{score} zero-shot", score=chart.series_title(curve)), _BASE)
        chart.set_points(name, [0, x], [start, start])
