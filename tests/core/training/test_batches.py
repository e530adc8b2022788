"""Token-budget batches: nothing lost, the budget kept, the same every time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mulm_core.training.batches import TokenPairs, TokenTable, collate, plan, tokenise


def table(lengths: list[int]) -> TokenTable:
    made = TokenTable()
    for length in lengths:
        made.append(range(10, 10 + length))
    return made


@pytest.fixture
def data() -> TokenPairs:
    chance = np.random.default_rng(0)
    source, target = chance.integers(2, 60, (2, 500)).tolist()
    return TokenPairs(table(source), table(target), 0)


def test_every_pair_is_in_one_batch_and_the_budget_holds(data: TokenPairs) -> None:
    batches = plan(data, 400, np.random.default_rng(1))
    assert sorted(row for rows in batches for row in rows) == list(range(500))
    for rows in batches:
        longest = max(max(len(data.source[row]), len(data.target[row])) for row in rows)
        assert longest * len(rows) <= 400


def test_a_pair_longer_than_the_budget_gets_a_batch_of_its_own() -> None:
    data = TokenPairs(table([3, 50, 3]), table([3, 3, 3]), 0)
    assert sorted(map(sorted, plan(data, 10))) == [[0, 2], [1]]


def test_epochs_differ_but_have_as_many_batches(data: TokenPairs) -> None:
    chance = np.random.default_rng(1)
    first, second = plan(data, 400, chance), plan(data, 400, chance)
    assert first != second
    assert len(first) == len(second) == len(plan(data, 400))


def test_the_same_seed_gives_the_same_order(data: TokenPairs) -> None:
    assert plan(data, 400, np.random.default_rng(7)) == plan(data, 400, np.random.default_rng(7))


def test_hardly_any_padding_on_either_side() -> None:
    chance = np.random.default_rng(0)
    source = chance.integers(5, 60, 2000)
    target = np.maximum(2, source * chance.uniform(0.7, 1.4, 2000)).astype(int)  # as translations
    data = TokenPairs(table(source.tolist()), table(target.tolist()), 0)
    batches = plan(data, 512)
    computed = sum(
        max(lengths[row] for row in rows) * len(rows)
        for lengths in (source, target)
        for rows in batches
    )
    assert (source.sum() + target.sum()) / computed > 0.9


def test_collate_pads_shifts_and_marks_what_counts() -> None:
    data = TokenPairs(table([3, 2]), table([4, 2]), 0)
    batch = collate(data, [0, 1], pad=1, start=2, device=torch.device("cpu"))
    assert batch.source.tolist() == [[10, 11, 12], [10, 11, 1]]
    assert batch.source_mask.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch.labels.tolist() == [[10, 11, 12, 13], [10, 11, 1, 1]]
    assert batch.decoder_input.tolist() == [[2, 10, 11, 12], [2, 10, 11, 1]]
    assert batch.scored.tolist() == [[False, True, True, True], [False, True, False, False]]
    assert batch.tokens == 4


def test_tokenise_leaves_out_blank_and_long_pairs_and_looks_up_in_between() -> None:
    pairs = [("a b", "c"), (" ", "x"), ("a b c d", "x"), ("a", "x y z w")] * 400
    looked = []
    made = tokenise(pairs, _words, _words, 3, lambda: looked.append(1))
    assert len(made) == 400 and made.left_out == 1200
    assert made.source[399].tolist() == [1, 1] and made.target[0].tolist() == [1]
    assert len(looked) > 1


def _words(texts: list[str]) -> list[list[int]]:
    return [[1] * len(text.split()) for text in texts]
