"""What a person notes while reading a test set: flags and comments, kept by the set's hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.evaluation.testset import TestSet
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class Note:
    """On one segment; a note that is neither flagged nor commented is none."""

    flagged: bool = False
    comment: str = ""

    def __bool__(self) -> bool:
        return self.flagged or bool(self.comment)


Notes = Mapping[int, Note]
"""By the segment's position, from 0."""


def load_notes(workspace: Workspace, test_hash: str) -> dict[int, Note]:
    """The notes on the test set with this hash, in the order of its segments.

    Raises :class:`UserError` where the file of the notes is damaged.
    """
    path = _path(workspace, test_hash)
    if not path.is_file():
        return {}
    try:
        found = files.read_json(path)["notes"].items()
        notes = {int(at): Note(bool(one["flagged"]), str(one["comment"])) for at, one in found}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fix = "Restore a copy of the file, or remove it"
        raise UserError("these notes are damaged", where=path, fix=fix) from error
    return dict(sorted(notes.items()))


def save_notes(workspace: Workspace, test_hash: str, name: str, notes: Notes) -> None:
    """Keep ``notes`` in place of those that were there, with the test set's ``name`` for people.

    Raises :class:`MulmError` where the disk fails.
    """
    path = _path(workspace, test_hash)
    with explain_os_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    kept = {str(at): asdict(note) for at, note in sorted(notes.items()) if note}
    files.write_json(path, {"test": name, "notes": kept})


def export_notes(path: Path, test: TestSet, notes: Notes) -> int:
    """Write the noted segments as a table (TSV or CSV, by the ending); returns how many.

    Raises :class:`MulmError` when ``path`` cannot be written.
    """
    streams = range(1, len(test.streams) + 1)
    references = ["reference" if at == 1 else f"reference {at}" for at in streams]
    rows = [
        [
            at + 1,
            "flagged" if note.flagged else "",
            note.comment,
            test.sources[at],
            *(stream[at] for stream in test.streams),
        ]
        for at, note in sorted(notes.items())
        if note and at < len(test.sources)
    ]
    files.write_table(path, [["segment", "flag", "comment", "source", *references], *rows])
    return len(rows)


def _path(workspace: Workspace, test_hash: str) -> Path:
    return workspace.notes / f"{files.slug(test_hash)}.json"
