"""Which fields of records (JSON, Parquet) hold the two sides; nested names have dots."""

from __future__ import annotations

from collections.abc import Sequence

from mulm_core.corpus.formats import columns
from mulm_core.corpus.formats.base import UnclearColumnsError
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import ReadOptions
from mulm_core.errors import UserError, brief

# Records such as {"translation": {"en": ..., "fr": ...}} keep their languages in there.
_HOLDERS = ("translation", "translations")


def choose(
    fields: Sequence[str], source: str, target: str, options: ReadOptions, file: Source
) -> tuple[str, str]:
    """The fields of both sides: those chosen, else named after the languages or the roles.

    Raises :class:`UserError` for a chosen field that is not there, and where nothing tells.
    """
    if options.source_column:
        return (
            _existing(fields, options.source_column, file),
            _existing(fields, options.target_column, file),
        )
    ordered = _holders_first(fields)
    found = columns.choose([_last(field) for field in ordered], source, target)
    if found:
        return ordered[found[0]], ordered[found[1]]
    if len(languages_in(fields)) > 1:
        raise UserError(
            f"the fields are {brief(', '.join(languages_in(fields)))}, not {source} and {target}",
            where=str(file),
            fix="Choose two of the languages that the file holds",
        )
    raise UnclearColumnsError(
        f"no field tells which of {brief(', '.join(fields)) or 'none'} hold {source} and {target}",
        where=str(file),
        fix="Choose the two fields",
    )


def languages_in(fields: Sequence[str]) -> tuple[str, ...]:
    """The languages that fields are named after."""
    nested = [field for field in fields if field.split(".")[0] in _HOLDERS and "." in field]
    # "id" and "url" are codes of languages, too.
    names = [_last(field) for field in nested] or [
        name for name in fields if name != "id" and len(name) != 3
    ]
    found = tuple(dict.fromkeys(tag for name in names if (tag := columns.language_of(name))))
    return found if len(found) > 1 else ()


def _holders_first(fields: Sequence[str]) -> list[str]:
    return sorted(fields, key=lambda field: field.split(".")[0] not in _HOLDERS)


def _last(field: str) -> str:
    return field.rpartition(".")[2]


def _existing(fields: Sequence[str], wanted: str, file: Source) -> str:
    if wanted in fields:
        return wanted
    if wanted.isdigit() and 1 <= int(wanted) <= len(fields):
        return fields[int(wanted) - 1]
    raise UserError(
        f"there is no field '{wanted}'",
        where=str(file),
        fix=f"Choose one of {brief(', '.join(fields))}",
    )
