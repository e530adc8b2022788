"""How the rows of a corpus are to be divided: by source text, by file, or by a given test set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.widgets.choice_cards import Choice, ChoiceCards
from app.widgets.combos import combo_box, spin_box
from app.widgets.drop_zone import DropZone
from app.widgets.page import label, quiet_button, scrolled

_MOST = 40.0  # per cent; more than that leaves too little to learn from


class SplitForm(QWidget):
    """Three cards, and below them what the chosen way asks for."""

    divide = Signal()
    """The rows are to be divided as the form says."""

    def __init__(self, settings: QSettings | None) -> None:
        super().__init__()
        self.by = ChoiceCards(
            [
                Choice(
                    "hash",
                    tr("By source text"),
                    tr("Equal sources stay together; adding text never moves a pair."),
                ),
                Choice(
                    "file",
                    tr("By file"),
                    tr("Whole files or documents are learned from or kept aside."),
                ),
                Choice(
                    "given",
                    tr("Given test set"),
                    tr("Pairs of a test set of your own go to test, wherever they are."),
                ),
            ],
            name=tr("How pairs are divided"),
        )
        self.dev = self._share(tr("Share of dev"))
        self.test = self._share(tr("Share of test"))
        self.files: dict[str, QComboBox] = {}
        self.given: tuple[Path, ...] = ()
        self._file_grid = QGridLayout()
        self._zone = DropZone(
            tr("Drop the test set here"),
            tr("Any corpus format, or two text files; click to choose"),
            settings=settings,
            hint_for=lambda paths: tr("Use as the test set"),
        )
        self._zone.dropped.connect(self.take_given)
        self._given = label("", "secondary", wrap=True)
        self._parts = {"file": self._files_part(), "given": self._given_part()}
        self._divide = quiet_button(tr("Divide anew"), "refresh-cw", self.divide.emit)
        self._divide.setToolTip(tr("Give every pair its split again; can be undone"))
        self._test_parts: list[QWidget] = []
        self._lay_out()
        self.by.changed.connect(lambda _: self._show_part())
        self._show_part()

    def _share(self, name: str) -> QDoubleSpinBox:
        box = spin_box(QDoubleSpinBox(), name)
        box.setRange(0, _MOST)
        box.setDecimals(1)
        box.setSingleStep(0.5)
        box.setSuffix(tr(" %"))
        box.setValue(5)
        box.setMinimumWidth(96)
        return box

    def _files_part(self) -> QWidget:
        column = QWidget()
        self._file_grid.setContentsMargins(0, 0, 0, 0)
        self._file_grid.setHorizontalSpacing(12)
        self._file_grid.setVerticalSpacing(6)
        self._file_grid.setColumnStretch(0, 1)
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 8, 0)
        box.addLayout(self._file_grid)
        box.addStretch(1)
        area = scrolled(column)
        area.setMaximumHeight(180)
        return area

    def _given_part(self) -> QWidget:
        part = QWidget()
        box = QVBoxLayout(part)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self._zone)
        box.addWidget(self._given)
        return part

    def _lay_out(self) -> None:
        shares = QHBoxLayout()
        shares.setSpacing(8)
        for name, box in ((tr("Dev"), self.dev), (tr("Test"), self.test)):
            title = label(name)
            title.setBuddy(box)
            shares.addWidget(title)
            shares.addWidget(box)
            shares.addSpacing(16)
            if box is self.test:
                self._test_parts = [title, box]
        shares.addStretch(1)
        shares.addWidget(self._divide)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addWidget(self.by)
        for part in self._parts.values():
            outer.addWidget(part)
        outer.addLayout(shares)

    def _show_part(self) -> None:
        for key, part in self._parts.items():
            part.setVisible(self.by.current == key)
        for widget in self._test_parts:  # a given test set is all there is of test
            widget.setVisible(self.by.current != "given")
        self._divide.setEnabled(self.by.current != "given" or bool(self.given))

    # Values --------------------------------------------------------------------------------

    def show_policy(
        self,
        by: str,
        shares: tuple[float, float],
        files: Mapping[str, str],
        given: Sequence[str],
        names: Sequence[str],
    ) -> None:
        """Show how rows are divided now: ``shares`` of dev and test from 0 to 1."""
        self.by.set_current(by)
        self.dev.setValue(100 * shares[0])
        if by != "given":
            self.test.setValue(100 * shares[1])
        self.given = ()
        self._given.setText(
            tr("Now: {files}", files=", ".join(given)) if given else tr("None chosen yet.")
        )
        self._show_files(names, files)
        self._show_part()

    def _show_files(self, names: Sequence[str], chosen: Mapping[str, str]) -> None:
        while (item := self._file_grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.files = {}
        for row, name in enumerate(names):
            box = combo_box(tr("Split of {file}", file=name), 150)
            for text, key in (
                (tr("By its share"), ""),
                (tr("Train"), "train"),
                (tr("Dev"), "dev"),
                (tr("Test"), "test"),
            ):
                box.addItem(text, key)
            box.setCurrentIndex(box.findData(chosen.get(name, "")))
            title = label(name)
            title.setToolTip(name)
            self._file_grid.addWidget(title, row, 0)
            self._file_grid.addWidget(box, row, 1)
            self.files[name] = box

    def take_given(self, paths: list[Path]) -> None:
        """Use these files as the test set."""
        self.given = tuple(paths)
        self._given.setText(", ".join(path.name for path in paths))
        self._show_part()

    def values(self) -> dict[str, Any]:
        """``by``, ``dev`` and ``test`` (0 to 1), ``files`` (name to split), ``given`` (paths)."""
        files = {name: box.currentData() for name, box in self.files.items() if box.currentData()}
        by = self.by.current
        return {
            "by": by,
            "dev": self.dev.value() / 100,
            "test": 0.0 if by == "given" else self.test.value() / 100,
            "files": files if by == "file" else {},
            "given": self.given if by == "given" else (),
        }
