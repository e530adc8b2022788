"""The glossary of the present direction: terms that must appear in the translation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.viewmodels.compare_state import TermShown
from mulm_core.evaluation import Term, store_terms, stored_terms, term_hits
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class _Request:
    workspace: Workspace
    source: str
    target: str
    terms: tuple[Term, ...] = ()


class Glossary(QObject):
    """Read and written in the background; ``changed`` follows every change."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner
        self._request = _Request(workspace, "", "")
        self._waiting: _Request | None = None
        self._saving: Job | None = None
        self._asked_of = ""
        self._asked: tuple[Term, ...] = ()

    @property
    def direction(self) -> tuple[str, str]:
        """The languages of the terms."""
        return self._request.source, self._request.target

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """The terms, as source and target."""
        return tuple((term.source, term.target) for term in self._request.terms)

    def load(self, source: str, target: str) -> None:
        """Take the glossary of another direction."""
        self._request = _Request(self._request.workspace, source, target)
        self._forget()
        if not (source and target):
            return
        request = self._request
        job = self._runner.start(_read, request, title="", quiet=True, quick=True)
        job.succeeded.connect(lambda terms: self._take(request, terms))
        job.failed.connect(self.failed.emit)

    def set_terms(self, terms: Sequence[tuple[str, str]]) -> None:
        """Keep other terms; pairs with an empty side are left out."""
        found = tuple(Term(source.strip(), target.strip()) for source, target in terms)
        found = tuple(dict.fromkeys(term for term in found if term.source and term.target))
        if found == self._request.terms:
            return
        workspace = self._request.workspace
        self._waiting = self._request = _Request(workspace, *self.direction, found)
        self._forget()
        self._save()

    def hits(self, source: str, translation: str) -> tuple[TermShown, ...]:
        """The terms that the source asks for, and whether the translation has them."""
        if source != self._asked_of:
            self._asked_of = source
            self._asked = tuple(hit.term for hit in term_hits(self._request.terms, source, ""))
        found = term_hits(self._asked, source, translation)
        return tuple(TermShown(hit.term.source, hit.term.target, hit.kept) for hit in found)

    def _forget(self) -> None:
        self._asked_of, self._asked = "", ()
        self.changed.emit()

    def _take(self, request: _Request, terms: tuple[Term, ...]) -> None:
        if request is self._request and terms:
            self._request = _Request(request.workspace, request.source, request.target, terms)
            self._forget()

    def _save(self) -> None:
        """One save at a time, so that the last state stays."""
        if self._saving is not None or self._waiting is None:
            return
        request, self._waiting = self._waiting, None
        self._saving = self._runner.start(_write, request, title="", quiet=True, quick=True)
        self._saving.failed.connect(self.failed.emit)
        self._saving.finished.connect(self._saved)

    def _saved(self) -> None:
        self._saving = None
        self._save()


def _read(ctx: JobContext, request: _Request) -> tuple[Term, ...]:
    return stored_terms(request.workspace, request.source, request.target)


def _write(ctx: JobContext, request: _Request) -> None:
    store_terms(request.workspace, request.source, request.target, request.terms)
