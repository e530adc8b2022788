"""Our training loop against the usual script: Seq2SeqTrainer and PEFT with their defaults.

    python benchmarks/finetune_vs_peft.py [--pairs N] [--epochs N] [--seeds N] [--batch 16]
    python benchmarks/finetune_vs_peft.py --model 418M --pairs 512

The same base, pairs, LoRA settings, learning rate, epochs and seed go through both, without label
smoothing, each in a process of its own, one after the other. Time is that of the training steps
alone: no loading, no evaluation. Memory is the process's peak. Dev loss (nats per target token)
and dev scores of both adapters come from one and the same function; ours also tells after how much
training it was as good as the other in the end. ``--model 418M`` is a model of the exact shape of
facebook/m2m100_418M with random weights: speed and memory alone count there.
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
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

ENVIRONMENT = dict(os.environ)  # as it is before the engine sets anything
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import large_model  # noqa: E402  (beside this file)

CORPUS = "benchmark"
LARGE = large_model.NAME
PACKAGES = ("torch", "transformers", "peft", "accelerate")
SIDES = {"baseline": "Seq2SeqTrainer + PEFT", "ours": "MULM"}


@dataclass(frozen=True)
class Measured:
    """One side: time of the training steps, peak memory of the process, and what was learnt."""

    seconds: float
    peak_mb: float
    pairs: int
    tokens: int
    adapter: str
    curve: tuple[tuple[float, float], ...] = ()  # seconds of training, dev loss then
    dev_loss: float = 0.0
    dev_bleu: float = 0.0
    dev_chrf: float = 0.0


def main() -> int:
    """Measure both sides and print the comparison; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=0, help="training pairs (0: the sample's all)")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--model", default="starter", help="an id, a folder, or 418M")
    parser.add_argument("--batch", type=int, default=16, help="the baseline's sentences per batch")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each side")
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        side = ours if options.side == "ours" else baseline
        (options.work / f"{options.side}.json").write_text(json.dumps(asdict(side(options))))
        return 0
    with tempfile.TemporaryDirectory(prefix="mulm-benchmark-") as folder:
        options.work = Path(folder)
        if options.model == LARGE:
            options.model = str(large_model.make(options.work / LARGE))
        import_sample(options)
        print_head(options)
        ratios = [compare(options, seed) for seed in range(1, options.seeds + 1)]
    for name, found in zip(("the pairs/s", "the memory"), zip(*ratios, strict=True), strict=True):
        print(f"{statistics.mean(found):.2f} times {name}")
    return 0


def compare(options: argparse.Namespace, seed: int) -> tuple[float, float]:
    """Both sides with one seed, as rows of the table; returns the ratios of speed and memory."""
    options.seed = seed
    results = {side: run_side(side, options) for side in SIDES}
    if not is_large(options):
        results = {side: scored(options, result) for side, result in results.items()}
    for side, measured in results.items():
        print(f"| {SIDES[side]}, seed {seed} | {row(measured)} |", flush=True)
    theirs, own = results["baseline"], results["ours"]
    if not is_large(options):
        as_good = next((spent for spent, loss in own.curve if loss <= theirs.dev_loss), None)
        when = "never" if as_good is None else f"{as_good / theirs.seconds:.2f} of its time"
        print(f"| as good as the other's end | {when} ||||||", flush=True)
    speed = (own.pairs / own.seconds) / (theirs.pairs / theirs.seconds)
    return speed, own.peak_mb / theirs.peak_mb


def is_large(options: argparse.Namespace) -> bool:
    """Whether the model is :mod:`large_model`."""
    return Path(options.model).name == LARGE


def import_sample(options: argparse.Namespace) -> None:
    """The sample project's training file, or its first pairs, as a corpus."""
    from mulm_core.corpus import ImportRequest, import_corpus, read_pairs
    from mulm_core.jobs import JobContext
    from mulm_core.samples import get_sample

    sample = get_sample()
    pairs, _ = read_pairs(sample.train, sample.source, sample.target)
    chosen = pairs[: options.pairs or None]
    sides = [options.work / f"train.{tag}" for tag in (sample.source, sample.target)]
    for file, texts in zip(sides, zip(*chosen, strict=True), strict=True):
        file.write_text("".join(f"{' '.join(text.split())}\n" for text in texts), encoding="utf-8")
    request = ImportRequest(workspace(options), tuple(sides), sample.source, sample.target, CORPUS)
    import_corpus(JobContext(), request)


def workspace(options: argparse.Namespace) -> Any:
    """The benchmark's own workspace."""
    from mulm_core.workspace import Workspace

    return Workspace.open(options.work / "workspace")


def train_request(options: argparse.Namespace) -> Any:
    """What both sides are asked to do: the quick recipe, all epochs, no early stop."""
    from mulm_core.samples import get_sample
    from mulm_core.training import TrainRequest, recipe_from

    changes = {
        "epochs": options.epochs,
        "patience": 0,
        "seed": options.seed,
        "best_by": "loss",
        "label_smoothing": 0.0,
        "general_size": 0,
        "evals_per_epoch": 8,
    }
    if is_large(options):  # which is slow to score, and translates nothing
        changes |= {"evals_per_epoch": 1, "dev_size": 1}
    recipe = recipe_from("quick", {key: str(value) for key, value in changes.items()})
    sample = get_sample()
    model = str(Path(options.model).resolve()) if Path(options.model).is_dir() else options.model
    return TrainRequest(
        workspace(options), model, CORPUS, sample.source, sample.target, recipe, "ours"
    )


def run_side(side: str, options: argparse.Namespace) -> Measured:
    """Measure one side in a process of its own."""
    print(f"{SIDES[side]} ...", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, "--side", side, "--work", str(options.work)]
    for name in ("epochs", "model", "batch", "seed"):
        command += [f"--{name}", str(getattr(options, name))]
    subprocess.run(command, check=True, env=ENVIRONMENT)
    return Measured(**json.loads((options.work / f"{side}.json").read_text()))


def scored(options: argparse.Namespace, result: Measured) -> Measured:
    """``result`` with the dev scores of its adapter."""
    from peft import PeftModel

    from mulm_core.jobs import JobContext
    from mulm_core.training.setup import prepare

    setup = prepare(JobContext(), train_request(options))
    PeftModel.from_pretrained(setup.base.model, result.adapter)
    scores = setup.dev.score(lambda: None)
    return replace(result, dev_loss=scores.loss, dev_bleu=scores.bleu, dev_chrf=scores.chrf)


def print_head(options: argparse.Namespace) -> None:
    """The head of a Markdown table, as benchmarks/RESULTS.md keeps it."""
    from mulm_core.models import device_summary

    flags = " ".join(f"--{name} {getattr(options, name)}" for name in ("pairs", "epochs", "batch"))
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    print(f"`python benchmarks/finetune_vs_peft.py {flags}` on {device_summary()}, ", end="")
    print(
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {versions}"
    )
    print("\n| | pairs/s | target tokens/s | peak MB | dev loss | dev BLEU | dev chrF |")
    print("|---|---:|---:|---:|---:|---:|---:|", flush=True)


def row(measured: Measured) -> str:
    """One side's figures as table cells."""
    rates = (measured.pairs / measured.seconds, measured.tokens / measured.seconds)
    scores = [
        f"{measured.dev_loss:.3f}",
        f"{measured.dev_bleu:.2f}",
        f"{measured.dev_chrf:.2f}",
    ]
    return " | ".join(
        [
            f"{rates[0]:.2f}",
            f"{rates[1]:.0f}",
            f"{measured.peak_mb:.0f}",
            *(scores if measured.dev_loss else ["not scored"] * len(scores)),
        ]
    )


def ours(options: argparse.Namespace) -> Measured:
    """Train with :func:`mulm_core.training.train`."""
    from mulm_core.jobs import Event, JobContext, Progress
    from mulm_core.runs import get_run
    from mulm_core.training import DevEvaluated, TrainStep, train
    from mulm_core.training.setup import prepare

    spent, last = 0.0, time.perf_counter()
    curve: list[tuple[float, float]] = []

    def sink(event: Event) -> None:
        nonlocal spent, last
        now = time.perf_counter()
        if isinstance(event, TrainStep):
            spent += now - last
        if isinstance(event, DevEvaluated):
            curve.append((spent, event.loss))
        if not isinstance(event, Progress):
            last = now

    request = train_request(options)
    result = train(JobContext(sink), request)
    peak = peak_mb()
    tokens = int(prepare(JobContext(), request).train.target.lengths().sum()) - result.pairs
    adapter = get_run(request.workspace, result.run).adapter_path
    epochs = options.epochs
    pairs, tokens = result.pairs * epochs, tokens * epochs
    return Measured(spent, peak, pairs, tokens, str(adapter), tuple(curve))


def baseline(options: argparse.Namespace) -> Measured:
    """Train the way the libraries' documentation shows, with their defaults."""
    import torch  # noqa: F401 - before the engine, which would choose how its threads wait
    from peft import LoraConfig, TaskType, get_peft_model
    from transformers import (
        AutoModelForSeq2SeqLM,
        AutoTokenizer,
        DataCollatorForSeq2Seq,
        Seq2SeqTrainer,
        Seq2SeqTrainingArguments,
        set_seed,
    )

    from mulm_core.corpus import CorpusStore, get_corpus
    from mulm_core.models import get_model
    from mulm_core.training.adapters import TARGETS

    request = train_request(options)
    recipe = request.recipe
    set_seed(recipe.seed)
    folder = get_model(request.workspace, request.model).path
    tokenizer = AutoTokenizer.from_pretrained(
        folder, src_lang=request.source, tgt_lang=request.target
    )
    model = AutoModelForSeq2SeqLM.from_pretrained(folder)
    with CorpusStore.open(get_corpus(request.workspace, CORPUS).path) as store:
        pairs = list(store.pairs("train", request.source, request.target))
    rows = [dict(tokenizer(source, text_target=target)) for source, target in pairs]
    rows = [
        row for row in rows if max(map(len, (row["input_ids"], row["labels"]))) <= recipe.max_length
    ]
    config = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM,
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=TARGETS[recipe.lora_targets],
    )
    model = get_peft_model(model.float(), config)
    arguments = Seq2SeqTrainingArguments(
        output_dir=str(options.work / "trainer"),
        per_device_train_batch_size=options.batch,
        num_train_epochs=options.epochs,
        learning_rate=recipe.learning_rate,
        seed=recipe.seed,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    trainer = Seq2SeqTrainer(
        model=model,
        args=arguments,
        train_dataset=rows,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
    )
    began = time.perf_counter()
    trainer.train()
    spent = time.perf_counter() - began
    adapter = options.work / "baseline"
    model.save_pretrained(adapter, save_embedding_layers=False)
    # Less the forced language token, which teaches nothing: the same count on both sides.
    tokens = sum(len(row["labels"]) - 1 for row in rows)
    epochs = options.epochs
    return Measured(spent, peak_mb(), len(rows) * epochs, tokens * epochs, str(adapter))


def peak_mb() -> float:
    """The most memory this process has held, in MiB; the GPU's part is added."""
    import psutil
    import torch

    info = psutil.Process().memory_info()
    if hasattr(info, "peak_wset"):  # Windows
        peak = info.peak_wset / 2**20
    else:
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    gpu = torch.cuda.max_memory_allocated() / 2**20 if torch.cuda.is_available() else 0.0
    return float(peak + gpu)


if __name__ == "__main__":
    raise SystemExit(main())
