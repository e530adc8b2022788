"""BERTScore by a model in a local folder: Zhang et al. 2020, without idf weights and rescaling.

The F1 of the best cosine similarities between the words of a translation and of its reference,
times 100; of several references the best counts. The score of a test set is the mean.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mulm_core.errors import UserError, explain_os_errors
from mulm_core.quiet import quiet_libraries

if TYPE_CHECKING:
    import numpy as np

_BATCH = 32  # segments
_DEPTH = 0.72  # how deep the layer lies whose vectors agree best with people: 9 of 12, 17 of 24
_MOST_TOKENS = 512


@dataclass(frozen=True)
class Mean:
    """A mean of segments' scores, as sacrebleu's metrics give theirs."""

    score: float


class BertScore:
    """Looks like one of sacrebleu's metrics; its statistics are a segment's score and a one.

    Raises :class:`UserError` for a folder without a model that can be used.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder).expanduser()
        self._tokenizer, self._model = _load(self._folder)
        self._layer = round(_DEPTH * int(self._model.config.num_hidden_layers))
        self.num_refs = 1

    def get_signature(self) -> str:
        """The references, the model, the hash of its weights, and the layer."""
        from transformers import __version__

        weights = _hash(self._folder)[:12]
        return (
            f"nrefs:{self.num_refs}|bertscore:F1|model:{self._folder.name}|sha256:{weights}|"
            f"layer:{self._layer}|idf:no|rescale:no|transformers:{__version__}"
        )

    def _compute_score_from_stats(self, stats: Sequence[float]) -> Mean:
        return Mean(float(stats[0]) / float(stats[1]) if stats[1] else 0.0)

    def rows(
        self,
        systems: Sequence[Sequence[str]],
        streams: Sequence[Sequence[str]],
        check: Callable[[], None],
    ) -> list[np.ndarray]:
        """The statistics of each system, of shape (segments, 2); ``check`` may raise."""
        import numpy as np

        scores: list[list[float]] = [[] for _ in systems]
        for start in range(0, len(streams[0]), _BATCH):
            part = slice(start, start + _BATCH)
            texts = {text for side in (*systems, *streams) for text in side[part]}
            check()
            vectors = self._vectors(sorted(texts, key=len))
            references = list(zip(*(stream[part] for stream in streams), strict=True))
            for found, hypotheses in zip(scores, systems, strict=True):
                found += [
                    max(_f1(vectors[text], vectors[one]) for one in several)
                    for text, several in zip(hypotheses[part], references, strict=True)
                ]
        return [np.stack([np.array(found), np.ones(len(found))], axis=1) for found in scores]

    def _vectors(self, texts: list[str]) -> dict[str, _Tokens]:
        import torch

        batch = self._tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=min(_MOST_TOKENS, int(self._tokenizer.model_max_length)),
            return_tensors="pt",
            return_special_tokens_mask=True,
        )
        frame = batch.pop("special_tokens_mask").bool()
        with torch.inference_mode():
            layers = self._model(**batch, output_hidden_states=True).hidden_states
        vectors = torch.nn.functional.normalize(layers[self._layer].float(), dim=-1)
        there = batch["attention_mask"].bool()
        return {
            text: _Tokens(rows[real].numpy(), ~framing[real].numpy())
            for text, rows, real, framing in zip(texts, vectors, there, frame, strict=True)
        }


@dataclass(frozen=True)
class _Tokens:
    """A unit vector for each token of a text, and which of them are words."""

    vectors: np.ndarray
    words: np.ndarray


def _f1(translation: _Tokens, reference: _Tokens) -> float:
    if not (translation.words.any() and reference.words.any()):
        return 0.0
    # As in the authors' program, a word may be most like what frames the other sentence.
    alike = translation.vectors @ reference.vectors.T
    precision = float(alike.max(1)[translation.words].mean())
    recall = float(alike.max(0)[reference.words].mean())
    return 200 * precision * recall / (precision + recall) if precision + recall else 0.0


def _load(folder: Path) -> tuple[Any, Any]:
    if not (folder / "config.json").is_file():
        raise UserError(
            "there is no model in this folder",
            where=folder,
            fix="Choose a folder with an encoder such as xlm-roberta-base, in safetensors",
        )
    quiet_libraries()
    from transformers import AutoModel, AutoTokenizer

    options = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        model = AutoModel.from_pretrained(folder, use_safetensors=True, **options)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UserError(f"this model cannot be loaded ({reason})", where=folder) from error
    return tokenizer, model.eval()


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.glob("model*.safetensors")):
        with explain_os_errors(file), file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
