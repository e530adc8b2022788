"""The glossary of the present direction: terms that must appear in the translation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.bridge import failure_of
from app.viewmodels.compare_state import TermShown
from mulm_core.errors import MulmError
from mulm_core.evaluation import Term, store_terms, stored_terms, term_hits
from mulm_core.workspace import Workspace


class Glossary(QObject):
    """A small file, read and written at once; ``changed`` follows every change."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._terms: tuple[Term, ...] = ()
        self._asked_of = ""
        self._asked: tuple[Term, ...] = ()
        self.direction = ("", "")

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """The terms, as source and target."""
        return tuple((term.source, term.target) for term in self._terms)

    def load(self, source: str, target: str) -> None:
        """Take the glossary of another direction."""
        self.direction = (source, target)
        try:
            self._take(stored_terms(self._workspace, source, target))
        except MulmError as error:
            self.failed.emit(failure_of(error))
            self._take(())

    def set_terms(self, terms: Sequence[tuple[str, str]]) -> None:
        """Keep other terms; pairs with an empty side are left out."""
        found = tuple(Term(source.strip(), target.strip()) for source, target in terms)
        found = tuple(dict.fromkeys(term for term in found if term.source and term.target))
        if found == self._terms:
            return
        try:
            store_terms(self._workspace, *self.direction, found)
        except MulmError as error:
            self.failed.emit(failure_of(error))
        self._take(found)

    def hits(self, source: str, translation: str) -> tuple[TermShown, ...]:
        """The terms that the source asks for, and whether the translation has them."""
        if source != self._asked_of:
            self._asked_of = source
            self._asked = tuple(hit.term for hit in term_hits(self._terms, source, ""))
        found = term_hits(self._asked, source, translation)
        return tuple(TermShown(hit.term.source, hit.term.target, hit.kept) for hit in found)

    def _take(self, terms: tuple[Term, ...]) -> None:
        self._terms, self._asked_of, self._asked = terms, "", ()
        self.changed.emit()
