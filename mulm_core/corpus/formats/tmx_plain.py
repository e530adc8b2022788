"""Units of the plainest form taken out of a TMX before it is parsed: a third of the time.

Most units of most memories have two variants of one segment each, with nothing but text. Their form
is one regular expression, stricter than XML; whatever differs in a piece leaves the whole piece to
the parser, so that no file is read in another way than the parser would.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Nothing that was matched is ever given back (*+ and ++): there is one way to read a unit.
_S = "[ \t\r\n]"
_ATTRIBUTES = rf'(?:{_S}++(?!xml:lang=)[A-Za-z_][\w.:-]*+="[^<"]*+")*+'
_ABOUT = "".join(
    rf"(?:<{tag}{_ATTRIBUTES}{_S}*+>[^<]*+</{tag}>{_S}*+)*+" for tag in ("note", "prop")
)
_VARIANT = (
    rf'<tuv{_ATTRIBUTES}{_S}++xml:lang="([^<"]*+)"{_ATTRIBUTES}{_S}*+>{_S}*+{_ABOUT}'
    rf"<seg>([^<]*+)</seg>{_S}*+</tuv>{_S}*+"
)
_UNIT = re.compile(rf"<tu{_ATTRIBUTES}{_S}*+>{_S}*+{_ABOUT}{_VARIANT}{_VARIANT}</tu>{_S}*+")
_ENTITY = re.compile("&(?:amp|lt|gt|quot|apos);")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
# What no XML may hold.
_ILLEGAL = bytes({*range(0x20)} - {*b"\t\r\n"})
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
Columns = tuple[list[str], list[str]]
"""The sources and the targets of consecutive units."""

_PATIENCE = 8  # pieces in a row that are not plain; then the file is of another kind


class PlainUnits:
    """Reads pieces of a body; ``sides`` tells for a language tag whether it is side 0 or 1.

    ``ready`` says whether the next piece begins between two units.
    """

    def __init__(self, sides: Mapping[str | None, int]) -> None:
        self.ready = False
        self._sides = sides
        self._failed = 0

    def columns(self, piece: bytes) -> Columns | None:
        """Both sides of a piece that consists of plain units; None for any other."""
        if not self.ready or self._failed >= _PATIENCE:
            return None
        found = self._read(piece)
        self._failed = 0 if found is not None else self._failed + 1
        return found

    def _read(self, piece: bytes) -> Columns | None:
        if len(piece.translate(None, _ILLEGAL)) != len(piece) or b"]]>" in piece:
            return None
        if any(bad in piece for bad in _NONCHARACTERS):
            return None
        try:
            text = piece.decode("utf-8").lstrip(" \t\r\n")
        except UnicodeDecodeError:
            return None
        if text.count("&") != len(_ENTITY.findall(text)):
            return None
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        # Between the units there is nothing: what split does not take apart is not plain.
        parts = _UNIT.split(text)
        if any(parts[::5]):
            return None
        first, second = ({self._sides[tag] for tag in set(parts[at::5])} for at in (1, 3))
        columns = _texts(parts[2::5], "&" in text), _texts(parts[4::5], "&" in text)
        if (first, second) == ({1}, {0}):
            return columns[::-1]
        return columns if (first, second) == ({0}, {1}) else None


def _texts(texts: list[str], entities: bool) -> list[str]:
    if not entities:
        return texts
    return [
        _ENTITY.sub(lambda found: _ENTITIES[found[0]], text) if "&" in text else text
        for text in texts
    ]
