"""The split: the same for ever, blind to case and spacing, in the right proportions."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulm_core.corpus import split_of
from mulm_core.corpus.split import split_key, split_keys


def test_proportions():
    counts = Counter(split_of(f"sentence number {n}") for n in range(20_000))
    assert 900 < counts["dev"] < 1100
    assert 900 < counts["test"] < 1100
    assert counts["train"] == 20_000 - counts["dev"] - counts["test"]


# Written down once: a change here would move the pairs of every existing corpus.
KNOWN = {1: "train", 3: "train", 16: "dev", 30: "dev", 4999: "train"}


@pytest.mark.parametrize(("number", "split"), KNOWN.items())
def test_known_splits(number, split):
    assert split_of(f"Satz {number} hier") == split


@pytest.mark.parametrize(
    "variant",
    ["SATZ 16 HIER", " Satz  16\thier ", "Satz\u00a016 hier", "Ｓatz １６ hier"],
)
def test_variants_of_a_source_share_its_split(variant):
    assert split_of(variant) == split_of("Satz 16 hier") == "dev"


@given(st.lists(st.text(alphabet=st.sampled_from("aÄß \t\n\u00a0\u0301ﬁ中\u2028İ.")), max_size=5))
def test_keys_of_many_are_the_keys_of_each(texts):
    assert split_keys(texts) == [split_key(text) for text in texts]
