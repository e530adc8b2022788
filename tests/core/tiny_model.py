"""A random M2M100 model of a few kilobytes, in the same files as a real one."""

from __future__ import annotations

import io
import json
from pathlib import Path

PAIRS = [
    (f"{noun} {verb} {number}", f"{substitute} {action} {number}")
    for noun, substitute in (
        ("the file", "le fichier"),
        ("the row", "la ligne"),
        ("a cell", "un champ"),
    )
    for verb, action in (("opens", "ouvre"), ("closes", "ferme"), ("shows", "affiche"))
    for number in range(20)
]
"""180 pairs, English to French."""


def build(folder: Path, languages: tuple[str, ...] = ("en", "fr"), seed: int = 0) -> Path:
    """Write the model to ``folder``: d=32, one encoder and one decoder layer, about 100 pieces."""
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    pieces = _sentencepiece(folder / "sentencepiece.bpe.model")
    vocabulary = {
        piece: index for index, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", *pieces])
    }
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    tokenizer = M2M100Tokenizer(
        str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"), src_lang=languages[0]
    )
    tokenizer.save_pretrained(folder)
    config = M2M100Config(
        vocab_size=len(vocabulary) + len(tokenizer.lang_code_to_token) + tokenizer.num_madeup_words,
        d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2,
        encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=256, init_std=0.2,
    )  # fmt: skip
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    model = M2M100ForConditionalGeneration(config)
    torch.set_rng_state(state)
    model.save_pretrained(folder)
    listed = "".join(f"- {code}\n" for code in languages)
    card = f"---\nlanguage:\n{listed}license: cc0-1.0\nmodel_name: Tiny\n---\n# Tiny\n"
    (folder / "README.md").write_text(card, encoding="utf-8")
    return folder


def _sentencepiece(path: Path) -> list[str]:
    """Train a tokenizer on the pairs, write it, and return its pieces without control tokens."""
    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text for pair in PAIRS for text in pair]),
        model_writer=written,
        model_type="bpe",
        vocab_size=100,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path.write_bytes(written.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    pieces = [processor.id_to_piece(index) for index in range(processor.get_piece_size())]
    return [piece for piece in pieces if piece not in ("<unk>", "<s>", "</s>")]
