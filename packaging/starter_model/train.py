"""Training from scratch on the CPU: a tight loop whose schedule follows the clock.

Learning rate and end are functions of the wall-clock time spent, not of a number of steps: a run
ends cooled down when its hours are over, however busy the machine was meanwhile.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.distributed
import torch.multiprocessing
from common import ENGLISH, OTHERS, SUPERVISED, WorkDir
from data import pairs, read_messages
from fused_loss import FusedLoss, autocast
from torch import Tensor
from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

MAX_PIECES = 100
LABEL_SMOOTHING = 0.1
WARM_UP = 0.02
# Dialogue is long and hard; at its natural share it would take a third of the time.
WESNOTH_SHARE = 0.5
SAVE_EVERY_SECONDS = 600
SHOW_EVERY_SECONDS = 30
DEV_PAIRS = 100

Pair = tuple[list[int], list[int]]


@dataclass(frozen=True)
class Settings:
    """What a run can vary; the defaults made the committed model."""

    hours: float = 1.4
    optimizer: str = "muon"
    batch_tokens: int = 3072
    workers: int = 2
    matrix_learning_rate: float = 3e-3
    learning_rate: float = 2e-3
    seed: int = 1


@dataclass
class Progress:
    """Where a run stands; saved with every checkpoint so that it can go on."""

    seconds: float = 0.0
    steps: int = 0
    tokens: int = 0
    epoch: int = 0
    batch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


def new_model(tokenizer: M2M100Tokenizer) -> M2M100ForConditionalGeneration:
    """A small M2M100: 6 encoder layers, 2 decoder layers (decoding is what costs later)."""
    config = M2M100Config(
        vocab_size=len(tokenizer),
        d_model=256,
        encoder_layers=6,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=1024,
        decoder_ffn_dim=1024,
        dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        encoder_layerdrop=0.0,
        decoder_layerdrop=0.0,
        max_position_embeddings=512,
        scale_embedding=True,
        # On short sequences the backward pass of the fused kernel is slow on CPUs.
        attn_implementation="eager",
    )
    model = M2M100ForConditionalGeneration(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "shared" in name:
                weight.normal_(std=config.d_model**-0.5)
                weight[config.pad_token_id].zero_()
            elif weight.ndim == 2:
                torch.nn.init.xavier_uniform_(weight)
    return model


class Corpus:
    """The encoded training pairs and the order they are seen in."""

    def __init__(self, work: WorkDir, tokenizer: M2M100Tokenizer, settings: Settings) -> None:
        self._tokenizer = tokenizer
        self._settings = settings
        self._cache: dict[tuple[str, str], list[int]] = {}
        self._train: dict[str, list[Pair]] = {"libreoffice": [], "wesnoth": []}
        for origin, encoded in self._train.items():
            messages = read_messages(work, "train", origin=origin)
            for source, target in SUPERVISED:
                encoded += self._encode_pairs(messages, source, target)
        self.dev: dict[str, list[Pair]] = {}
        for origin in self._train:
            messages = read_messages(work, "dev", origin=origin)
            for name, directions in {
                "en-x": [(ENGLISH, x) for x in OTHERS],
                "x-en": [(x, ENGLISH) for x in OTHERS],
            }.items():
                self.dev[f"{origin} {name}"] = [
                    pair
                    for source, target in directions
                    for pair in self._encode_pairs(messages, source, target)[:DEV_PAIRS]
                ]

    def _encode(self, text: str, language: str) -> list[int]:
        if (language, text) not in self._cache:
            encoder, unknown = self._tokenizer.encoder, self._tokenizer.unk_token_id
            pieces = self._tokenizer.sp_model.encode(text, out_type=str)
            ids = [encoder.get(piece, unknown) for piece in pieces]
            language_id = self._tokenizer.get_lang_id(language)
            self._cache[language, text] = [language_id, *ids, self._tokenizer.eos_token_id]
        return self._cache[language, text]

    def _encode_pairs(self, messages: list[Any], source: str, target: str) -> list[Pair]:
        encoded = [
            (self._encode(a, source), self._encode(b, target))
            for a, b in pairs(messages, source, target)
        ]
        return [pair for pair in encoded if max(map(len, pair)) <= MAX_PIECES]

    def batch_groups(self, epoch: int, size: int) -> list[list[list[Pair]]]:
        """The batches of an epoch in random order, `size` of nearly equal lengths at a time."""
        chance = random.Random(f"{self._settings.seed} {epoch}")
        wesnoth = self._train["wesnoth"]
        chosen = self._train["libreoffice"] + chance.sample(
            wesnoth, round(len(wesnoth) * WESNOTH_SHARE)
        )
        chance.shuffle(chosen)
        batches = list(token_batches(chosen, self._settings.batch_tokens))
        # Neighbours have nearly equal lengths, so the workers of a team finish together.
        groups = [batches[i : i + size] for i in range(0, len(batches) - size + 1, size)]
        chance.shuffle(groups)
        return groups


def token_batches(pairs_: list[Pair], budget: int) -> Iterator[list[Pair]]:
    """Cut pairs, sorted by both lengths, into batches of at most `budget` tokens a side."""
    batch: list[Pair] = []
    longest = 0
    for pair in sorted(pairs_, key=lambda p: (len(p[1]), len(p[0]))):
        longest = max(longest, len(pair[0]), len(pair[1]))
        if batch and longest * (len(batch) + 1) > budget:
            yield batch
            batch, longest = [], max(len(pair[0]), len(pair[1]))
        batch.append(pair)
    if batch:
        yield batch


def _tensor(rows: list[list[int]], pad: int) -> Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [pad] * (width - len(row)) for row in rows])


def batch_loss(
    model: M2M100ForConditionalGeneration, batch: list[Pair], smoothing: float
) -> tuple[Tensor, int]:
    """Mean loss a target token, computed at real positions only, and the number of tokens."""
    pad, end = model.config.pad_token_id, model.config.eos_token_id
    source = _tensor([p[0] for p in batch], pad)
    labels = _tensor([p[1] for p in batch], pad)
    decoder_input = torch.cat([torch.full((len(batch), 1), end), labels[:, :-1]], dim=1)
    mask = source != pad
    hidden = model.model(
        input_ids=source,
        attention_mask=None if bool(mask.all()) else mask,
        decoder_input_ids=decoder_input,
        use_cache=False,
    ).last_hidden_state
    real = labels != pad
    targets = labels[real]
    with torch.autocast("cpu", enabled=False):
        loss = FusedLoss.apply(hidden[real], model.lm_head.weight, targets, smoothing)
    return loss, len(targets)


@torch.no_grad()
def dev_losses(model: M2M100ForConditionalGeneration, corpus: Corpus) -> dict[str, float]:
    """Plain cross-entropy a token on the dev pairs, a group of directions."""
    losses = {}
    for name, group in corpus.dev.items():
        total, count = 0.0, 0
        for batch in token_batches(group, 4096):
            with autocast():
                loss, tokens = batch_loss(model, batch, 0.0)
            total, count = total + float(loss) * tokens, count + tokens
        losses[name] = round(total / count, 4)
    return losses


def optimizers(
    model: M2M100ForConditionalGeneration, settings: Settings
) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for embeddings, norms and biases."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "shared" not in n]
    rest = [p for n, p in model.named_parameters() if p.ndim != 2 or "shared" in n]
    if settings.optimizer == "adamw":
        groups = [{"params": matrices, "weight_decay": 0.01}, {"params": rest}]
        adam = torch.optim.AdamW(
            groups, lr=settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )
        return [adam]
    return [
        torch.optim.Muon(
            matrices,
            lr=settings.matrix_learning_rate,
            momentum=0.95,
            weight_decay=0.01,
            adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW(
            rest, lr=settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        ),
    ]


def schedule(fraction: float) -> float:
    """Factor on the learning rate after this fraction of the time: short rise, straight fall."""
    if fraction < WARM_UP:
        return max(fraction / WARM_UP, 0.01)
    return max(1 - fraction, 0.0) / (1 - WARM_UP)


def _save(
    path: Path,
    model: M2M100ForConditionalGeneration,
    steppers: list[torch.optim.Optimizer],
    progress: Progress,
) -> None:
    temporary = path.with_suffix(".tmp")
    state = {
        "model": model.state_dict(),
        "optimizers": [s.state_dict() for s in steppers],
        "progress": vars(progress),
    }
    torch.save(state, temporary)
    os.replace(temporary, path)


class Team:
    """The worker processes of a run: each takes its share of the batches, all take one step.

    One thread a process and one exchange a step: unlike threads that meet after every operation,
    that loses little when other programs take some of the processor.
    """

    def __init__(self, model: M2M100ForConditionalGeneration, rank: int, size: int) -> None:
        self.rank, self.size = rank, size
        parameters = list(model.parameters())
        self._buffer = torch.zeros(sum(p.numel() for p in parameters) + 3)
        start = 0
        for parameter in parameters:
            end = start + parameter.numel()
            parameter.grad = self._buffer[start:end].view_as(parameter)
            start = end

    def exchange(self, loss: float, tokens: int, seconds: float) -> tuple[float, int, float]:
        """Average the gradients; returns the mean loss, all tokens and the first worker's clock."""
        clock = seconds if self.rank == 0 else 0.0
        self._buffer[-3:] = torch.tensor([loss / self.size, tokens, clock * self.size])
        torch.distributed.all_reduce(self._buffer)
        mean, total, clock = self._buffer[-3:].tolist()
        self._buffer /= self.size
        return mean, round(total), clock / self.size

    def clear(self) -> None:
        """Set every gradient to zero, in place."""
        self._buffer.zero_()


def train(work: WorkDir, settings: Settings) -> None:
    """Train until the hours are spent, going on from the checkpoint where there is one."""
    # The workers talk to each other on this machine alone.
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    meeting = work.root / "meeting"
    meeting.unlink(missing_ok=True)
    torch.multiprocessing.spawn(_work, (work, settings, meeting), nprocs=settings.workers)


def _work(rank: int, work: WorkDir, settings: Settings, meeting: Path) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=meeting.as_uri(), rank=rank, world_size=settings.workers
    )
    torch.manual_seed(settings.seed)
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // settings.workers))
    tokenizer = M2M100Tokenizer.from_pretrained(work.tokenizer)
    model = new_model(tokenizer)
    steppers = optimizers(model, settings)
    peaks = [[group["lr"] for group in s.param_groups] for s in steppers]
    progress = Progress()
    if work.checkpoint.is_file():
        state = torch.load(work.checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        for stepper, saved in zip(steppers, state["optimizers"], strict=True):
            stepper.load_state_dict(saved)
        progress = Progress(**state["progress"])
    team = Team(model, rank, settings.workers)
    corpus = Corpus(work, tokenizer, settings)
    if rank == 0:
        _log(f"{sum(p.numel() for p in model.parameters()):,} parameters, {settings}")
    _loop(work, settings, model, steppers, peaks, progress, team, corpus)
    torch.distributed.destroy_process_group()


def _loop(
    work: WorkDir,
    settings: Settings,
    model: M2M100ForConditionalGeneration,
    steppers: list[torch.optim.Optimizer],
    peaks: list[list[float]],
    progress: Progress,
    team: Team,
    corpus: Corpus,
) -> None:
    budget = settings.hours * 3600
    started = time.monotonic() - progress.seconds
    shown = saved_at = progress.seconds
    steps, tokens_shown, losses = 0, progress.tokens, 0.0
    while progress.seconds < budget:
        groups = corpus.batch_groups(progress.epoch, team.size)
        for group in groups[progress.batch :]:
            factor = schedule(progress.seconds / budget)
            for stepper, rates in zip(steppers, peaks, strict=True):
                for parameters, rate in zip(stepper.param_groups, rates, strict=True):
                    parameters["lr"] = rate * factor
            with autocast():
                loss, tokens = batch_loss(model, group[team.rank], LABEL_SMOOTHING)
            loss.backward()
            mean, tokens, progress.seconds = team.exchange(
                loss.item(), tokens, time.monotonic() - started
            )
            if not math.isfinite(mean):
                raise FloatingPointError("the loss is no longer a number; lower the rates")
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for stepper in steppers:
                stepper.step()
            team.clear()
            progress.steps, progress.batch = progress.steps + 1, progress.batch + 1
            progress.tokens, steps, losses = progress.tokens + tokens, steps + 1, losses + mean
            if team.rank == 0 and progress.seconds - shown >= SHOW_EVERY_SECONDS:
                speed = (progress.tokens - tokens_shown) / (progress.seconds - shown)
                _log(
                    f"{progress.seconds:6.0f} s  step {progress.steps}  epoch {progress.epoch}"
                    f" ({progress.batch / len(groups):.0%})  tokens {progress.tokens:,}"
                    f"  loss {losses / steps:.3f}  {speed:.0f} tokens/s  rate x{factor:.2f}"
                )
                shown, steps, tokens_shown, losses = progress.seconds, 0, progress.tokens, 0.0
            if team.rank == 0 and progress.seconds - saved_at >= SAVE_EVERY_SECONDS:
                _evaluate_and_save(work, model, steppers, corpus, progress)
                saved_at = progress.seconds
            if progress.seconds >= budget:
                break
        else:
            progress.epoch, progress.batch = progress.epoch + 1, 0
    if team.rank == 0:
        _evaluate_and_save(work, model, steppers, corpus, progress)


def _evaluate_and_save(
    work: WorkDir,
    model: M2M100ForConditionalGeneration,
    steppers: list[torch.optim.Optimizer],
    corpus: Corpus,
    progress: Progress,
) -> None:
    losses = dev_losses(model, corpus)
    progress.history.append({"seconds": progress.seconds, "tokens": progress.tokens, **losses})
    _log("dev " + "  ".join(f"{name} {value:.3f}" for name, value in losses.items()))
    _save(work.checkpoint, model, steppers, progress)


def _log(line: str) -> None:
    print(line, flush=True)
