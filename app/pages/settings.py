"""The Settings page: few choices, where things lie, and what computes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.context import AppContext
from app.i18n import tr
from app.system_info import report_text
from app.theme import theme
from app.viewmodels.settings import SettingsModel
from app.widgets.choice_cards import SegmentedButtons
from app.widgets.open_path import open_path
from app.widgets.page import Card, Page, Section, label, line, quiet_button
from app.widgets.switch import Switch

_SCALES = {"90": 0.9, "100": 1.0, "115": 1.15, "130": 1.3}


class SettingsPage(Page):
    """Every choice takes effect at once and is saved at once."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(
            tr("Settings"), tr("Changes take effect at once."), scroll=True, max_width=808
        )
        self._context = context
        self._model: SettingsModel = context.preferences
        self._device = label("", select=True)
        self._theme = SegmentedButtons(
            [("system", tr("System")), ("light", tr("Light")), ("dark", tr("Dark"))],
            tr("Appearance"),
        )
        self._recipe = SegmentedButtons(
            [
                ("quick", tr("Quick")),
                ("balanced", tr("Balanced")),
                ("thorough", tr("Thorough")),
            ],
            tr("Usual recipe"),
        )
        self._scale = SegmentedButtons(
            [(key, tr("{n} %", n=key)) for key in _SCALES], tr("Text size")
        )
        self._trackers = {name: self._tracker(name) for name in self._model.trackers}
        self.body.addWidget(self._appearance())
        self.body.addWidget(self._work())
        self.body.addWidget(self._tracking())
        self.body.addWidget(self._machine())
        self.body.addStretch(1)
        self._theme.changed.connect(lambda key: self._model.set("theme", key))
        self._recipe.changed.connect(lambda key: self._model.set("recipe", key))
        self._scale.changed.connect(self._set_scale)
        self._model.changed.connect(lambda _: self._show_choices())
        self._show_choices()

    def _appearance(self) -> Section:
        section = Section(tr("Appearance"))
        section.add(
            _rows(
                _row(tr("Colours"), self._model.spec("theme").help, self._theme),
                _row(
                    tr("Text size"),
                    tr("Of everything in the window, relative to the design."),
                    self._scale,
                ),
            )
        )
        return section

    def _work(self) -> Section:
        section = Section(tr("Work"))
        open_folder = quiet_button(tr("Open folder"), "folder-open", self._open_workspace)
        section.add(
            _rows(
                _row(tr("Usual recipe"), self._model.spec("recipe").help, self._recipe),
                _row(tr("Workspace"), self._model.workspace_folder, open_folder),
            )
        )
        return section

    def _tracking(self) -> Section:
        section = Section(
            tr("Trackers"), tr("Programs for experiments that hear of every run while it trains.")
        )
        rows = []
        for name, switch in self._trackers.items():
            spec, command = self._model.spec(name), self._model.installation(name)
            words = f"{spec.help} {tr('Install it with: {command}', command=command)}"
            rows.append(_row(spec.title, words if command else spec.help, switch))
        section.add(_rows(*rows))
        return section

    def _tracker(self, name: str) -> Switch:
        switch = Switch(self._model.spec(name).title)
        switch.clicked.connect(lambda on: self._model.set(name, on))
        return switch

    def _machine(self) -> Section:
        section = Section(tr("This computer"))
        copy = quiet_button(tr("Copy report"), "copy", self._copy_report)
        versions = label(self._model.versions(), "small", select=True)
        section.add(
            _rows(
                _row(tr("Device"), tr("What computes: a graphics card if any."), self._device),
                _row(tr("Versions"), tr("Please add them when you report a problem."), copy),
                versions,
            )
        )
        return section

    def on_shown(self) -> None:
        """Name the device; after the first training it is known better."""
        self._device.setText(self._model.device())

    def _show_choices(self) -> None:
        self._theme.set_current(self._model.theme)
        self._recipe.set_current(self._model.recipe)
        for name, switch in self._trackers.items():
            on = self._model.is_on(name)
            switch.setChecked(on)
            switch.setEnabled(on or not self._model.installation(name))
        nearest = min(_SCALES, key=lambda key: abs(_SCALES[key] - theme().scale))
        self._scale.set_current(nearest)

    def _set_scale(self, key: str) -> None:
        theme().set_scale(_SCALES[key])
        self._context.settings.setValue("window/text_scale", _SCALES[key])

    def _open_workspace(self) -> None:
        open_path(self._model.workspace_folder)

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(report_text())
        self._context.notify(tr("The versions are on the clipboard."))


def _row(title: str, help_text: str, control: QWidget) -> QWidget:
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(label(title))
    words.addWidget(label(help_text, "small", wrap=True, select=True))
    result = QWidget()
    row = QHBoxLayout(result)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(24)
    row.addLayout(words, 1)
    row.addWidget(control, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return result


def _rows(*rows: QWidget) -> Card:
    card = Card(spacing=12)
    for index, row in enumerate(rows):
        if index:
            card.body.addWidget(line())
        card.body.addWidget(row)
    return card
