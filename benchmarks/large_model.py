"""A model of facebook/m2m100_418M's exact shape with random weights: for speed and memory alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

NAME = "418M"
_VOCABULARY = 128_112


def make(folder: Path) -> Path:
    """Write the model into ``folder``: the starter's tokenizer, filled up with words of no text."""
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    starter = Path(__file__).parent.parent / "resources" / "models" / "starter"
    folder.mkdir(parents=True)
    for name in ("sentencepiece.bpe.model", "generation_config.json"):
        shutil.copy(starter / name, folder)
    pieces = json.loads((starter / "vocab.json").read_text("utf-8"))
    languages = M2M100Tokenizer.from_pretrained(starter).id_to_lang_token
    places = _VOCABULARY - len(languages)  # their tokens come after the pieces
    pieces |= {f"filler{id}": id for id in range(len(pieces), places)}
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps(pieces, ensure_ascii=False), encoding="utf-8")
    spm = folder / "sentencepiece.bpe.model"
    tokenizer = M2M100Tokenizer(str(vocabulary), str(spm), num_madeup_words=0)
    tokens = [token for _, token in sorted(tokenizer.id_to_lang_token.items())]
    tokenizer.add_special_tokens({"extra_special_tokens": tokens})
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    # The rest of the defaults are that model's: 12 + 12 layers, 1024 wide.
    config = M2M100Config(vocab_size=_VOCABULARY, max_position_embeddings=1024)
    M2M100ForConditionalGeneration(config).save_pretrained(folder)
    return folder
