"""The charts of a training run: four in sight, two of which change places with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import tr
from app.widgets.live_chart import LiveChart
from app.widgets.series_legend import SeriesLegend
from app.widgets.series_look import Look

_HEIGHT = 204
_NARROWEST = 220
_ROOMY = 312  # of a chart beside another: the legend leaves the curves room
_PLACES = ((0,), (1,), (2, 3), (4, 5))  # which charts share a place

CHARTS = 6

Points = Mapping[str, Sequence[tuple[float, float]]]
"""Points (x is the step) of curves, by the names of ``run_state.CURVES``."""

_LOOKS = {
    "loss": Look("fine_tuned", legend=False, faint=True, follows="smooth_loss"),
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
_DASHES = ((1.0, 1.5), (5.0, 2.0), (5.0, 1.5, 1.0, 1.5), (2.5, 1.0))
_OWN_COLOURS = 3  # of the palette; other runs take those behind
_SWATCH = 30  # pixels: the dashes can be told apart
_NAME = 32  # letters of a run's name in the legend
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
        self._beside: dict[str, int] = {}  # runs and the look that each keeps
        self._runs = SeriesLegend(
            lambda run, ratio: _look(self._beside[run]).swatch(ratio, _SWATCH)
        )
        self._runs.setAccessibleName(tr("Other runs"))
        self._runs.changed.connect(self._show_runs)
        self._runs.hide()
        self._columns = 0
        self._stacks = [self._stack([self._all[at] for at in place]) for place in _PLACES]
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._runs)
        outer.addLayout(self._grid)
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

    def show_beside(self, runs: Mapping[str, tuple[str, Points]]) -> None:
        """Show other runs' curves (by id: name, curves) behind, those and no more."""
        self._forget_runs()
        kept = {run: place for run, place in self._beside.items() if run in runs}
        free = (place for place in range(len(runs)) if place not in kept.values())
        self._beside = {run: kept[run] if run in kept else next(free) for run in runs}
        for run, (title, curves) in runs.items():
            for curve, points in curves.items():
                if curve != "loss" and points:  # the smoothed one is enough
                    chart, name = self._charts[curve], f"{curve}@{run}"
                    look = replace(
                        _look(self._beside[run]), markers=_LOOKS[curve].markers, follows=curve
                    )
                    chart.add_series(name, f"{chart.series_title(curve)}, {title}", look)
                    self._draw(curve, name, points)
        self._runs.show_series([(_short(title), run) for run, (title, _) in runs.items()])
        self._runs.setVisible(bool(runs))

    def _forget_runs(self) -> None:
        for chart, name in self._of_runs():
            chart.remove_series(name)

    def _of_runs(self) -> list[tuple[LiveChart, str]]:
        names = [(chart, f"{curve}@{run}") for curve, chart in self._charts.items()
                 for run in self._beside]  # fmt: skip
        return [(chart, name) for chart, name in names if chart.has_series(name)]

    def _show_runs(self) -> None:
        """Show the runs that the legend has not hidden."""
        hidden = {run for at, run in enumerate(self._beside) if not self._runs.shows(at)}
        for chart, name in self._of_runs():
            chart.set_series_visible(name, name.partition("@")[2] not in hidden)

    def point_count(self, curve: str) -> int:
        """How many points a curve has; ``NAME@RUN`` is another run's."""
        return self._charts[curve.partition("@")[0]].point_count(curve)

    def clear(self) -> None:
        """Empty all charts; other runs are to be shown anew."""
        self._base = {}
        self._forget_runs()
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


def _look(place: int) -> Look:
    """Colour and dashes of another run, no two alike."""
    token = f"series:{_OWN_COLOURS + place % _OWN_COLOURS}"
    return Look(token, dash=_DASHES[place % len(_DASHES)], legend=False)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
