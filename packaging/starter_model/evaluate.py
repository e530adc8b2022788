"""BLEU and chrF of every direction on three kinds of held-out text, through CTranslate2."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import ctranslate2
import sacrebleu
from common import SUPERVISED, ZERO_SHOT, WorkDir
from data import Message, pairs, read_messages
from samples import divide
from transformers import M2M100Tokenizer

BEAM = 4
COMPUTE_TYPE = "int8"
LENGTH_PENALTIES = (0.6, 1.0, 1.4)


class Translator:
    """The exported model in CTranslate2, for all directions."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = M2M100Tokenizer.from_pretrained(folder)
        with tempfile.TemporaryDirectory() as temporary:
            converted = str(Path(temporary) / "model")
            converter = ctranslate2.converters.TransformersConverter(str(folder))
            converter.convert(converted, quantization=COMPUTE_TYPE)
            self._engine = ctranslate2.Translator(
                converted, compute_type=COMPUTE_TYPE, inter_threads=1, intra_threads=2
            )

    def __call__(
        self, texts: list[str], source: str, target: str, length_penalty: float
    ) -> list[str]:
        """Translate with beam search; one line for one line."""
        tokenizer = self._tokenizer
        tokenizer.src_lang = source
        tokens = [tokenizer.convert_ids_to_tokens(tokenizer(t).input_ids) for t in texts]
        prefix = [tokenizer.get_lang_token(target)]
        results = self._engine.translate_batch(
            tokens,
            target_prefix=[prefix] * len(tokens),
            beam_size=BEAM,
            length_penalty=length_penalty,
            max_decoding_length=200,
            max_batch_size=2048,
            batch_type="tokens",
        )
        ids = [tokenizer.convert_tokens_to_ids(r.hypotheses[0]) for r in results]
        return [tokenizer.decode(i, skip_special_tokens=True) for i in ids]


def score(hypotheses: list[str], references: list[str], target: str) -> dict[str, Any]:
    """Corpus BLEU (Chinese with its own tokenizer) and chrF, with sacrebleu's signatures."""
    bleu = sacrebleu.BLEU(tokenize="zh" if target == "zh" else "13a")
    chrf = sacrebleu.CHRF()
    return {
        "sentences": len(hypotheses),
        "bleu": bleu.corpus_score(hypotheses, [references]).score,
        "bleu_signature": str(bleu.get_signature()),
        "chrf": chrf.corpus_score(hypotheses, [references]).score,
        "chrf_signature": str(chrf.get_signature()),
    }


def choose_length_penalty(translate: Translator, work: WorkDir) -> tuple[float, dict[str, float]]:
    """The length penalty with the best mean BLEU over the supervised directions on the dev set."""
    messages = read_messages(work, "dev", origin="libreoffice")
    means = {}
    for penalty in LENGTH_PENALTIES:
        scores = _scores(translate, messages, SUPERVISED, penalty)
        means[str(penalty)] = statistics.mean(s["bleu"] for s in scores.values())
    return float(max(means, key=lambda p: means[p])), means


def _scores(
    translate: Translator,
    messages: list[Message],
    directions: tuple[tuple[str, str], ...],
    length_penalty: float,
) -> dict[str, dict[str, Any]]:
    result = {}
    for source, target in directions:
        chosen = pairs(messages, source, target)
        hypotheses = translate([a for a, _ in chosen], source, target, length_penalty)
        result[f"{source}-{target}"] = score(hypotheses, [b for _, b in chosen], target)
    return result


def test_sets(work: WorkDir) -> dict[str, list[Message]]:
    """The three held-out sets: software text by hash, whole modules, whole campaigns."""
    return {
        "hash": read_messages(work, "test", origin="libreoffice"),
        "modules": divide(work, "module")["test"],
        "campaigns": divide(work, "campaign")["test"],
    }


def evaluate(work: WorkDir, folder: Path) -> dict[str, Any]:
    """Score the model in a folder in all 20 directions and write `scores.json`."""
    started = time.monotonic()
    translate = Translator(folder)
    penalty, penalties = choose_length_penalty(translate, work)
    sets = {
        name: _scores(translate, messages, SUPERVISED + ZERO_SHOT, penalty)
        for name, messages in test_sets(work).items()
    }
    result = {
        "length_penalty": penalty,
        "dev_bleu_by_length_penalty": penalties,
        "sets": sets,
        "seconds": time.monotonic() - started,
    }
    text = json.dumps(result, indent=1)
    (work.root / "scores.json").write_text(text, encoding="utf-8")
    return result
