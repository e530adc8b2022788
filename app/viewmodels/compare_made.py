"""What the systems made in this session, so that nothing is made twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from app.viewmodels.compare_state import CompareState
from app.viewmodels.compare_work import LineMade, Returned, Scored, WorkRequest, lines_of
from mulm_core.jobs import Event
from mulm_core.scoring import SentenceScores
from mulm_core.translation import DetailedTranslation

_KEPT = 4000  # lines, scores, texts

Value = TypeVar("Value")


class _Kept(Generic[Value]):
    """What was not asked for longest is forgotten."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, *key: Hashable) -> Value | None:
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, *key: Hashable, value: Value) -> None:
        self._values[key] = value
        if len(self._values) > _KEPT:
            self._values.popitem(last=False)


class Made:
    """Lines, scores and translations back, kept as jobs tell them and found by what was asked."""

    def __init__(self) -> None:
        self._lines: _Kept[DetailedTranslation] = _Kept()
        self._scores: _Kept[SentenceScores] = _Kept()
        self._backs: _Kept[str] = _Kept()

    def keep(self, request: WorkRequest, event: Event) -> None:
        """Take what a job for *request* tells; other events are not kept."""
        source, target = request.source, request.target
        if isinstance(event, LineMade):
            key = (event.system, event.given, source, target, event.line)
            self._lines.put(*key, value=event.made)
        elif isinstance(event, Scored):
            self._scores.put(target, request.references, event.text, value=event.scores)
        elif isinstance(event, Returned):
            self._backs.put(request.back_model, source, target, event.text, value=event.back)

    def lines(self, system: str, given: str, asked: CompareState) -> dict[str, DetailedTranslation]:
        """The lines of the text that the system has translated, or was ``given`` as such."""
        found = {
            line: self._lines.get(system, given, asked.source, asked.target, line)
            for line in lines_of(asked.text)
        }
        return {line: made for line, made in found.items() if made is not None}

    def scores(self, text: str, asked: CompareState) -> SentenceScores | None:
        """The scores of a translation, None where there are none yet."""
        return self._scores.get(asked.target, asked.references, text)

    def back(self, model: str, text: str, asked: CompareState) -> str | None:
        """A translation, translated back; None where it is not made yet."""
        return self._backs.get(model, asked.source, asked.target, text)
