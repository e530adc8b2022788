"""The same search in CTranslate2, several times faster: for many texts at once.

A model that changes all the time (in training) is copied in memory, in float32: measured on 200
segments, 99 % of the translations are torch's own to the letter. Others are converted once and
kept on disk (``conversion.py``).
"""

from __future__ import annotations

import json
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mulm_core.models import Base
from mulm_core.translation.engine import MOST_TOKENS, Batch, Check, Engine, Found, Goal
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.torch_search import TorchSearch

_LOADERS = {"m2m_100": "M2M100Loader"}  # CTranslate2's reader of each model type
_VOCABULARY = "shared_vocabulary.json"
_BATCHES = 16  # wanted at least, for as many processors
_FEWEST_TOKENS = 1024
_FEWEST_TEXTS = 16  # fewer are done before the weights are copied
_MOST_PARAMETERS = 200_000_000  # above, a copy for one call costs more than it saves


def worth_it(texts: int) -> bool:
    """Whether ``texts`` distinct texts are worth a conversion."""
    return texts >= _FEWEST_TEXTS


def possible(base: Base, options: DecodeOptions) -> bool:
    """Whether CTranslate2 can do it: it draws no samples."""
    return convertible(base) and not options.sampling


def convertible(base: Base) -> bool:
    """Whether CTranslate2 can take the model; a prefix cannot be merged."""
    return base.prompt is None and base.model.config.model_type in _LOADERS


class CopiedModel:
    """Engines that need nothing on disk; the copy is made once, where it is worth it."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._copy: Ct2Search | None = None

    def choose(self, texts: int, options: DecodeOptions) -> Engine:
        """The engine for ``texts`` distinct texts."""
        base = self._base
        size = sum(weights.numel() for weights in base.model.parameters())
        small = base.device.type == "cpu" and size <= _MOST_PARAMETERS
        if not (small and worth_it(texts) and possible(base, options)):
            return TorchSearch(base)
        if self._copy is None:
            with tempfile.TemporaryDirectory(prefix="mulm-") as folder:
                write_converted(base, Path(folder), "float32")
                self._copy = Ct2Search(Path(folder), "float32")
        return self._copy


class Ct2Search:
    """The converted model in ``folder``, which may go once it is loaded."""

    def __init__(self, folder: Path, precision: str, device: str = "cpu") -> None:
        import ctranslate2
        import torch

        threads = torch.get_num_threads()
        self._engine = ctranslate2.Translator(
            str(folder),
            device=device,
            compute_type=precision,
            # Whole batches side by side: threads within one wait for each other at every layer.
            inter_threads=threads,
            intra_threads=1,
        )
        self._ahead = 2 * threads
        torch.set_num_threads(threads)  # the engine has set it for the whole process
        self._vocabulary = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        self._ids = {token: index for index, token in enumerate(self._vocabulary)}

    def batch_tokens(self, total: int) -> int:
        """Enough batches to go round; small ones take hardly longer, unlike tiny ones.

        Not by the number of threads: it must not change what a text becomes, to the last digit.
        """
        return max(_FEWEST_TOKENS, min(MOST_TOKENS, total // _BATCHES))

    def search(self, batches: Sequence[Batch], goal: Goal, check: Check) -> Iterator[list[Found]]:
        """See :class:`mulm_core.translation.engine.Engine`; a few batches are always under way."""
        waiting: deque[list[Any]] = deque()
        for batch in batches:
            check()
            waiting.append(self._begin(batch, goal))
            if len(waiting) > self._ahead:
                yield self._end(waiting.popleft())
        while waiting:
            check()
            yield self._end(waiting.popleft())

    def _begin(self, batch: Batch, goal: Goal) -> list[Any]:
        vocabulary, options = self._vocabulary, goal.options
        begun: list[Any] = self._engine.translate_batch(
            [[vocabulary[index] for index in row] for row in batch.rows],
            target_prefix=[[vocabulary[goal.first]]] * len(batch.rows),
            asynchronous=True,
            beam_size=options.beams,
            num_hypotheses=options.n_best,
            length_penalty=goal.penalty,
            no_repeat_ngram_size=options.no_repeat_ngram,
            repetition_penalty=options.repetition_penalty,
            max_decoding_length=batch.limit + 1,  # the prefix counts
            max_input_length=0,
        )
        return begun

    def _end(self, begun: list[Any]) -> list[Found]:
        ids = self._ids
        return [
            [[ids[token] for token in tokens[1:]] for tokens in result.result().hypotheses]
            for result in begun
        ]


def write_converted(base: Base, folder: Path, precision: str) -> None:
    """Write the model, adapter included, into ``folder`` for CTranslate2."""
    from ctranslate2.converters import transformers as converters

    loader = getattr(converters, _LOADERS[base.model.config.model_type])()
    with merged(base.model):
        spec = loader.get_model_spec(base.model)
        vocabulary: list[str] = loader.get_vocabulary(base.model, base.tokenizer)
        loader.set_vocabulary(spec, vocabulary)
        loader.set_config(spec.config, base.model, base.tokenizer)
        spec.validate()
        _unshare(spec)
        spec.optimize(quantization=precision)
        spec.save(str(folder))


def _unshare(spec: Any) -> None:
    """Keep the model's own weights: CTranslate2 would quantise in place, in the same memory."""
    from ctranslate2.specs.model_spec import PyTorchVariable, visit_spec

    def unshare(owner: Any, name: str, value: Any) -> None:
        if isinstance(value, PyTorchVariable):
            tensor = value.tensor = value.tensor.detach().cpu()
            value.numpy = lambda: tensor.numpy().copy()

    visit_spec(spec, unshare)


@contextmanager
def merged(model: Any) -> Iterator[None]:
    """The active adapter added to the weights; afterwards the very same tensors are back."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    layers = [
        layer
        for layer in model.modules()
        if isinstance(layer, BaseTunerLayer) and not layer.disable_adapters
    ]
    own = [
        (weights, weights.data)
        for layer in layers
        for weights in layer.get_base_layer().parameters()
    ]
    try:
        for layer in layers:
            layer.merge(safe_merge=True)  # into new tensors: subtracting again would round
        yield
    finally:
        for weights, data in own:
            weights.data = data
        for layer in layers:
            layer.merged_adapters.clear()
