"""How to search for the best translation."""

from __future__ import annotations

from dataclasses import dataclass

from mulm_core.fields import declared, validate


@dataclass(frozen=True)
class DecodeOptions:
    """Settings of the search; raises :class:`UserError` naming a field that is out of range."""

    beams: int = declared(
        4,
        title="Beams",
        help="How many partial translations are followed at once. 1 (greedy) is quickest; "
        "4 or 5 are usual for final scores.",
        minimum=1,
        maximum=64,
    )
    max_length: int = declared(
        200,
        title="Longest translation",
        help="A translation ends at this many tokens at the latest.",
        minimum=1,
        maximum=1024,
        unit="tokens",
    )
    length_penalty: float | None = declared(
        None,
        title="Length penalty",
        help="Above 1 favours longer translations, below 1 shorter ones; empty: the model's own.",
        minimum=-10.0,
        maximum=10.0,
        advanced=True,
    )

    def __post_init__(self) -> None:
        validate(self)
