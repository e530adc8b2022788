"""The Fine-tune page: the recipe at the left, the forecast and then the run at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QWidget

from app.context import AppContext
from app.i18n import tr
from app.pages.finetune_forecast import ForecastView
from app.pages.finetune_run import RunView
from app.pages.finetune_search import SearchView
from app.pages.finetune_setup import SetupPanel
from app.viewmodels.finetune import FineTuneModel
from app.widgets.page import EmptyState, Page, primary_button, quiet_button, scrolled

_EMPTY, _FORECAST, _RUN = range(3)


class FineTunePage(Page):
    """Choose, start, watch; a run that is under way shows again when the page is revisited."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(tr("Fine-tune"), tr("Teach a base model your texts and watch it improve."))
        preset = context.preferences.recipe
        model = FineTuneModel(context.workspace, context.runner, context.library, preset)
        self._model = model
        self._navigate = context.navigate
        self._notify = context.notify
        self._again = quiet_button(tr("New run"), "plus", model.clear_run)
        self._resume = primary_button(
            tr("Resume"), "play", lambda: model.resume(model.run.state.run)
        )
        self._resume.setToolTip(tr("Go on from the last checkpoint"))
        self._pause = quiet_button(tr("Pause"), "pause", lambda: model.run.pause_or_resume())
        self._stop = quiet_button(tr("Stop"), "square", lambda: model.run.stop())
        self._stop.setToolTip(tr("End now and keep the best checkpoint"))
        self._start = primary_button(tr("Start"), "play", self.start)
        self._actions_of_run = QWidget()
        buttons = QHBoxLayout(self._actions_of_run)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        for button in (self._again, self._pause, self._stop, self._resume, self._start):
            buttons.addWidget(button)
        self.add_action(self._actions_of_run)
        self._setup = SetupPanel(model)
        self._forecast = ForecastView(context)
        self._run = RunView(context, model)
        self._right = QStackedWidget()
        for view in (self._empty_state(), scrolled(self._forecast), self._run):
            self._right.addWidget(view)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("One run, or a search"))
        self.tabs.setTabBarAutoHide(True)
        self.tabs.tabBar().setDrawBase(False)
        self._right.setContentsMargins(0, 12, 0, 0)  # off the tabs
        self.search = SearchView(context, model)
        self.tabs.addTab(self._right, tr("Run"))
        self.tabs.addTab(self.search, tr("Search"))
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(self._setup)
        row.addWidget(self.tabs, 1)
        self.body.addLayout(row, 1)
        self._connect()
        self._follow_run()

    def _empty_state(self) -> QWidget:
        go = quiet_button(tr("Import a corpus"), "upload", lambda: self._navigate("corpora"))
        return EmptyState(
            "sparkles",
            tr("Nothing to learn from yet"),
            tr(
                "Fine-tuning needs a corpus of sentence pairs. Import one, or open the sample "
                "project on the Home page."
            ),
            go,
        )

    def _connect(self) -> None:
        model = self._model
        model.setup_changed.connect(self._update)
        model.forecaster.steps_known.connect(self._update)
        model.forecaster.estimate_changed.connect(self._show_estimate)
        self._forecast.estimate.wanted.connect(model.measure)
        self._forecast.estimate.unwanted.connect(model.forecaster.cancel)
        self._forecast.estimate.batch_proposed.connect(model.use_batch)
        model.run_changed.connect(self._follow_run)
        model.conversion_failed.connect(
            lambda failure: self._notify(failure.sentence, "warning", details=failure.details)
        )
        self.tabs.currentChanged.connect(lambda at: self._actions_of_run.setVisible(at == 0))
        self.search.run_wanted.connect(lambda: self.tabs.setCurrentIndex(0))
        model.charts_importable.connect(self._run.details.prepare)
        self._setup.valid_changed.connect(lambda _: self._update())
        for sequence in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.start)
        self._start.setToolTip(tr("Start fine-tuning (Ctrl+Enter)"))

    # Page ----------------------------------------------------------------------------------

    def on_shown(self) -> None:
        """Read models and corpora again."""
        self._model.library.refresh()
        self._model.prepare()
        self.search.on_shown()

    def open(self, **kwargs: object) -> None:
        """Take ``corpus`` or ``model`` to start from, or a run as ``AppContext.navigate`` says."""
        model = self._model
        if kwargs and model.run.busy and kwargs.get("run") != model.run.state.run:
            self._notify(tr("A run is at work here. Stop it, or wait until it is done."))
            return
        if isinstance(corpus := kwargs.get("corpus"), str):
            model.clear_run()
            model.choose_corpus(corpus)
        if isinstance(name := kwargs.get("model"), str):
            model.clear_run()
            model.choose_model(name)
        if isinstance(run := kwargs.get("run"), str):
            model.show_run(run, str(kwargs.get("beside", "")))
        for command in ("resume", "follow_on", "duplicate"):
            if isinstance(run := kwargs.get(command), str):
                getattr(model, command)(run)
        self.tabs.setCurrentIndex(0)

    def start(self) -> None:
        """Start the run, if everything is chosen."""
        if self._start.isVisibleTo(self) and self._start.isEnabled():
            self._model.start()

    # Showing -------------------------------------------------------------------------------

    def _follow_run(self) -> None:
        run = self._model.run
        run.changed.connect(self._update)
        self._run.follow(run)
        self._update()

    def _update(self) -> None:
        model, state = self._model, self._model.run.state
        idle = state.phase == "idle"
        never_begun = state.phase == "failed" and not state.run
        self._start.setVisible(idle or state.phase == "cancelled" or never_begun)
        self._again.setVisible(not state.busy and not idle)
        self._resume.setVisible(state.resumable)
        self._pause.setVisible(state.busy and state.phase != "stopping")
        self._stop.setVisible(state.busy)
        self._stop.setEnabled(state.phase != "stopping")
        paused = state.phase == "paused"
        self._pause.setText(tr("Resume") if paused else tr("Pause"))
        obstacle = model.obstacle()
        self._start.setEnabled(not obstacle and self._setup.valid)
        self._setup.setEnabled(not state.busy)
        if idle:
            self._forecast.show_forecast(
                model.forecast(), obstacle, model.setup.source, model.setup.target
            )
            self._forecast.show_runs(model.earlier_runs())
            self._forecast.show_elsewhere(model.elsewhere())
            self._show_estimate()
        if not idle:
            self._right.setCurrentIndex(_RUN)
        elif not model.corpora and model.library.loaded:
            self._right.setCurrentIndex(_EMPTY)
        else:
            self._right.setCurrentIndex(_FORECAST)

    def _show_estimate(self) -> None:
        forecaster = self._model.forecaster
        self._forecast.estimate.show_estimate(
            self._model.estimate(), forecaster.measuring, forecaster.error
        )
