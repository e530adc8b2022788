"""From a checkpoint of the training to a folder in Hugging Face layout, fp16."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from common import LANGUAGES, WorkDir
from train import new_model
from transformers import GenerationConfig, M2M100Tokenizer

_TOKENIZER_FILES = (
    "added_tokens.json",
    "sentencepiece.bpe.model",
    "tokenizer_config.json",
    "vocab.json",
)


def export(work: WorkDir, folder: Path, length_penalty: float = 1.0) -> None:
    """Write the checkpoint's model, its tokenizer and its decoding defaults into a folder."""
    state = torch.load(work.checkpoint, weights_only=True)
    model = new_model(M2M100Tokenizer.from_pretrained(work.tokenizer))
    model.load_state_dict(state["model"])
    # The tokenizer class insists on the 100 languages of M2M100; these are the ones it learnt.
    model.config.languages = list(LANGUAGES)
    model.generation_config = GenerationConfig(
        num_beams=4,
        max_length=200,
        length_penalty=length_penalty,
        early_stopping=True,
        bos_token_id=model.config.bos_token_id,
        pad_token_id=model.config.pad_token_id,
        eos_token_id=model.config.eos_token_id,
        decoder_start_token_id=model.config.decoder_start_token_id,
    )
    folder.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(folder)
    # Readable by everyone, like any other file of the repository.
    (folder / "model.safetensors").chmod(0o644)
    for name in _TOKENIZER_FILES:
        shutil.copyfile(work.tokenizer / name, folder / name)
