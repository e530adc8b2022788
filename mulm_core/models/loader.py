"""Loading a base model: safetensors only, from a local folder only, never any remote code."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mulm_core import languages
from mulm_core.errors import EngineError, UserError
from mulm_core.models.catalog import ModelInfo
from mulm_core.models.device import autocast_dtype, pick_device
from mulm_core.models.families import FAMILIES, Family, pick_language, read_config
from mulm_core.models.libraries import import_libraries
from mulm_core.models.memory import is_out_of_memory, keep_freed_memory
from mulm_core.models.new_languages import codes_for, start_like
from mulm_core.quiet import quiet_libraries

if TYPE_CHECKING:
    import torch

_AUTO = tuple(f"transformers.models.auto.{name}_auto" for name in ("modeling", "tokenization"))


@dataclass
class Base:
    """A loaded model, in evaluation mode, with float32 weights that want no gradient.

    ``prompt`` is the PEFT model whose learnt prefix the decoder sees first, where one is active.
    ``new_languages`` are the model's codes for languages that it learns, or has learnt in the run
    that is active; ``new_tokens`` are the ids of those that learn a token of their own.
    """

    model: Any
    tokenizer: Any
    family: Family
    info: ModelInfo
    device: torch.device
    prompt: Any = None
    new_languages: Mapping[str, str] = field(default_factory=dict)
    new_tokens: tuple[int, ...] = ()

    def language(self, tag: str) -> str:
        """The model's own tag for ``tag``; raises :class:`UserError` naming those it has."""
        new = languages.match(tag, tuple(self.new_languages))
        if new is not None:
            return self.new_languages[new]
        return pick_language(tag, self.info.languages, self.info.id)

    @property
    def positions(self) -> int:
        """The most tokens that the model reads, or writes, at once."""
        return int(self.model.config.max_position_embeddings)

    def codes_for(self, borrowed: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
        """See :func:`mulm_core.models.new_languages.codes_for`."""
        places = self.model.config.vocab_size
        return codes_for(self.info, self.tokenizer, self.family, places, borrowed, added)

    def learn_languages(self, borrowed: Mapping[str, str], added: Mapping[str, str]) -> None:
        """Take new languages on: those borrow a known one's code, these get a token like its.

        Raises :class:`UserError` as :meth:`codes_for` does.
        """
        self.new_languages = self.codes_for(borrowed, added)
        self.new_tokens = start_like(
            self.model, self.tokenizer, self.family, self.new_languages, added
        )

    def precision(self) -> AbstractContextManager[Any]:
        """Inside it, matrices are multiplied in bfloat16 where that is faster on the device."""
        import torch

        dtype = autocast_dtype(self.device.type)
        return torch.autocast(self.device.type, dtype) if dtype else nullcontext()


def load_base(info: ModelInfo, device: str | None = None) -> Base:
    """Load the model that ``info`` describes onto ``device`` (None: the best there is).

    Raises :class:`UserError` for a folder that cannot be used or whose weights do not fit its
    configuration, :class:`EngineError` where the memory does not suffice.
    """
    if info.problem:
        raise UserError(info.problem, where=info.path)
    kind = read_config(info.path)["model_type"]
    import_libraries("torch", *_AUTO, f"transformers.models.{kind}.modeling_{kind}")
    import torch

    keep_freed_memory()
    place = torch.device(device or pick_device())
    model, tokenizer = _read(info, place)
    family = FAMILIES[kind]
    family.prepare(tokenizer)
    model.requires_grad_(False)
    model.eval()
    return Base(model, tokenizer, family, info, place)


def _read(info: ModelInfo, place: torch.device) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    quiet_libraries()
    options = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(info.path, **options)
        model = AutoModelForSeq2SeqLM.from_pretrained(
            info.path,
            use_safetensors=True,
            dtype=torch.float32,
            # On a CPU the fused attention kernels are slower than plain ones at sentence length.
            attn_implementation="eager" if place.type == "cpu" else "sdpa",
            **options,
        )
        return model.to(place), tokenizer
    except (MemoryError, OSError, ValueError, RuntimeError, KeyError) as error:
        if is_out_of_memory(error):
            raise EngineError(
                "there is not enough memory for this model",
                where=info.path,
                fix="Close other programs or choose a smaller model",
            ) from error
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(
            f"the model cannot be loaded ({reason})", where=info.path, fix="Download it again"
        ) from error
