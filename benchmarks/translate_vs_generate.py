"""Our translation against Hugging Face's ``generate`` and CTranslate2 as its README uses it.

    python benchmarks/translate_vs_generate.py [--text sample|everyday] [--sentences N] [--rounds N]
    python benchmarks/translate_vs_generate.py --model 418M --sentences 64 --max-length 24

The same weights, texts and beam search (4 beams, the model's length penalty) for all three, each in
a process of its own, one after the other, as many rounds as asked. ``generate`` works in float32 on
32 sentences at a time, CTranslate2 in int8 on all lines at once; of both, the search alone is timed
and not the tokenizing. Ours is timed from texts to texts, with a model that is converted and in
memory. ``--model 418M`` is a model of the exact shape of facebook/m2m100_418M with random weights,
which ends no sentence: choose the length. Its scores say nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

ENVIRONMENT = dict(os.environ)  # as it is before the engine sets anything
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import large_model  # noqa: E402  (beside this file)

BEAMS = 4
PACKAGES = ("torch", "transformers", "ctranslate2")
SIDES = {"generate": "generate, batches of 32", "plain": "CTranslate2, int8", "ours": "MULM"}
WANTED = {"generate": 8.0, "plain": 1.2}
DIRECTIONS = {"sample": ("de", "fr"), "everyday": ("en", "de")}


def main() -> int:
    """Measure all sides in turn and print the comparison; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="starter", help="an id, a folder, or 418M")
    parser.add_argument("--text", choices=DIRECTIONS, default="sample")
    parser.add_argument("--sentences", type=int, default=200, help="0: all there are")
    parser.add_argument("--max-length", type=int, default=100, help="tokens of a translation")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        measured = globals()[options.side](options)
        (options.work / f"{options.side}.json").write_text(json.dumps(measured), encoding="utf-8")
        return 0
    with tempfile.TemporaryDirectory(prefix="mulm-benchmark-") as folder:
        options.work = Path(folder)
        if options.model == large_model.NAME:
            options.model = str(large_model.make(options.work / large_model.NAME))
        convert_plainly(options)
        compare(options)
    return 0


def compare(options: argparse.Namespace) -> None:
    """Run the rounds; print medians, BLEU and the ratios."""
    from mulm_core.scoring import bleu_chrf

    sources, references = texts(options)
    flags = f"--text {options.text} --sentences {len(sources)} --max-length {options.max_length}"
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    print(f"`python benchmarks/translate_vs_generate.py {flags}` on {platform.machine()}, ", end="")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}\n")
    rounds = [{side: run_side(side, options) for side in SIDES} for _ in range(options.rounds)]
    print("| | sentences/s | each round | BLEU |\n|---|---:|---:|---:|")
    for side, title in SIDES.items():
        rates = [len(sources) / found[side]["seconds"] for found in rounds]
        each = ", ".join(f"{rate:.1f}" for rate in rates)
        bleu, _ = bleu_chrf(rounds[-1][side]["texts"], references, DIRECTIONS[options.text][1])
        print(f"| {title} | {statistics.median(rates):.1f} | {each} | {bleu.score:.2f} |")
    print()
    for side, wanted in WANTED.items():
        ratios = [found[side]["seconds"] / found["ours"]["seconds"] for found in rounds]
        print(f"{statistics.median(ratios):.2f} times {SIDES[side]} (wanted {wanted:g})")


def run_side(side: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one side in a process of its own."""
    print(f"{SIDES[side]} ...", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, "--side", side, "--work", str(options.work)]
    for name in ("model", "text", "sentences", "max_length"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    subprocess.run(command, check=True, env=ENVIRONMENT)
    measured: dict[str, Any] = json.loads((options.work / f"{side}.json").read_text("utf-8"))
    return measured


def texts(options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Sources and references."""
    from mulm_core.corpus import read_pairs
    from mulm_core.samples import get_sample
    from mulm_core.training.general import general_pairs

    source, target = DIRECTIONS[options.text]
    if options.text == "sample":
        pairs, _ = read_pairs(get_sample().test, source, target)
    else:
        pairs = general_pairs(workspace(options), "", source, target)
    left, right = zip(*pairs[: options.sentences or None], strict=True)
    return list(left), list(right)


def workspace(options: argparse.Namespace) -> Any:
    """The benchmark's own workspace."""
    from mulm_core.workspace import Workspace

    return Workspace.open(options.work / "workspace")


def model_folder(options: argparse.Namespace) -> Path:
    """Where the model lies."""
    from mulm_core.models import get_model

    return Path(get_model(workspace(options), options.model).path)


def convert_plainly(options: argparse.Namespace) -> None:
    """The baseline's model, by CTranslate2's own converter."""
    from ctranslate2.converters import TransformersConverter

    converter = TransformersConverter(str(model_folder(options)))
    converter.convert(str(options.work / "ct2"), quantization="int8")


def timed(translate: Callable[[list[Any]], list[str]], given: list[Any]) -> dict[str, Any]:
    """Seconds that ``translate`` takes once it has warmed up on some, and what it makes of all."""
    translate(given[:16])
    began = time.perf_counter()
    made = translate(given)
    return {"seconds": time.perf_counter() - began, "texts": made}


def tokenizer(options: argparse.Namespace) -> Any:
    """The library's own tokenizer."""
    from transformers import AutoTokenizer

    source, target = DIRECTIONS[options.text]
    return AutoTokenizer.from_pretrained(model_folder(options), src_lang=source, tgt_lang=target)


def generate(options: argparse.Namespace) -> dict[str, Any]:
    """The way transformers' documentation shows, in batches of 32."""
    import torch
    from transformers import AutoModelForSeq2SeqLM

    tokens = tokenizer(options)
    model = AutoModelForSeq2SeqLM.from_pretrained(model_folder(options)).float().eval()
    forced = tokens.get_lang_id(DIRECTIONS[options.text][1])
    found: list[Any] = []

    def search(batches: list[Any]) -> list[str]:
        found[:] = [
            model.generate(
                **batch,
                forced_bos_token_id=forced,
                num_beams=BEAMS,
                max_length=options.max_length + 2,  # with the start and the language token
            )
            for batch in batches
        ]
        return []

    sources, _ = texts(options)
    batches = [
        tokens(sources[at : at + 32], return_tensors="pt", padding=True)
        for at in range(0, len(sources), 32)
    ]
    with torch.inference_mode():
        search(batches[:1])
        began = time.perf_counter()
        search(batches)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "texts": plain_texts(options, [r for b in found for r in b])}


def plain(options: argparse.Namespace) -> dict[str, Any]:
    """The way CTranslate2's README shows: all tokenized lines at once."""
    import ctranslate2

    tokens = tokenizer(options)
    translator = ctranslate2.Translator(str(options.work / "ct2"), compute_type="int8")
    settings = json.loads((model_folder(options) / "generation_config.json").read_text("utf-8"))
    prefix = [tokens.lang_code_to_token[DIRECTIONS[options.text][1]]]
    sources, _ = texts(options)
    lines = [tokens.convert_ids_to_tokens(tokens.encode(text)) for text in sources]

    def search(lines: list[Any]) -> list[Any]:
        results = translator.translate_batch(
            lines,
            target_prefix=[prefix] * len(lines),
            beam_size=BEAMS,
            length_penalty=settings.get("length_penalty", 1.0),
            max_decoding_length=options.max_length + 1,  # with the language token
        )
        return [result.hypotheses[0] for result in results]

    measured = timed(search, lines)
    ids = [tokens.convert_tokens_to_ids(hypothesis) for hypothesis in measured["texts"]]
    return {**measured, "texts": plain_texts(options, ids)}


def plain_texts(options: argparse.Namespace, sequences: Any) -> list[str]:
    """Token ids as text; the library leaves the language's token in."""
    from mulm_core.models.families import M2M100

    tokens = tokenizer(options)
    family = M2M100()
    family.prepare(tokens)
    return family.decode(tokens, [list(map(int, ids)) for ids in sequences])


def ours(options: argparse.Namespace) -> dict[str, Any]:
    """:func:`mulm_core.translation.translate`, from texts to texts."""
    from mulm_core.jobs import JobContext
    from mulm_core.translation import DecodeOptions, TranslateRequest, translate

    source, target = DIRECTIONS[options.text]
    model = str(Path(options.model).resolve()) if Path(options.model).is_dir() else options.model
    how = DecodeOptions(beams=BEAMS, max_length=options.max_length)

    def search(given: list[str]) -> list[str]:
        request = TranslateRequest(workspace(options), model, tuple(given), source, target, how)
        return list(translate(JobContext(), request))

    return timed(search, texts(options)[0])


if __name__ == "__main__":
    raise SystemExit(main())
