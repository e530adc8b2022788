"""Declared fields: specs for a form, values from text, bounds that hold."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mulm_core.errors import UserError
from mulm_core.fields import declared, parse, problem, specs, validate


@dataclass(frozen=True)
class Sample:
    epochs: int = declared(3, title="Epochs", help="Passes.", minimum=1, maximum=100)
    rate: float = declared(1e-3, title="Learning rate", help="Step size.", minimum=0.0)
    mode: str = declared("lora", title="Method", help="How.", choices=("lora", "full"))
    fast: bool = declared(False, title="Fast", help="Sooner.")
    limit: int | None = declared(None, title="Limit", help="At most.", minimum=5, unit="pairs")
    note: str = declared("", title="Note", help="Anything.", advanced=True)
    internal: int = 0


def test_specs_list_declared_fields_in_order():
    found = specs(Sample)
    assert list(found) == ["epochs", "rate", "mode", "fast", "limit", "note"]
    assert [spec.kind for spec in found.values()] == [
        "int",
        "float",
        "choice",
        "bool",
        "int",
        "str",
    ]
    assert [name for name, spec in found.items() if spec.optional] == ["limit"]
    limit = found["limit"]
    assert (limit.default, limit.minimum, limit.unit, limit.title) == (None, 5, "pairs", "Limit")
    assert found["note"].advanced


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", "7", 7),
        ("rate", "2e-4", 2e-4),
        ("mode", " full ", "full"),
        ("fast", "Yes", True),
        ("fast", "0", False),
        ("limit", "", None),
        ("limit", "none", None),
        ("limit", "12", 12),
        ("note", " hi ", "hi"),
    ],
)
def test_parse(name, text, value):
    assert parse(Sample, name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "epochs",
            "many",
            r"epochs: 'many' is not a value for epochs. Give a number from 1 to 100",
        ),
        ("epochs", "1.5", "not a value"),
        ("rate", "", "not a value"),
        ("fast", "perhaps", "not a value"),
        ("epoch", "3", "no setting 'epoch'. Known: epochs, rate"),
        ("internal", "3", "no setting 'internal'"),
    ],
)
def test_parse_explains_what_is_wrong(name, text, message):
    with pytest.raises(UserError, match=message):
        parse(Sample, name, text)


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("epochs", 1, True),
        ("epochs", 100, True),
        ("epochs", 0, False),
        ("epochs", 101, False),
        ("epochs", True, False),
        ("epochs", None, False),
        ("epochs", "3", False),
        ("epochs", 1.5, False),
        ("rate", 0.0, True),
        ("rate", 1, True),
        ("rate", float("inf"), False),
        ("note", 3, False),
        ("fast", True, True),
        ("fast", 1, False),
        ("rate", float("nan"), False),
        ("rate", -1e-9, False),
        ("mode", "full", True),
        ("mode", "prefix", False),
        ("limit", None, True),
        ("limit", 4, False),
    ],
)
def test_bounds_are_inclusive_and_types_checked(name, value, fits):
    assert (problem(specs(Sample)[name], value) == "") is fits


def test_validate_names_the_first_field_that_is_wrong():
    validate(Sample())
    with pytest.raises(UserError, match="epochs: Epochs is out of range"):
        validate(Sample(epochs=0, mode="none"))
    with pytest.raises(UserError, match=r"mode: 'none' is not one of the choices\. Choose one of "):
        validate(Sample(mode="none"))
