"""What the Compare page shows at one moment: plain, frozen values."""

from __future__ import annotations

from dataclasses import dataclass

Span = tuple[int, int]
"""A stretch of a text, from a character to before another."""


@dataclass(frozen=True)
class Sure:
    """A word of a translation; ``probability`` (0 to 1) is the model's."""

    start: int
    end: int
    probability: float


@dataclass(frozen=True)
class Alternative:
    """A translation that was nearly chosen; ``probability`` (0 to 1) is its words' mean."""

    text: str
    probability: float


@dataclass(frozen=True)
class Told:
    """What a system made of a whole text; ``links`` are pairs of source and target words."""

    text: str = ""
    words: tuple[Sure, ...] = ()
    links: tuple[tuple[Span, Span], ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class TermShown:
    """A term that the source asks for, and whether the translation has it."""

    source: str
    target: str
    kept: bool


@dataclass(frozen=True)
class Column:
    """One system; scores are None without a reference.

    ``note`` names the model or run behind the title. While ``waiting``, ``told`` is of the text
    before or empty. ``back`` is the translation back, None unless it was asked for, and
    ``problem`` why there is no translation.
    """

    system: str
    title: str
    note: str
    token: str
    told: Told = Told()
    waiting: bool = False
    chrf: float | None = None
    bleu: float | None = None
    back: str | None = None
    problem: str = ""
    terms: tuple[TermShown, ...] = ()

    @property
    def text(self) -> str:
        """The translation."""
        return self.told.text


@dataclass(frozen=True)
class CompareState:
    """The page at one moment; ``position`` counts from 0, -1 while the text is typed."""

    text: str = ""
    references: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    source: str = ""
    target: str = ""
    columns: tuple[Column, ...] = ()
    test_name: str = ""
    position: int = -1
    count: int = 0

    @property
    def working(self) -> bool:
        """Whether a translation is awaited."""
        return any(column.waiting for column in self.columns)

    @property
    def run(self) -> str:
        """The first run among the systems, or empty."""
        return next((id[4:] for id in self.systems if id.startswith("run:")), "")
