"""How a corpus is divided, and dividing it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import JobRunner
from app.i18n import tr, tr_n
from mulm_core.corpus import CorpusStore, get_corpus
from mulm_core.corpus.splitting import SplitRequest, SplitResult, split_corpus
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

__all__ = ["CorpusSplits", "Policy", "SplitChoice"]


@dataclass(frozen=True)
class Policy:
    """How rows get their split now; shares from 0 to 1, ``given`` the test set's file names."""

    corpus: str = ""
    by: str = "hash"
    dev: float = 0.05
    test: float = 0.05
    files: Mapping[str, str] = field(default_factory=dict)
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class SplitChoice:
    """How a person wants the rows to be divided."""

    by: str
    dev: float
    test: float
    files: Mapping[str, str] = field(default_factory=dict)
    given: tuple[Path, ...] = ()


class CorpusSplits(QObject):
    """Reads the policy of a corpus and changes it."""

    policy_read = Signal(object)  # Policy
    divided = Signal(str)  # what came of it, in words
    changed = Signal(str)  # name of a corpus whose rows are others now
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner

    def read(self, corpus: str) -> None:
        """``policy_read`` follows."""
        job = self._runner.start(
            _policy, (self._workspace, corpus), title="", quiet=True, quick=True
        )
        job.succeeded.connect(self.policy_read.emit)
        job.failed.connect(self.failed.emit)

    def divide(self, corpus: str, choice: SplitChoice) -> None:
        """Give every row its split, as one undo."""
        request = SplitRequest(
            self._workspace,
            corpus,
            choice.by,
            choice.dev,
            choice.test,
            dict(choice.files),
            choice.given,
        )
        job = self._runner.start(
            split_corpus,
            request,
            title=tr("Split {name}", name=corpus),
            page="corpora",
            patient=True,
        )
        job.succeeded.connect(self._divided)
        job.failed.connect(self.failed.emit)

    def _divided(self, result: SplitResult) -> None:
        words = tr_n("{n} pair moved.", "{n} pairs moved.", result.moved)
        if result.missing:
            words += " " + tr_n(
                "{n} pair of the test set is not in this corpus.",
                "{n} pairs of the test set are not in this corpus.",
                result.missing,
            )
        self.divided.emit(words)
        self.changed.emit(result.corpus)


def _policy(ctx: JobContext, request: tuple[Workspace, str]) -> Policy:
    workspace, corpus = request
    with CorpusStore.open(get_corpus(workspace, corpus).path) as store:
        stored: dict[str, Any] = store.split_policy
    return Policy(
        corpus,
        str(stored.get("by", "hash")),
        stored.get("dev", 50) / 1000,
        stored.get("test", 50) / 1000,
        dict(stored.get("files", {})),
        tuple(stored.get("names", ())),
    )
