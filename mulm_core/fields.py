"""Settings declared once: the form, the command line and the docs are made from the declaration.

A dataclass declares each field with :func:`declared`; :func:`specs` lists them for a form,
:func:`parse` reads one from text (``--set key=value``), :func:`validate` checks a whole object.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from typing import Any, Union, get_args, get_origin

from mulm_core.errors import UserError

_KEY = "mulm"


@dataclasses.dataclass(frozen=True)
class FieldSpec:
    """What a person needs to know about one field.

    ``kind`` is ``int``, ``float``, ``bool``, ``str`` or ``choice``; ``help`` explains the term,
    its unit and a sensible range; ``optional`` fields may be empty (None).
    """

    name: str
    kind: str
    default: Any
    title: str
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    advanced: bool = False
    optional: bool = False


def declared(
    default: Any,
    *,
    title: str,
    help: str,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    unit: str = "",
    advanced: bool = False,
) -> Any:
    """A dataclass field that carries its title, help and bounds (both inclusive)."""
    meta = {
        "title": title,
        "help": help,
        "minimum": minimum,
        "maximum": maximum,
        "choices": choices,
        "unit": unit,
        "advanced": advanced,
    }
    return dataclasses.field(default=default, metadata={_KEY: meta})


def specs(cls: type) -> dict[str, FieldSpec]:
    """The declared fields of a dataclass by name, in declaration order."""
    return dict(_specs(cls))


@functools.cache
def _specs(cls: type) -> dict[str, FieldSpec]:
    # Reading type hints takes a millisecond, and a form asks for them dozens of times.
    hints = typing.get_type_hints(cls)
    found: dict[str, FieldSpec] = {}
    for field in dataclasses.fields(cls):
        meta = field.metadata.get(_KEY)
        if meta is None:
            continue
        kind, optional = _kind(hints[field.name])
        if meta["choices"]:
            kind = "choice"
        found[field.name] = FieldSpec(
            name=field.name, kind=kind, default=field.default, optional=optional, **meta
        )
    return found


def _kind(hint: Any) -> tuple[str, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        inner = [arg for arg in get_args(hint) if arg is not type(None)]
        return _kind(inner[0])[0], True
    return hint.__name__, False


def parse(cls: type, name: str, text: str) -> Any:
    """The value of field ``name`` read from text.

    Raises :class:`UserError` for an unknown name or a text that is not of the field's type.
    """
    known = specs(cls)
    if name not in known:
        raise UserError(f"there is no setting '{name}'", fix=f"Known: {', '.join(known)}")
    spec = known[name]
    if spec.optional and text.strip().lower() in ("", "none"):
        return None
    try:
        if spec.kind == "bool":
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[
                text.strip().lower()
            ]
        if spec.kind == "int":
            return int(text)
        if spec.kind == "float":
            return float(text)
    except (ValueError, KeyError):
        raise UserError(
            f"'{text}' is not a value for {spec.title.lower()}", where=name, fix=_range_hint(spec)
        ) from None
    return text.strip()


def problem(spec: FieldSpec, value: Any) -> str:
    """Why ``value`` does not fit ``spec``, as a sentence; empty when it fits."""
    if value is None:
        return "" if spec.optional else f"{spec.title} must not be empty. {_range_hint(spec)}."
    if spec.choices:
        fits = value in spec.choices
        return "" if fits else f"'{value}' is not one of the choices. {_range_hint(spec)}."
    if spec.kind in ("int", "float"):
        allowed = (int,) if spec.kind == "int" else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed):
            return f"{spec.title} must be a {'whole ' if allowed == (int,) else ''}number."
        low, high = spec.minimum, spec.maximum
        # The comparison is written so that NaN fails it.
        inside = (low is None or value >= low) and (high is None or value <= high)
        if not (inside and math.isfinite(value)):
            return f"{spec.title} is out of range. {_range_hint(spec)}."
    if spec.kind in ("bool", "str") and type(value).__name__ != spec.kind:
        return f"{spec.title} must be {'true or false' if spec.kind == 'bool' else 'text'}."
    return ""


def validate(obj: Any) -> None:
    """Check every declared field; raises :class:`UserError` naming the first one that is wrong."""
    for name, spec in specs(type(obj)).items():
        trouble = problem(spec, getattr(obj, name))
        if trouble:
            raise UserError(trouble.rstrip("."), where=name)


def _range_hint(spec: FieldSpec) -> str:
    if spec.choices:
        return f"Choose one of {', '.join(spec.choices)}"
    if spec.minimum is not None and spec.maximum is not None:
        return f"Give a number from {spec.minimum:g} to {spec.maximum:g}"
    if spec.minimum is not None:
        return f"Give a number of at least {spec.minimum:g}"
    return f"Give a {spec.kind} value"
