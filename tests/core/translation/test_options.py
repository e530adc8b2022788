"""The search's settings: both engines obey them, and what one lacks goes to the other."""

from __future__ import annotations

import itertools

import pytest
import torch

from mulm_core.errors import UserError
from mulm_core.models import Base, load_base
from mulm_core.models.catalog import get_model
from mulm_core.translation import DecodeOptions
from mulm_core.translation.ct2 import CopiedModel, Ct2Search
from mulm_core.translation.decode import Decoder
from mulm_core.translation.torch_search import TorchSearch
from mulm_core.workspace import Workspace

TEXTS = [f"Click the {thing} to {action} the file." for thing in ("button", "menu", "icon", "row")
         for action in ("delete", "open", "print", "close")]  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    workspace = Workspace(tmp_path_factory.mktemp("none"))
    return load_base(get_model(workspace, "starter"))


@pytest.fixture(scope="module")
def copied(base: Base) -> CopiedModel:
    return CopiedModel(base)


def _both(
    base: Base, copied: CopiedModel, texts: list[str], **settings: object
) -> list[list[list[str]]]:
    """What torch finds, and what CTranslate2 does."""
    options = DecodeOptions(**settings)  # type: ignore[arg-type]
    fast = copied.choose(len(TEXTS), options)
    assert isinstance(fast, Ct2Search)
    return [
        Decoder(base, options, choose=lambda count, options, engine=engine: engine).alternatives(
            texts, "en", "de"
        )
        for engine in (TorchSearch(base), fast)
    ]


def test_alternatives_differ_and_begin_with_the_best(base: Base, copied: CopiedModel) -> None:
    best = _both(base, copied, TEXTS[:4])
    for engine, found in enumerate(_both(base, copied, TEXTS[:4], n_best=3)):
        assert all(len({*ways}) == 3 for ways in found)
        assert [ways[:1] for ways in found] == best[engine]


def test_both_engines_find_the_same_alternatives(base: Base, copied: CopiedModel) -> None:
    slow, fast = _both(base, copied, TEXTS[:4], n_best=2)
    assert sum(a == b for a, b in zip(slow, fast, strict=True)) >= 3  # rounding


def test_no_sequence_comes_twice(base: Base, copied: CopiedModel) -> None:
    text = "word " * 12
    pieces = base.tokenizer.sp_model.encode
    for found in _both(base, copied, [text], no_repeat_ngram=2):
        tokens = pieces(found[0][0], out_type=str)
        pairs = list(itertools.pairwise(tokens))
        assert len(pairs) == len({*pairs}) > 1
    for found in _both(base, copied, [text]):
        tokens = pieces(found[0][0], out_type=str)
        assert len(tokens) > len({*itertools.pairwise(tokens)}) + 1


def test_repetition_costs(base: Base, copied: CopiedModel) -> None:
    text = "word " * 12
    for plain, dear in zip(
        _both(base, copied, [text]),
        _both(base, copied, [text], repetition_penalty=3.0),
        strict=True,
    ):
        kinds = [len({*found[0][0].split()}) / len(found[0][0].split()) for found in (plain, dear)]
        assert kinds[1] > kinds[0]


def test_a_length_penalty_makes_longer_translations(base: Base, copied: CopiedModel) -> None:
    short = _both(base, copied, TEXTS[:4], length_penalty=-5.0)
    long = _both(base, copied, TEXTS[:4], length_penalty=5.0)
    for few, many in zip(short, long, strict=True):
        assert len("".join(ways[0] for ways in few)) < len("".join(ways[0] for ways in many))


def test_sampling_follows_its_seed_and_leaves_other_random_numbers_alone(
    base: Base, copied: CopiedModel
) -> None:
    def drawn(**settings: object) -> list[list[str]]:
        options = DecodeOptions(sampling=True, n_best=6, **settings)  # type: ignore[arg-type]
        assert isinstance(copied.choose(len(TEXTS), options), TorchSearch)
        return Decoder(base, options, choose=copied.choose).alternatives(TEXTS[:2], "en", "de")

    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = drawn()
    assert torch.equal(torch.get_rng_state(), before)
    assert drawn() == first != drawn(seed=2)
    assert len({*first[0]}) > 1
    assert all(len({*ways}) == 1 for ways in drawn(top_k=1))
    assert all(len({*ways}) == 1 for ways in drawn(top_p=0.01))


def test_more_alternatives_than_beams_are_refused_unless_drawn() -> None:
    with pytest.raises(UserError, match="4 beams find no 5 translations"):
        DecodeOptions(n_best=5)
    assert DecodeOptions(n_best=5, sampling=True).n_best == 5


def test_a_precision_is_one_of_the_choices() -> None:
    with pytest.raises(UserError, match="precision"):
        DecodeOptions(precision="int4")
