"""The Evaluate page: a test set and systems at the left, scores and segments at the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.bridge import Failure
from app.context import AppContext
from app.i18n import duration, percent, tr
from app.pages.evaluate_result import ResultView
from app.pages.evaluate_setup import NARROW, WIDTH, EvaluateSetup
from app.viewmodels.evaluate import EvaluateModel
from app.viewmodels.evaluation_history import Past
from app.widgets.drop_zone import ask_save_path
from app.widgets.open_path import open_path
from app.widgets.page import (
    Card,
    EmptyState,
    InlineMessage,
    Page,
    label,
    primary_button,
    quiet_button,
)

_ROOMY = 960  # pixels
_FOLDED = "evaluate/setup_folded"


class EvaluatePage(Page):
    """Score systems on a test set; read where one beat the other."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(
            tr("Evaluate"), tr("Score zero-shot and fine-tuned on sentences that neither has seen.")
        )
        self._model = model = EvaluateModel(context.workspace, context.runner, context.library)
        self._settings = context.settings
        self._navigate = context.navigate
        self._message = InlineMessage()
        self._fold = quiet_button(tr("Hide setup"), "panel-left", self._toggle_setup)
        self._fold.setToolTip(tr("The test set, the systems and the options at the left"))
        self._cancel = quiet_button(tr("Cancel"), "x", model.cancel)
        self._start = primary_button(tr("Evaluate"), "chart-column", self.start)
        self._start.setToolTip(tr("Translate and score (Ctrl+Enter)"))
        self.add_action(self._fold)
        self.add_action(self._cancel)
        self.add_action(self._start)
        self._setup = EvaluateSetup(model, context.settings)
        self._result = ResultView(model, context.settings)
        self._right = QStackedWidget()
        self._right.addWidget(self._empty_state())
        self._right.addWidget(self._result)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self._message)
        right.addWidget(self._progress_card())
        right.addWidget(self._right, 1)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(self._setup)
        row.addLayout(right, 1)
        self.body.addLayout(row, 1)
        self._connect()
        model.history.refresh()
        self._update()

    def _empty_state(self) -> QWidget:
        return EmptyState(
            "chart-column",
            tr("How good is it, really?"),
            tr(
                "Drop a test file here: sentences with their reference translations that were not "
                "used for training. Each system translates them, and BLEU, chrF and TER tell how "
                "close it came."
            ),
        )

    def _progress_card(self) -> Card:
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the evaluation"))
        self._doing = label("")
        self._left = label("", "secondary")
        words = QHBoxLayout()
        words.addWidget(self._doing, 1)
        words.addWidget(self._left)
        self._progress = Card(margin=16, spacing=8)
        self._progress.body.addLayout(words)
        self._progress.body.addWidget(self._bar)
        return self._progress

    def _connect(self) -> None:
        model = self._model
        model.changed.connect(self._update)
        model.evaluated.connect(self._message.clear)
        model.evaluated.connect(self._fold_as_wished)
        model.failed.connect(self._failed)
        model.result.saved.connect(self._saved)
        self._setup.files_chosen.connect(self.drop_files)
        self._setup.valid_changed.connect(lambda _: self._update())
        self._result.save.connect(self.choose_save)
        self._result.copy.connect(self._copy)
        self._result.open_segment.connect(self._compare)
        self._result.open_earlier.connect(model.history.open)
        model.history.removed.connect(self._removed)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.start)

    # Page ----------------------------------------------------------------------------------

    def on_shown(self) -> None:
        """Read runs and models again."""
        self._model.library.refresh()

    def open(self, **kwargs: object) -> None:
        """Take ``run`` (an id): score it and its base, in its direction."""
        if isinstance(run := kwargs.get("run"), str):
            self._show_setup(True)
            self._model.choose_run(run)
        if isinstance(evaluation := kwargs.get("evaluation"), str):
            self._model.history.open(evaluation)

    def drop_hint(self, paths: list[Path]) -> str | None:
        """Say that a drop makes a test set, or goes with the one that is loaded."""
        if self._model.state.test is not None:
            return tr("Use as the test set, or as a reference or output beside it")
        if len(paths) == 1:
            return tr("Use {name} as the test set", name=paths[0].name)
        return tr("Use these files as source and reference of the test set")

    def drop_files(self, paths: list[Path]) -> None:
        """Take the files as the test set."""
        self._message.clear()
        self._show_setup(True)
        self._model.open_test(paths)

    def start(self) -> None:
        """Start the evaluation, if everything is chosen."""
        self._message.clear()
        if self._setup.valid:
            self._model.start()

    def choose_save(self, kind: str) -> None:
        """Ask where to and write the result as a report of this kind."""
        if not self._model.result.is_open:
            return
        name = f"{self._model.result.evaluation.id}.{kind}"
        path = ask_save_path(self, tr("Save the report"), name, self._settings)
        if path is not None:
            self._model.result.save(path if path.suffix else path.with_suffix(f".{kind}"), kind)

    def on_closing(self) -> None:
        """Delete for good what was deleted last."""
        self._model.history.finish_removal_now()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the result enough room in a narrow window."""
        super().resizeEvent(event)
        roomy = self.width() >= _ROOMY
        self._setup.setFixedWidth(WIDTH if roomy else NARROW)
        if roomy != (event.oldSize().width() >= _ROOMY):
            self._fold_as_wished()

    # The left column -----------------------------------------------------------------------

    def _toggle_setup(self) -> None:
        self._show_setup(self._setup.isHidden())
        self._settings.setValue(_FOLDED, self._setup.isHidden())

    def _show_setup(self, shown: bool) -> None:
        self._setup.setVisible(shown)
        self._fold.setText(tr("Hide setup") if shown else tr("Show setup"))

    def _fold_as_wished(self) -> None:
        """Beside a result: as it was left, else folded where the window is narrow."""
        folded = self._settings.value(_FOLDED, self.width() < _ROOMY, type=bool) is True
        self._show_setup(not (folded and self._model.state.evaluation is not None))

    # Showing -------------------------------------------------------------------------------

    def _update(self) -> None:
        state = self._model.state
        obstacle = self._model.obstacle()
        if not obstacle and not self._setup.valid:
            obstacle = tr("Mend the option that is marked first.")
        self._fold.setVisible(state.evaluation is not None)
        self._start.setVisible(not state.busy)
        self._start.setEnabled(not obstacle)
        self._start.setToolTip(obstacle or tr("Translate and score (Ctrl+Enter)"))
        self._cancel.setVisible(state.busy)
        self._progress.setVisible(state.busy)
        if state.busy:
            self._doing.setText(state.message)
            known = state.fraction is not None
            self._bar.setRange(0, 1000 if known else 0)
            if state.fraction is not None:
                self._bar.setValue(round(1000 * state.fraction))
            parts = [percent(state.fraction)] if state.fraction is not None else []
            if state.eta_s is not None:
                parts.append(tr("{time} left", time=duration(state.eta_s)))
            self._left.setText(" \N{MIDDLE DOT} ".join(parts))
        self._right.setCurrentIndex(1 if state.evaluation is not None else 0)
        self._right.setVisible(not (state.busy and state.evaluation is None))

    def _failed(self, failure: Failure) -> None:
        self._message.error(failure.sentence, details=failure.details)

    def _saved(self, path: Path) -> None:
        self._message.success(
            tr("Saved as {name}.", name=path.name),
            action=tr("Open"),
            on_action=lambda: open_path(path),
            other=tr("Show in folder"),
            on_other=lambda: open_path(path.parent),
        )

    def _removed(self, past: Past) -> None:
        self._message.info(
            tr("“{name}” is deleted.", name=past.title),
            action=tr("Undo"),
            on_action=self._undo_removal,
        )

    def _undo_removal(self) -> None:
        self._message.clear()
        self._model.history.undo_removal()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._model.result.shown.as_text)
        self._message.success(tr("Scores and their signatures were copied."))

    def _compare(self, position: int) -> None:
        evaluation = self._model.result.evaluation
        evaluated, outputs = self._model.compared()
        self._navigate(
            "compare",
            test=evaluation.test,
            direction=(evaluation.source, evaluation.target),
            position=position,
            evaluated=evaluated,
            outputs=outputs,
        )
