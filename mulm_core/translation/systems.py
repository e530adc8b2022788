"""What translates, as text: ``starter``, ``/models/mine`` or ``run:RUN``."""

from __future__ import annotations

from dataclasses import dataclass

from mulm_core.errors import UserError

_RUN_PREFIX = "run:"


@dataclass(frozen=True)
class SystemRef:
    """A base model by id or folder, or a run (its base with its adapter): one of the two is set."""

    model: str = ""
    run: str = ""

    @classmethod
    def parse(cls, text: str) -> SystemRef:
        """The system that ``text`` names; raises :class:`UserError` where it names none."""
        text = text.strip()
        ref = cls(run=text.removeprefix(_RUN_PREFIX)) if text.startswith(_RUN_PREFIX) else cls(text)
        if not (ref.model or ref.run):
            raise UserError(
                "no system is named", fix="Give a model such as 'starter', or 'run:' and a run"
            )
        return ref

    def __str__(self) -> str:
        return f"{_RUN_PREFIX}{self.run}" if self.run else self.model
