"""Glossaries: terms that must appear in the translation where they appear in the source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.workspace import Workspace

_UNSPACED = re.compile("[\u0e00-\u109f\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff]")


@dataclass(frozen=True)
class Term:
    """``source`` is to be translated by ``target``; case does not count."""

    source: str
    target: str


@dataclass(frozen=True)
class TermHit:
    """A term that a source asks for, and whether its translation has it."""

    term: Term
    kept: bool


def load_glossary(path: Path | str) -> tuple[Term, ...]:
    """The terms of a text file with a pair a line, source and target with a tab between them.

    A line without a tab, or with an empty side, raises :class:`UserError`; blank lines and those
    that begin with ``#`` are left out.
    """
    from mulm_core.corpus import read_lines

    terms = []
    for number, line in enumerate(read_lines(Path(path)), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        left, tab, right = line.partition("\t")
        term = Term(left.strip(), right.partition("\t")[0].strip())
        if not (tab and term.source and term.target):
            raise UserError(
                "this is not a source and a target term with a tab between them",
                where=f"{path}, line {number}",
                fix="Write one pair of terms a line",
            )
        terms.append(term)
    return tuple(dict.fromkeys(terms))


def term_hits(terms: Sequence[Term], source: str, translation: str) -> tuple[TermHit, ...]:
    """The terms that ``source`` asks for, in the order of the glossary."""
    return tuple(
        TermHit(term, _has(translation, term.target)) for term in terms if _has(source, term.source)
    )


def _has(text: str, term: str) -> bool:
    folded = term.casefold()
    return folded in (whole := text.casefold()) and bool(_pattern(folded).search(whole))


@lru_cache(4096)
def _pattern(term: str) -> re.Pattern[str]:
    """The term as whole words; scripts without spaces have no words to be whole."""
    edges = [r"(?<!\w)" if _is_word(term[0]) else "", r"(?!\w)" if _is_word(term[-1]) else ""]
    return re.compile(f"{edges[0]}{re.escape(term)}{edges[1]}")


def _is_word(char: str) -> bool:
    # Thai to Burmese, Chinese and Japanese put no spaces between words, Korean adds endings.
    return char.isalnum() and not _UNSPACED.match(char)


def stored_terms(workspace: Workspace, source: str, target: str) -> tuple[Term, ...]:
    """The workspace's own glossary of a direction; empty where there is none.

    Raises :class:`UserError` where its file is damaged.
    """
    path = _stored(workspace, source, target)
    if not path.is_file():
        return ()
    try:
        return tuple(Term(str(left), str(right)) for left, right in files.read_json(path))
    except (ValueError, TypeError) as error:
        fix = "Restore a copy of the file, or remove it"
        raise UserError("this glossary is damaged", where=path, fix=fix) from error


def store_terms(workspace: Workspace, source: str, target: str, terms: Sequence[Term]) -> None:
    """Keep ``terms`` as the glossary of a direction; those with an empty side are left out.

    Raises :class:`MulmError` where the disk fails.
    """
    path = _stored(workspace, source, target)
    with explain_os_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    tidied = [(term.source.strip(), term.target.strip()) for term in terms]
    files.write_json(path, [pair for pair in dict.fromkeys(tidied) if all(pair)])


def _stored(workspace: Workspace, source: str, target: str) -> Path:
    return workspace.glossaries / f"{files.slug(f'{source}_{target}')}.json"
