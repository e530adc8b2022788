"""Translating many texts: each distinct piece once, batched by length, back in order.

Dev evaluation during training and the Translator both decode through here, so that a score means
the same in both places. The work is the same whichever engine searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mulm_core.models import Base
from mulm_core.translation.ct2 import CopiedModel
from mulm_core.translation.engine import FORCED, Batch, Check, Engine, Found, Goal
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.sentences import cut, join

_BATCH_ROWS = 256

Progress = Callable[[int, int], None]
Choose = Callable[[int, DecodeOptions], Engine]
"""The engine for so many texts."""


def decode(
    base: Base,
    texts: Sequence[str],
    source: str,
    target: str,
    options: DecodeOptions,
    *,
    check: Check = lambda: None,
    progress: Progress = lambda done, total: None,
) -> list[str]:
    """Translate ``texts`` with whatever adapter is active on ``base``; blank ones stay empty.

    ``source`` and ``target`` are the model's own tags. ``check`` is called at least before every
    batch and may raise to end the work; ``progress`` gets the number of pieces done (texts, or
    sentences of long ones, each distinct one once) and their total.
    """
    return Decoder(base, options, check).decode(texts, source, target, progress)


class Decoder:
    """Translates with the weights as they are now: a copy of them serves every call.

    ``check`` as for :func:`decode`; ``parts`` divides the size of the batches where memory is
    short. ``choose`` gives the engine; by default none that needs anything on disk.
    """

    def __init__(
        self,
        base: Base,
        options: DecodeOptions,
        check: Check = lambda: None,
        parts: int = 1,
        choose: Choose | None = None,
    ) -> None:
        self._base, self._options, self._check, self._parts = base, options, check, parts
        self._choose = choose or CopiedModel(base).choose

    def decode(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        progress: Progress = lambda done, total: None,
    ) -> list[str]:
        """The translation of each text, as :func:`decode` gives it."""
        return [found[0] for found in self.alternatives(texts, source, target, progress)]

    def alternatives(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        progress: Progress = lambda done, total: None,
    ) -> list[list[str]]:
        """The n best translations of each text, best first.

        Of a text in several pieces, the n-th is made of each piece's n-th.
        """
        sources = Sources(self._base, texts, source, self._options)
        found = self.pieces(sources, target, progress)
        made = [{piece: best[way] for piece, best in found.items()} for way in self._ways()]
        return [
            ["".join(join(pieces, translations, target)) for translations in made]
            for pieces in map(sources.pieces, texts)
        ]

    def _ways(self) -> range:
        return range(self._options.n_best)

    def pieces(
        self, sources: Sources, target: str, progress: Progress = lambda done, total: None
    ) -> dict[str, list[str]]:
        """The n best translations of each distinct piece."""
        base, options = self._base, self._options
        distinct = sources.distinct()
        rows = [sources.ids[piece] for piece in distinct]
        progress(0, len(distinct))
        engine = self._choose(len(distinct), options)
        plan = self._plan(engine, [len(ids) for ids in rows])
        limits = [[_most_tokens(base, len(rows[row]), options) for row in batch] for batch in plan]
        batches = [
            Batch([rows[row] for row in batch], max(most))
            for batch, most in zip(plan, limits, strict=True)
        ]
        first = base.family.forced_token(base.tokenizer, target)
        goal = Goal(first, _length_penalty(base, options), options)
        translations: dict[str, list[str]] = {}
        for batch, most, found in zip(
            plan, limits, engine.search(batches, goal, self._check), strict=True
        ):
            texts = self._texts(found, most)
            translations.update(zip((distinct[row] for row in batch), texts, strict=True))
            progress(len(translations), len(distinct))
        return translations

    def _plan(self, engine: Engine, lengths: Sequence[int]) -> list[list[int]]:
        """The rows of each batch, by the number of tokens of all rows."""
        beams = _at_once(self._options)
        tokens = engine.batch_tokens(sum(lengths) * beams) // self._parts
        rows = min(_BATCH_ROWS, len(lengths)) // self._parts
        return _batches(lengths, beams, tokens, rows)

    def _texts(self, found: Sequence[Found], limits: Sequence[int]) -> list[list[str]]:
        """The text of each row's alternatives, each cut to the row's own limit.

        Without that, what a text becomes would hang on its batch.
        """
        flat = [
            ids[:limit]
            for alternatives, limit in zip(found, limits, strict=True)
            for ids in alternatives
        ]
        decoded = self._base.family.decode(self._base.tokenizer, flat)
        each = self._options.n_best
        return [decoded[at : at + each] for at in range(0, len(decoded), each)]


class Sources:
    """Texts as the encoder reads them, in pieces; ``ids`` has those of every piece."""

    def __init__(
        self, base: Base, texts: Iterable[str], language: str, options: DecodeOptions
    ) -> None:
        self._base, self._language = base, language
        self.ids: dict[str, list[int]] = {}
        whole = list(dict.fromkeys(text for text in texts if text.strip()))
        self._encode(whole)
        most = base.positions
        self._pieces = {
            text: cut(text, self._measure, language, options.split, most) for text in whole
        }
        self._encode(self.distinct())

    def pieces(self, text: str) -> list[str]:
        """The pieces of one of the texts; none of a blank one."""
        return self._pieces.get(text, [])

    def distinct(self) -> list[str]:
        """Every piece that is to be translated, once."""
        every = (piece for pieces in self._pieces.values() for piece in pieces)
        return list(dict.fromkeys(piece for piece in every if piece.strip()))

    def _measure(self, text: str) -> int:
        self._encode([text])
        return len(self.ids[text])

    def _encode(self, texts: list[str]) -> None:
        new = [text for text in texts if text not in self.ids]
        found = self._base.family.encode(self._base.tokenizer, new, self._language)
        self.ids.update(zip(new, found, strict=True))


def _batches(
    lengths: Sequence[int], beams: int, most_tokens: int, most_rows: int = _BATCH_ROWS
) -> list[list[int]]:
    """Indices of texts of like length, longest first: a lack of memory shows at once."""
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    batches: list[list[int]] = []
    for index in order:
        rows = len(batches[-1]) + 1 if batches else 0
        longest = lengths[batches[-1][0]] if batches else 0
        if not batches or rows > most_rows or rows * longest * beams > most_tokens:
            batches.append([])
        batches[-1].append(index)
    return batches


def _most_tokens(base: Base, source_length: int, options: DecodeOptions) -> int:
    """A weak model may repeat itself without end; no translation is this much longer."""
    return min(options.max_length, 3 * source_length + 20, base.positions - FORCED)


def _at_once(options: DecodeOptions) -> int:
    """How many translations of a text are made side by side."""
    return options.n_best if options.sampling else options.beams


def _length_penalty(base: Base, options: DecodeOptions) -> float:
    if options.beams == 1 or options.sampling:
        return 1.0
    if options.length_penalty is not None:
        return options.length_penalty
    return float(base.model.generation_config.length_penalty or 1.0)
