"""The model card: every figure in it comes from the run's own records."""

from __future__ import annotations

import json
import platform
import statistics
from pathlib import Path
from typing import Any

import torch
from common import SUPERVISED, ZERO_SHOT, WorkDir
from data import HELD_OUT_CAMPAIGNS, HELD_OUT_MODULES
from evaluate import BEAM, COMPUTE_TYPE
from train import Corpus, Settings
from transformers import M2M100Tokenizer

_SETS = ("hash", "modules", "campaigns")


def _table(scores: dict[str, Any], directions: tuple[tuple[str, str], ...]) -> str:
    head = (
        "| direction | software text, hash split | held-out help modules "
        "| held-out campaigns |\n| --- | --- | --- | --- |\n"
    )
    rows = []
    for source, target in directions:
        cells = []
        for name in _SETS:
            s = scores["sets"][name][f"{source}-{target}"]
            cells.append(f"{s['bleu']:.1f} / {s['chrf']:.1f} ({s['sentences']})")
        rows.append(f"| {source}→{target} | " + " | ".join(cells) + " |")
    cells = [f"**{mean_bleu(scores, name, directions):.1f}**" for name in _SETS]
    rows.append("| mean BLEU | " + " | ".join(cells) + " |")
    return head + "\n".join(rows) + "\n"


def mean_bleu(
    scores: dict[str, Any], name: str, directions: tuple[tuple[str, str], ...] = SUPERVISED
) -> float:
    """Mean BLEU of these directions on one of the three test sets."""
    rows = scores["sets"][name]
    return statistics.mean(rows[f"{a}-{b}"]["bleu"] for a, b in directions)


def _signatures(scores: dict[str, Any]) -> str:
    rows = scores["sets"]["hash"]
    latin, chinese = rows["en-de"], rows["en-zh"]
    return (
        f"- BLEU: `{latin['bleu_signature']}`\n"
        f"- BLEU into Chinese: `{chinese['bleu_signature']}`\n"
        f"- chrF: `{latin['chrf_signature']}`\n"
    )


def _machine() -> str:
    names = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return f"{len(names)} cores of an {names[0]} CPU, no GPU, torch {torch.__version__}"


def write(work: WorkDir, settings: Settings) -> None:
    """Write the card as README.md of the exported model."""
    scores = json.loads((work.root / "scores.json").read_text(encoding="utf-8"))
    progress = torch.load(work.checkpoint, weights_only=True)["progress"]
    tokenizer = M2M100Tokenizer.from_pretrained(work.tokenizer)
    groups = len(Corpus(work, tokenizer, settings).batch_groups(0, settings.workers))
    text = _CARD.format(
        supervised=_table(scores, SUPERVISED),
        zero_shot=_table(scores, ZERO_SHOT),
        signatures=_signatures(scores),
        modules=", ".join(HELD_OUT_MODULES),
        campaigns=", ".join(HELD_OUT_CAMPAIGNS),
        hours=f"{settings.hours:g}",
        minutes=round(progress["seconds"] / 60),
        steps=f"{progress['steps']:,}",
        tokens=f"{progress['tokens'] / 1e6:.1f}",
        speed=f"{progress['tokens'] / progress['seconds']:,.0f}",
        epochs=f"{progress['steps'] / groups:.1f}",
        machine=f"{_machine()}, {platform.system()}",
        workers=settings.workers,
        batch=f"{settings.batch_tokens:,}",
        beam=BEAM,
        compute=COMPUTE_TYPE,
        penalty=f"{scores['length_penalty']:g}",
    )
    (work.model / "README.md").write_text(text, encoding="utf-8")


_CARD = """---
language: [en, de, fr, es, zh]
license: gpl-2.0
pipeline_tag: translation
---

# Starter model

A small multilingual translation model (M2M100 architecture, 8.9 million parameters, fp16) that
comes with the program, so that everything can be tried at once and offline. It knows English,
German, French, Spanish and Chinese, and it was trained **only from and into English**: German to
French and the like are truly zero-shot, which is what fine-tuning is for.

## What it can and cannot do

It has read user interfaces and help pages of one office suite and the dialogue of one fantasy game,
nothing else. It translates software text usefully and game dialogue poorly; it does **not** know
news, law, medicine, conversation or the web, and gives fluent nonsense there. Sentences of more
than about 100 pieces were not trained on. Between two languages other than
English it is weak until fine-tuned. The tokenizer lists all 100 languages of M2M100 because its
class demands them; `languages` in `config.json` names the five that mean something.
Do not rely on its output without reading it.

## Scores

BLEU / chrF (number of sentences), beam {beam}, length penalty {penalty} (chosen on the dev set),
through CTranslate2 with {compute} weights.

- *Software text, hash split*: strings and help of LibreOffice, chosen by a hash of the English.
- *Held-out help modules*: text of {modules}, the test part of the LibreOffice sample project.
- *Held-out campaigns*: text of {campaigns}, the test part of the Wesnoth sample project.

No English sentence of any of the three (compared without case, punctuation and spaces, numbers as
0) was trained on, in any direction.

### Supervised directions

{supervised}
### Zero-shot directions

{zero_shot}
{signatures}
## Training data and licences

- LibreOffice 7.4.7, the translations of interface and help (Debian source package `libreoffice`):
  Mozilla Public License 2.0.
- Battle for Wesnoth 1.16.9, the translations (Debian source package `wesnoth-1.16`): GNU General
  Public License, version 2 or later.

Whether weights are a derived work of the text they were trained on is not settled law. We take the
careful reading: the weights are offered under the GPL, version 2 or later, with the recipe that
makes them from their sources (`packaging/starter_model`) as their source code; the part of the text
that is under the MPL 2.0 may be used under the GPL as that licence provides. Who needs other terms
can train without Wesnoth. Output of the model is not claimed by us.

## How it was made

    python packaging/starter_model/make.py --work DIR --hours {hours}

From scratch: {minutes} minutes of wall-clock time, {steps} steps, {tokens} million target tokens
({epochs} passes over the training pairs), {speed} target tokens a second on average, on
{machine}. Other work ran on the same two cores meanwhile.

6 encoder and 2 decoder layers of width 256 (feed-forward 1024, 4 heads), 8,091 joint BPE pieces,
tied embeddings; Muon for the matrices and AdamW for the rest, {workers} single-threaded workers
with a batch of at most {batch} tokens of nearly equal length each, label smoothing 0.1, no dropout,
bfloat16 autocast, learning rate falling linearly to zero with the time spent.
"""
