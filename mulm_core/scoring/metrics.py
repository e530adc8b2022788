"""BLEU, chrF and TER exactly as the ``sacrebleu`` command computes them.

BLEU: Papineni et al. 2002; chrF: Popović 2015, chrF++: Popović 2017; TER: Snover et al. 2006;
signatures: Post 2018. BLEU and chrF run from 0 to 100, higher is better; TER is edits per 100
reference words, lower is better, and may pass 100.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from mulm_core.errors import UserError
from mulm_core.scoring.edit_rate import fast_ter
from mulm_core.scoring.tokenizers import bleu_tokenizer, is_unspaced, usable_tokenizer

if TYPE_CHECKING:
    from mulm_core.scoring.options import ScoreOptions


@dataclass(frozen=True)
class MetricInfo:
    """How a metric is called, and whether the lower score is the better one."""

    key: str
    title: str
    lower_is_better: bool = False


METRICS = {
    info.key: info
    for info in (
        MetricInfo("bleu", "BLEU"),
        MetricInfo("chrfpp", "chrF2++"),
        MetricInfo("chrf", "chrF2"),
        MetricInfo("ter", "TER", lower_is_better=True),
        MetricInfo("bertscore", "BERTScore"),
    )
}
"""The metrics by key, in the order in which they are shown."""


@dataclass(frozen=True)
class Score:
    """One corpus score and the sacrebleu signature without which it means nothing.

    ``mean`` ± ``margin`` is its 95 % confidence interval by bootstrap; None where there is none.
    """

    score: float
    signature: str
    mean: float | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Metrics:
    """The corpus scores of one system on one test set.

    Evaluations of long ago have no chrF2++, and BERTScore is there only where it was asked for.
    """

    bleu: Score
    chrf: Score
    ter: Score
    chrfpp: Score | None = None
    bertscore: Score | None = None

    def items(self) -> Iterator[tuple[str, Score]]:
        """The scores there are by key, in the order of :data:`METRICS`."""
        for key in METRICS:
            if (score := getattr(self, key)) is not None:
                yield key, score

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Metrics:
        """The scores out of :func:`dataclasses.asdict`."""
        known = {item.name for item in fields(cls)}
        return cls(
            **{key: Score(**value) for key, value in values.items() if value and key in known}
        )


def make_metrics(target: str, options: ScoreOptions, references: int = 1) -> dict[str, Any]:
    """sacrebleu's metric objects by key, for a target language and a number of references.

    Raises :class:`UserError` for a tokenizer that cannot be used on this computer.
    """
    from sacrebleu.metrics import BLEU, CHRF

    tokenizer = options.tokenizer
    if tokenizer == "auto":
        tokenizer = bleu_tokenizer(target)
    unspaced, lower = is_unspaced(target), options.lowercase
    made = {
        # force: no warning on stderr about segments that end in " ."; it changes no score.
        "bleu": BLEU(tokenize=usable_tokenizer(tokenizer), lowercase=lower, force=True),
        "chrfpp": CHRF(word_order=2, lowercase=lower),
        "chrf": CHRF(lowercase=lower),
        # TER counts words; where there are no spaces between them it must count characters.
        "ter": fast_ter(normalized=unspaced, asian_support=unspaced),
    }
    for metric in made.values():
        metric.num_refs = references  # what the signature tells; set by sacrebleu as it reads them
    return made


def bleu_chrf(
    hypotheses: Sequence[str], references: Sequence[str], target: str
) -> tuple[Score, Score]:
    """BLEU and chrF alone: TER takes many times longer, too long for every dev evaluation.

    Raises :class:`UserError` when there is nothing to score or the two differ in length.
    """
    from sacrebleu.metrics import BLEU, CHRF

    check_lengths(hypotheses, [references])
    bleu = BLEU(tokenize=bleu_tokenizer(target), force=True)
    return (
        _corpus_score(bleu, hypotheses, references),
        _corpus_score(CHRF(), hypotheses, references),
    )


def check_lengths(hypotheses: Sequence[str], streams: Sequence[Sequence[str]]) -> None:
    """Raises :class:`UserError` where there is nothing to score, or not a reference for each."""
    for references in streams:
        if len(hypotheses) != len(references):
            raise UserError(
                f"there are {len(hypotheses)} translations but {len(references)} references",
                fix="Give exactly one reference for every translation",
            )
    if not hypotheses:
        raise UserError("there is nothing to score", fix="Give at least one segment")


def _corpus_score(metric: Any, hypotheses: Sequence[str], references: Sequence[str]) -> Score:
    # The command strips the end of every line it reads; so the same text gives the same number.
    hyps = [text.rstrip() for text in hypotheses]
    result = metric.corpus_score(hyps, [[text.rstrip() for text in references]])
    return Score(float(result.score), str(metric.get_signature()))
