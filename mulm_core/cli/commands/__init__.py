"""The commands of ``mulm``, one module each: ``declare`` gives its flags, its ``run`` answers."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import Any

from mulm_core.cli.args import add_command

SUMMARIES = {
    "models": "base models: list, add, remove",
    "corpus": "sentence pairs: import, look at, check, split, export",
    "probe": "what a training would take here: time, memory, disk; keeps nothing",
    "train": "fine-tune a model on a corpus",
    "search": "search for a better recipe within a budget",
    "convert": "convert a run for quick translation, checked on its dev segments",
    "translate": "translate text, a line at a time",
    "evaluate": "score systems on a test set",
    "compare": "segments in the words of several systems",
    "report": "write down an evaluation for others",
    "runs": "fine-tuning runs: list, show, diff, rename, note, delete, restore",
    "demo": "the whole job on a sample project: import, fine-tune, score, compare",
}
"""What each is for, in the order of the work."""


def register(subparsers: Any, words: Collection[str]) -> None:
    """Declare all commands, and the flags of those that are among the ``words`` of the line.

    The module of a command is imported only then: ``mulm --help`` shall not wait for all.
    """
    for name, summary in SUMMARIES.items():
        parser = add_command(subparsers, name, summary)
        if name in words:
            import_module(f"{__name__}.{name}").declare(parser)
