"""JSON Lines, and JSON arrays of any size: one record a pair."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from mulm_core.corpus import tags, text
from mulm_core.corpus.encodings import Encoding, encoding_of
from mulm_core.corpus.formats import fields
from mulm_core.corpus.formats.base import Reader, Sources, Unit
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import DEFAULTS, Problem, ReadOptions
from mulm_core.errors import UserError, brief

_SAMPLE = 50  # records that tell the fields
_LONGEST = 1_000_000  # characters a record
_SHAPE = "The file must be a list of records, or hold one record a line"
_MEND = "Export it again, or mend this place"
_SPACE = " \t\r\n\ufeff"
_ARRAY = re.compile(r"[\s\ufeff]*\[\s*[^\s\"]")  # a line such as ["one", "un"] is a record
_DECODER = json.JSONDecoder()


class _Record(NamedTuple):
    where: str
    value: Any
    done: int


class JsonReader(Reader):
    """Records with the two sides in fields of any names, also nested ones."""

    key = "json"
    title = "JSON and JSON Lines"
    extensions = (".jsonl", ".ndjson", ".json")
    shared = (".json",)

    def sniff(self, source: Source) -> bool:
        """Whether the first record is an object with two texts in it."""
        try:
            return len(_texts_in(islice(_records(source, DEFAULTS, ()), 1))) > 1
        except UserError:
            return False

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """What the byte order mark says, else UTF-8 or a guess."""
        return encoding_of(files[0], options.encoding, "", languages)

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The languages the fields are named after, else those of a name like ``a.de-fr.jsonl``."""
        found = fields.languages_in(self._fields(files, options))
        return found or tags.direction_in(files[0].place.stem)

    def shape(self, files: Sources, options: ReadOptions) -> dict[str, object]:
        """The fields that hold text."""
        return {"columns": tuple(self._fields(files, options)), "header": True}

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit a record; a problem for one that lacks a side.

        Raises :class:`UserError` where the JSON is damaged or nothing tells the two fields.
        """
        file = files[0]
        known = self._fields(files, options)
        if not known:
            raise UserError("no record in it holds a text", where=str(file), fix=_SHAPE)
        paths = [name.split(".") for name in fields.choose(known, source, target, options, file)]
        for record in _records(file, options, (source, target)):
            sides = [_at(record.value, path) for path in paths]
            missing = [
                ".".join(path) for path, side in zip(paths, sides, strict=True) if side is None
            ]
            if missing:
                what = f"there is no text in {brief(' and '.join(missing))}"
                yield Problem(file.name, record.where, what)
            else:
                left, right = (text.storable(side or "") for side in sides)
                yield Unit(left, right, record.where, record.done)

    def _fields(self, files: Sources, options: ReadOptions) -> list[str]:
        return _texts_in(islice(_records(files[0], options, ()), _SAMPLE))


def _at(value: Any, path: list[str]) -> str | None:
    for name in path:
        if isinstance(value, list):
            value = dict(enumerate(value, 1)).get(int(name)) if name.isdigit() else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _texts_in(records: Iterator[_Record]) -> list[str]:
    found: dict[str, None] = {}
    for record in records:
        _collect(record.value, "", found)
    return list(found)


def _collect(value: Any, name: str, found: dict[str, None]) -> None:
    if isinstance(value, str) and name:
        found.setdefault(name)
    elif isinstance(value, list) and not name:  # a row; a list in a record may hold records
        for number, part in enumerate(value[:20], 1):
            _collect(part, str(number), found)
    elif isinstance(value, dict) and name.count(".") < 3:
        for key, part in value.items():
            _collect(part, f"{name}.{key}" if name else key, found)


def _records(file: Source, options: ReadOptions, languages: tuple[str, ...]) -> Iterator[_Record]:
    encoding = encoding_of(file, options.encoding, "", languages).name
    if _ARRAY.match(next(text.pieces(file, encoding))[0]):
        yield from _in_array(file, encoding)
        return
    for line in text.lines(file, encoding):
        if line.text.strip(_SPACE):
            where = f"line {line.number}"
            try:
                yield _Record(where, json.loads(line.text), line.done)
            except (ValueError, RecursionError) as error:
                fix = _SHAPE if line.text.strip(_SPACE) == "{" else _MEND
                raise _damaged(file, where, error, fix) from None


def _in_array(file: Source, encoding: str) -> Iterator[_Record]:
    """The values of one array, each parsed as soon as all of it has been read."""
    buffer, number, due = "", 0, "["
    for piece, done in text.pieces(file, encoding):
        buffer += piece
        at = 0
        while (at := _skip_space(buffer, at)) < len(buffer):
            if due != "value" or (number == 0 and buffer[at] == "]"):
                due = _next_due(due, buffer[at], number, file)
                at += 1
                continue
            value, end = _value(buffer, at, number + 1, file)
            if end == at:  # the rest of it has not been read yet
                break
            number, at, due = number + 1, end, ","
            yield _Record(f"record {number}", value, done)
        buffer = buffer[at:]
    if due != "nothing":
        raise _damaged(file, f"record {number + 1}", "damaged or cut off")


def _next_due(due: str, sign: str, number: int, file: Source) -> str:
    if due == "[" == sign or due == "," == sign:
        return "value"
    if sign == "]" and due in (",", "value"):
        return "nothing"
    raise _damaged(file, f"record {number + 1}", f"'{sign}' instead of {due}")


def _value(buffer: str, at: int, number: int, file: Source) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(buffer, at)
    except (ValueError, RecursionError) as error:
        if isinstance(error, RecursionError):
            raise _damaged(file, f"record {number}", error) from None
        if len(buffer) - at > _LONGEST:
            cause = "it is damaged, or longer than a million characters"
            raise _damaged(file, f"record {number}", cause) from None
        return None, at


def _skip_space(buffer: str, at: int) -> int:
    while at < len(buffer) and buffer[at] in _SPACE:
        at += 1
    return at


def _damaged(file: Source, where: str, error: Exception | str, fix: str = _MEND) -> UserError:
    cause = "nested too deeply" if isinstance(error, RecursionError) else brief(error)
    return UserError(f"{where} is not JSON ({cause})", where=str(file), fix=fix)
