"""The gate of conversions: does the converted model translate as well as the run itself?

The run's dev segments are translated three times, greedily: with the adapter beside the base, with
the adapter merged into the base (both in torch), and with what was converted. Where the last is
worse than the first, the one between tells which step lost it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from statistics import fmean

from mulm_core import scoring
from mulm_core.corpus import CorpusStore, get_corpus
from mulm_core.errors import EngineError, UserError
from mulm_core.jobs import JobContext
from mulm_core.models import Base
from mulm_core.runs import Run
from mulm_core.translation.ct2 import merged
from mulm_core.translation.decode import Choose, Decoder
from mulm_core.translation.engine import Engine
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.torch_search import TorchSearch
from mulm_core.workspace import Workspace

MOST_LOST = 0.5
"""BLEU that a conversion may cost."""

_GREEDY = DecodeOptions(beams=1)
_MOST_SEGMENTS = 100  # torch takes 30 ms for each on a core, with the starter
_PARAMETERS = 30_000_000  # larger models are asked for fewer
_FEWEST_SEGMENTS = 32
_AT_ONCE = 64  # segments, before others may use the base

Dev = Sequence[tuple[str, str, Sequence[tuple[str, str]]]]
"""Source and target language of each direction, and its pairs."""

Enter = Callable[[], AbstractContextManager[Base]]
"""Inside what it gives, the base is the run's, and nobody else's."""


@dataclass(frozen=True)
class Parity:
    """Dev BLEU (0 to 100, means over the directions) of the three ways; ``signature`` sacrebleu's.

    ``merged`` and ``converted`` say how much each step cost against what was before it.
    """

    adapter: float
    merged: float
    converted: float
    segments: int
    signature: str

    @property
    def lost_by(self) -> str:
        """The step that cost too much: *merging*, *converting*, or empty where nothing did."""
        if self.adapter - self.converted <= MOST_LOST:
            return ""
        return "merging" if self.adapter - self.merged > MOST_LOST else "converting"

    def sentence(self) -> str:
        """The three scores for people."""
        return (
            f"BLEU of {self.segments} dev segments: {self.adapter:.1f} with the adapter, "
            f"{self.merged:.1f} merged, {self.converted:.1f} converted"
        )


class Unfit(EngineError):  # noqa: N818 - it says what torch has to do
    """A conversion that is not to be used: torch translates instead."""


class ParityError(Unfit):
    """A conversion that translates worse than the run; ``parity`` has the scores."""

    def __init__(self, run: str, precision: str, parity: Parity) -> None:
        super().__init__(
            f"the {precision} model translates worse than the run: {parity.lost_by} lost "
            f"{parity.adapter - parity.converted:.1f} BLEU ({parity.sentence()})",
            where=run,
            fix="Take a more exact precision"
            if parity.lost_by == "converting" and precision != "float32"
            else "Use the adapter itself",
        )
        self.parity = parity


def dev_segments(workspace: Workspace, run: Run, parameters: int) -> Dev:
    """What the run was judged by, evenly thinned out; fewer for a model of many ``parameters``.

    Raises :class:`UserError` where a corpus is gone.
    """
    manifest = run.manifest
    tasks = manifest.tasks or [
        {"corpus": manifest.corpus, "source": manifest.source, "target": manifest.target}
    ]
    wanted = max(_FEWEST_SEGMENTS, _MOST_SEGMENTS * _PARAMETERS // max(parameters, _PARAMETERS))
    share = max(1, wanted // len(tasks))
    found = []
    for task in tasks:
        with CorpusStore.open(get_corpus(workspace, task["corpus"]).path) as store:
            pairs = list(store.pairs("dev", task["source"], task["target"]))
        if not pairs:
            raise UserError("the corpus has no dev pairs", where=task["corpus"])
        most = min(share, len(pairs))
        chosen = [pairs[at * len(pairs) // most] for at in range(most)]
        # By length, as texts translated together take as long as the longest.
        found.append(
            (task["source"], task["target"], sorted(chosen, key=lambda pair: len(pair[0])))
        )
    return found


def measure(ctx: JobContext, enter: Enter, engine: Engine, dev: Dev) -> Parity:
    """Translate ``dev`` the three ways; ``engine`` is the converted model."""
    way = _Ways(ctx, enter, dev)
    adapter = way.score(TorchSearch)
    merge = way.score(TorchSearch, with_merged=True)
    converted = way.score(lambda base: engine)
    segments = sum(len(pairs) for _, _, pairs in dev)
    return Parity(adapter, merge, converted, segments, way.signature)


class _Ways:
    """Scores one way after the other; the base is free for others now and then."""

    def __init__(self, ctx: JobContext, enter: Enter, dev: Dev) -> None:
        self._ctx, self._enter, self._dev = ctx, enter, dev
        self._done, self._total = 0, 3 * sum(len(pairs) for _, _, pairs in dev)
        self.signature = ""

    def score(self, engine: Callable[[Base], Engine], with_merged: bool = False) -> float:
        """The mean BLEU over the directions."""
        scores = []
        for source, target, pairs in self._dev:
            made: list[str] = []
            for at in range(0, len(pairs), _AT_ONCE):
                texts = [text for text, _ in pairs[at : at + _AT_ONCE]]
                with (
                    self._enter() as base,
                    merged(base.model) if with_merged else nullcontext(),
                ):
                    decoder = Decoder(base, _GREEDY, self._ctx.check, choose=_only(engine(base)))
                    made += decoder.decode(texts, base.language(source), base.language(target))
                self._done += len(texts)
                self._ctx.report(self._done, self._total, "Checking the converted model")
            bleu, _ = scoring.bleu_chrf(made, [reference for _, reference in pairs], target)
            scores.append(bleu.score)
            self.signature = bleu.signature
        return fmean(scores)


def _only(engine: Engine) -> Choose:
    return lambda texts, options: engine
