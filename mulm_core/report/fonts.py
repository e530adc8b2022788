"""Fonts of this computer for the characters of a document: looked for in the usual folders."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ENDINGS = {".ttf", ".otf", ".ttc", ".otc"}
# Plain faces that cover much, the likeliest first; all others come after them.
_PREFERRED = (
    "notosans-regular", "dejavusans", "segoeui", "arial", "liberationsans-regular", "helvetica",
    "notosanscjk-regular", "notosanscjksc-regular", "sourcehansans-regular", "msyh", "pingfang",
    "stheiti light", "wqy-microhei", "droidsansfallbackfull", "malgun", "yugothr", "simsun",
    "notoserifcjk-regular", "notosansarabic-regular", "notonaskharabic-regular", "geezapro",
    "tahoma", "notosanshebrew-regular", "notosansdevanagari-regular", "nirmala", "leelawui",
    "arial unicode", "freesans", "unifont",
)  # fmt: skip
_NEVER = ("emoji", "bold", "italic", "oblique", "mono", "light", "thin", "black", "condensed")
_MOST_LOOKED_AT = 200


@dataclass(frozen=True)
class Fonts:
    """Font files that together cover the ``text``; ``missing`` are characters that none has."""

    files: tuple[Path, ...]
    missing: frozenset[str]


def find_fonts(text: str) -> Fonts:
    """As few fonts as it takes to write ``text``; the first is for ordinary text."""
    wanted = {char for char in set(text) if unicodedata.category(char)[0] not in "CZ"} | {"A"}
    files: list[Path] = []
    for path in _candidates():
        if not wanted:
            break
        covered = wanted & _characters(path)
        # A first font without letters would leave ordinary text to chance.
        if covered and (files or "A" in covered):
            files.append(path)
            wanted -= covered
    return Fonts(tuple(files), frozenset(wanted - {"A"}))


def scripts_of(characters: frozenset[str]) -> list[str]:
    """What the characters are, by the first word of their names: ``CJK``, ``THAI``."""
    names = (unicodedata.name(char, "UNNAMED").split()[0] for char in characters)
    return sorted({name.split("-")[0] for name in names})


def _candidates() -> Iterator[Path]:
    found: dict[str, Path] = {}
    for folder in _folders():
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix.lower() in _ENDINGS:
                found.setdefault(path.stem.lower(), path)
    yield from (found.pop(name) for name in _PREFERRED if name in found)
    rest = [path for name, path in found.items() if not any(word in name for word in _NEVER)]
    yield from rest[:_MOST_LOOKED_AT]


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")
        places = [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
        return [*places, Path(local) / "Microsoft" / "Windows" / "Fonts"]
    if sys.platform == "darwin":
        roots = (Path("/System/Library"), Path("/Library"), home / "Library")
        return [root / "Fonts" for root in roots]
    shared = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    return [*shared, home / ".local" / "share" / "fonts", home / ".fonts"]


def _characters(path: Path) -> set[str]:
    """What a font can write; nothing for one that cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as stream, TTFont(stream, fontNumber=0, lazy=True) as font:
            known = font.getBestCmap() if "glyf" in font or "CFF " in font else None
    except (OSError, TTLibError, AssertionError, KeyError, ValueError):
        return set()
    return {chr(code) for code in known or ()}
