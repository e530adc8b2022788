"""The sample projects that come with the program, read where they lie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mulm_core.errors import UserError

_TRAIN = re.compile(r"train\.(?P<source>[A-Za-z-]+?)-(?P<target>[A-Za-z]+)\.tmx")
_EASIEST = "libreoffice"


@dataclass(frozen=True)
class Sample:
    """One sample project; ``dev`` and ``test`` are (source file, reference file), line-aligned.

    None of its segments, in any language, was seen by the starter model.
    """

    key: str
    title: str
    description: str
    source: str
    target: str
    train: tuple[Path, ...]
    dev: tuple[Path, Path] | None
    test: tuple[Path, Path]
    licence: str


def list_samples() -> list[Sample]:
    """All sample projects, the easiest first; empty where the program came without them."""
    found = [_read(folder) for folder in _root().glob("*/")] if _root().is_dir() else []
    samples = [sample for sample in found if sample is not None]
    return sorted(samples, key=lambda sample: (not sample.key.startswith(_EASIEST), sample.key))


def get_sample(key: str = "") -> Sample:
    """The sample project ``key``, or the first; raises :class:`UserError` when it is missing."""
    samples = list_samples()
    for sample in samples:
        if key in ("", sample.key):
            return sample
    known = ", ".join(sample.key for sample in samples) or "none"
    raise UserError(
        f"there is no sample project '{key}'" if key else "there are no sample projects",
        where="" if samples else _root(),
        fix=f"Samples here: {known}",
    )


def _root() -> Path:
    from importlib import resources

    return Path(str(resources.files("resources"))) / "samples"


def _read(folder: Path) -> Sample | None:
    """The sample in ``folder``, or None where a file that every sample has is missing."""
    train = sorted(path for path in folder.glob("train.*.tmx") if _TRAIN.fullmatch(path.name))
    readme = folder / "README.md"
    if not train or not readme.is_file():
        return None
    languages = _TRAIN.fullmatch(train[0].name)
    assert languages is not None  # the list holds only names that match
    source, target = languages["source"], languages["target"]
    test, dev = (_pair(folder, name, source, target) for name in ("test", "dev"))
    if test is None:
        return None
    title, description, licence = _describe(readme.read_text(encoding="utf-8"))
    return Sample(folder.name, title, description, source, target, tuple(train), dev, test, licence)


def _pair(folder: Path, name: str, source: str, target: str) -> tuple[Path, Path] | None:
    files = folder / f"{name}.{source}", folder / f"{name}.{target}"
    return files if all(file.is_file() for file in files) else None


def _describe(readme: str) -> tuple[str, str, str]:
    """Title, origin and licence out of a sample's README."""
    title = re.search(r"^# (.+)$", readme, re.MULTILINE)
    return title[1].strip() if title else "", _said(readme, "Origin"), _said(readme, "Licence")


def _said(readme: str, about: str) -> str:
    """The paragraph that begins with ``**about.**``, as one line."""
    found = re.search(rf"^\*\*{about}\.\*\*(.+?)(?:\n\s*\n|\Z)", readme, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""
