"""Words of translations: how often training saw them, and the n-grams that a system gets right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

from mulm_core.corpus import CorpusStore, get_corpus
from mulm_core.errors import MulmError
from mulm_core.evaluation.leakage import training_corpora
from mulm_core.evaluation.results import Evaluation, WordCounts
from mulm_core.runs import get_run
from mulm_core.scoring import is_unspaced
from mulm_core.workspace import Workspace

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_CHAR = re.compile(r"(?=\w)[\u2e80-\ud7ff\uf900-\ufaff]|[^\W\u2e80-\ud7ff\uf900-\ufaff]+")
LEAST = 2
"""How often a system has to get an n-gram that another misses; once is chance."""
_LONGEST = 4  # words of an n-gram
_BETWEEN_CHECKS = 1000

Check = Callable[[], None]


@dataclass(frozen=True)
class NGram:
    """A sequence of words of the references; how often two systems have it where it belongs."""

    text: str
    first: int
    second: int


def words_of(text: str, language: str) -> list[str]:
    """The words of a text in small letters; of Chinese and Japanese, the characters."""
    pattern = _CHAR if is_unspaced(language) else _WORD
    return pattern.findall(text.lower())


def count_in_training(
    workspace: Workspace, run: str, language: str, wanted: Iterable[str], check: Check
) -> WordCounts | None:
    """How often the run's own training pairs hold the ``wanted`` words of ``language``.

    None where its corpora cannot be read; ``check`` may raise.
    """
    counts = dict.fromkeys(wanted, 0)
    found = False
    try:
        for name in training_corpora(get_run(workspace, run)):
            for number, text in enumerate(_training_texts(workspace, name, language)):
                if number % _BETWEEN_CHECKS == 0:
                    check()
                found = True
                for word in words_of(text, language):
                    if word in counts:
                        counts[word] += 1
    except MulmError:
        return None
    return WordCounts(run, counts) if found else None


def _training_texts(workspace: Workspace, corpus: str, language: str) -> Iterator[str]:
    """The side in ``language`` of the training pairs in use; nothing where there is none."""
    from mulm_core.languages import same_language

    info = get_corpus(workspace, corpus)
    sides = (info.source, info.target)
    at = next((at for at, tag in enumerate(sides) if same_language(tag, language)), None)
    if at is None:
        return
    with CorpusStore.open(info.path) as store:
        for pair in store.pairs("train", *sides):
            yield pair[at]


def vocabulary(evaluation: Evaluation) -> set[str]:
    """All words of the references and of the translations."""
    texts = [*evaluation.streams, *(one.hypotheses for one in evaluation.systems)]
    return {
        word for stream in texts for text in stream for word in words_of(text, evaluation.target)
    }


def count_in_references(evaluation: Evaluation) -> Counter[str]:
    """How often the references hold each of their words."""
    language = evaluation.target
    return Counter(
        word
        for stream in evaluation.streams
        for text in stream
        for word in words_of(text, language)
    )


def ngrams_gained(
    evaluation: Evaluation, first: int, second: int, most: int, check: Check = lambda: None
) -> tuple[NGram, ...]:
    """The n-grams that system ``second`` gets and ``first`` misses, the most one-sided first.

    As in compare-mt (Neubig et al. 2019): an n-gram counts where the reference has it, and comes
    first by its smoothed share, (second + 1) / (first + second + 2); by the difference of counts,
    those of the most frequent words would. Left out: what ``second`` has less than
    :data:`LEAST` times.
    """
    rights = [Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()]
    texts = [evaluation.systems[at].hypotheses for at in (first, second)]
    rows = zip(*texts, *evaluation.streams, strict=True)
    for number, (one, other, *references) in enumerate(rows):
        if number % _BETWEEN_CHECKS == 0:
            check()
        wanted = Counter[tuple[str, ...]]()
        for reference in references:
            wanted |= _ngrams(words_of(reference, evaluation.target))
        for text, right in zip((one, other), rights, strict=True):
            right.update(_ngrams(words_of(text, evaluation.target)) & wanted)
    gains = (
        ((right + 1) / (right + rights[0][gram] + 2), right, len(gram), gram)
        for gram, right in rights[1].items()
        if right >= LEAST and right > rights[0][gram]
    )
    space = "" if is_unspaced(evaluation.target) else " "
    return tuple(
        NGram(space.join(gram), rights[0][gram], right)
        for _, right, _, gram in nlargest(most, gains)
    )


def _ngrams(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(words[at : at + length])
        for length in range(1, _LONGEST + 1)
        for at in range(len(words) - length + 1)
    )
