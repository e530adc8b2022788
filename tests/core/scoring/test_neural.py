"""BERTScore by a tiny real encoder: counted again here, word by word."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mulm_core.errors import UserError
from mulm_core.scoring import ScoreOptions, Scorer, judge
from mulm_core.scoring.neural import BertScore

WORDS = ["the", "cat", "dog", "sees", "a", "tree", "house", "now"]
REFERENCES = ["the cat sees a tree", "a dog sees the house now", "tree"]
SYSTEM = ["the cat sees the tree", "dog house", ""]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("models") / "tiny-bert"
    folder.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=4, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    state = torch.get_rng_state()
    torch.manual_seed(1)
    BertModel(config).save_pretrained(folder)
    torch.set_rng_state(state)
    return folder


def by_hand(encoder: Path, translation: str, reference: str) -> float:
    """One sentence at a time, one similarity at a time."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder)
    model = AutoModel.from_pretrained(encoder).eval()

    def vectors(text: str) -> list[torch.Tensor]:
        with torch.inference_mode():
            found = model(**tokenizer(text, return_tensors="pt"), output_hidden_states=True)
        return list(found.hidden_states[3][0])

    left, right = vectors(translation), vectors(reference)
    alike = [[float(torch.cosine_similarity(a, b, dim=0)) for b in right] for a in left]
    # [CLS] and [SEP] at the ends may be matched, but do not count themselves.
    words, wanted = range(1, len(left) - 1), range(1, len(right) - 1)
    precision = sum(max(alike[at]) for at in words) / len(words)
    recall = sum(max(row[at] for row in alike) for at in wanted) / len(wanted)
    return 200 * precision * recall / (precision + recall)


def test_scores_are_those_counted_by_hand(encoder: Path) -> None:
    rows, perfect = BertScore(encoder).rows([SYSTEM, REFERENCES], [REFERENCES], lambda: None)
    assert rows[:, 0].tolist() == pytest.approx(
        [by_hand(encoder, SYSTEM[at], REFERENCES[at]) for at in (0, 1)] + [0.0], abs=1e-3
    )
    assert perfect[:, 0].tolist() == pytest.approx([100.0] * 3)


def test_it_is_one_more_metric_with_interval_and_test(encoder: Path) -> None:
    options = ScoreOptions(bertscore=str(encoder), resamples=50, trials=50)
    scorer = Scorer("en", options, 2)
    systems = [SYSTEM, REFERENCES]
    counted = scorer.gather(systems, [REFERENCES, [*REFERENCES[:2], "the tree now"]])
    (worse, better), (_, tests) = judge(scorer, counted)
    assert better.bertscore is not None and worse.bertscore is not None
    assert better.bertscore.score == pytest.approx(100)
    assert worse.bertscore.score == pytest.approx(counted[0].rows["bertscore"][:, 0].mean())
    assert (worse.bertscore.margin or 0) > 0
    signature = better.bertscore.signature
    assert signature.startswith("nrefs:2|bertscore:F1|model:tiny-bert|sha256:")
    assert "|layer:3|" in signature
    assert tests["bertscore"].difference > 0 and tests["bertscore"].corrected is not None


def test_a_folder_without_a_model_is_told(tmp_path: Path, encoder: Path) -> None:
    with pytest.raises(UserError, match="there is no model in this folder"):
        BertScore(tmp_path)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be loaded"):
        BertScore(tmp_path)
