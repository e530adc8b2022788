"""The four charts of a training run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.i18n import tr
from app.widgets.live_chart import LiveChart

_HEIGHT = 188
_NARROWEST = 270


CHARTS = 4


def make_chart(place: int) -> LiveChart:
    """Return one of the four charts; each takes tens of milliseconds to make."""
    if place == 0:
        chart = LiveChart(tr("Loss"), tr("nats per token"), decimals=3)
        chart.add_series("loss", tr("training"), token="fine_tuned")
        chart.add_series("dev_loss", tr("dev"), token="series:0", markers=True)
    elif place == 1:
        chart = LiveChart(tr("Dev scores"), tr("0 to 100; dashed: zero-shot"), decimals=1)
        chart.add_series("bleu", "BLEU", token="fine_tuned", markers=True)
        chart.add_series("chrf", "chrF", token="series:1", markers=True)
        chart.add_series("bleu_base", tr("BLEU zero-shot"), token="zero_shot", legend=False)
        chart.add_series("chrf_base", tr("chrF zero-shot"), token="zero_shot", legend=False)
    elif place == 2:
        chart = LiveChart(tr("Learning rate"))
        chart.add_series("learning_rate", tr("learning rate"), token="fine_tuned")
    else:
        chart = LiveChart(tr("Speed"), tr("target tokens per second"), decimals=0)
        chart.add_series("tokens_per_s", tr("tokens/s"), token="fine_tuned")
    chart.setFixedHeight(_HEIGHT)
    return chart


class RunCharts(QWidget):
    """Loss, dev scores, learning rate, speed; the dev scores with their zero-shot lines."""

    def __init__(self, charts: Sequence[LiveChart] = ()) -> None:
        super().__init__()
        ready = [*charts, *(make_chart(place) for place in range(len(charts), CHARTS))]
        self.loss, self.scores, self.rate, self.speed = ready
        self._charts = {
            "loss": self.loss,
            "dev_loss": self.loss,
            "bleu": self.scores,
            "chrf": self.scores,
            "learning_rate": self.rate,
            "tokens_per_s": self.speed,
        }
        self._base: dict[str, float] = {}
        self._all = [self.loss, self.scores, self.rate, self.speed]
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self._arrange(2)

    def minimumSizeHint(self) -> QSize:
        """One column is enough."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two by two, or one below the other where the room is small."""
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= 2 * _NARROWEST else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, chart in enumerate(self._all):
            self._grid.addWidget(chart, place // columns, place % columns)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, columns - 1)

    def append(self, curve: str, x: float, y: float) -> None:
        """Add a point of a curve (see ``CURVES`` of the run)."""
        self._charts[curve].append(curve, x, y)
        self._extend_base(curve, x, y)

    def show_curves(self, curves: Mapping[str, Sequence[tuple[float, float]]]) -> None:
        """Show whole curves, such as those of a finished run."""
        self.clear()
        for curve, points in curves.items():
            self._charts[curve].set_points(curve, [x for x, _ in points], [y for _, y in points])
            for x, y in points:
                self._extend_base(curve, x, y)

    def point_count(self, curve: str) -> int:
        """How many points a curve has."""
        return self._charts[curve].point_count(curve)

    def clear(self) -> None:
        """Empty all charts."""
        self._base = {}
        for chart in self._all:
            chart.clear()

    def _extend_base(self, curve: str, x: float, y: float) -> None:
        """The zero-shot line is level and as long as the curve."""
        if curve not in ("bleu", "chrf"):
            return
        start = self._base.setdefault(curve, y)
        self.scores.set_points(f"{curve}_base", [0, x], [start, start])
