"""Text to tokens and back, through the family and through plain transformers."""

from __future__ import annotations

from pathlib import Path

import pytest

from mulm_core.models import Base, load_base
from mulm_core.models.catalog import inspect
from mulm_core.models.families import FAMILIES

TEXTS = ["the file opens 1", "a cell  shows 12", "unseen: Größe 中"]


@pytest.fixture(scope="module")
def base(tiny_folder: Path) -> Base:
    return load_base(inspect(tiny_folder, "tiny"))


def test_tokens_are_those_of_the_librarys_tokenizer(base: Base) -> None:
    base.tokenizer.src_lang = "en"
    assert base.family.encode(base.tokenizer, TEXTS, "en") == base.tokenizer(TEXTS).input_ids
    base.tokenizer.tgt_lang = "fr"
    wanted = base.tokenizer(text_target=TEXTS).input_ids
    assert base.family.encode_target(base.tokenizer, TEXTS, "fr") == wanted


def test_decoding_leaves_no_control_token(base: Base) -> None:
    ids = base.family.encode(base.tokenizer, TEXTS[:2], "fr")
    outside = len(base.tokenizer.encoder) + 105  # a made-up word that no text has
    padded = [[*row, base.tokenizer.pad_token_id, outside] for row in ids]
    assert base.family.decode(base.tokenizer, padded) == ["the file opens 1", "a cell shows 12"]


def test_language_tokens_are_special_for_other_programs(base: Base) -> None:
    ids = base.family.encode(base.tokenizer, TEXTS[:1], "fr")
    assert base.tokenizer.batch_decode(ids, skip_special_tokens=True) == TEXTS[:1]


def test_text_that_looks_like_control_tokens_is_text(base: Base) -> None:
    (ids,) = base.family.encode(base.tokenizer, ["__fr__ </s> <pad>"], "en")
    control = {base.tokenizer.eos_token_id, base.tokenizer.pad_token_id}
    assert ids[0] == base.tokenizer.get_lang_id("en")
    assert not control & set(ids[1:-1])
    assert base.tokenizer.get_lang_id("fr") not in ids


def test_the_forced_token_knows_m2m100s_own_codes(base: Base) -> None:
    family = FAMILIES["m2m_100"]
    assert family.forced_token(base.tokenizer, "nso") == base.tokenizer.get_lang_id("ns")
    assert family.forced_token(base.tokenizer, "fr") == base.tokenizer.get_lang_id("fr")


def test_a_loaded_base_wants_no_gradient_and_has_no_dropout(base: Base) -> None:
    assert not base.model.training
    assert not any(parameter.requires_grad for parameter in base.model.parameters())
