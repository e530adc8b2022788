"""Which checkpoint is the best, and the record of every dev score."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mulm_core.runs import RunManifest
from mulm_core.training.dev import DevScores


@dataclass(frozen=True)
class Verdict:
    """Whether the chosen score rose above every earlier one, and whether this is the best.

    At an equal score the lower loss is the better checkpoint, but no reason to go on.
    """

    gain: bool
    best: bool


def judge(manifest: RunManifest, scores: DevScores, step: int, seconds: float) -> Verdict:
    """Compare the scores with the best so far and write them into the manifest.

    ``step`` 0 is the base itself, which is no checkpoint.
    """
    verdict = _compare(manifest, scores, step)
    entry: dict[str, Any] = {
        "step": step,
        "loss": scores.loss,
        "bleu": scores.bleu,
        "chrf": scores.chrf,
        "seconds": seconds,
    }
    if scores.general_bleu is not None:
        entry |= {"general_bleu": scores.general_bleu, "general_chrf": scores.general_chrf}
    if scores.directions:
        entry["directions"] = [asdict(part) for part in scores.directions]
    manifest.history.append(entry)
    manifest.signatures = scores.signatures
    manifest.steps, manifest.seconds = step, seconds
    if step == 0:
        manifest.zero_shot = entry
    elif verdict.best:
        manifest.best = entry
    return verdict


def _compare(manifest: RunManifest, scores: DevScores, step: int) -> Verdict:
    best, by = manifest.best, manifest.recipe["best_by"]
    if step == 0 or not best:
        return Verdict(True, step > 0)
    sign = -1 if by == "loss" else 1
    now, before = sign * getattr(scores, by), sign * best[by]
    gain = now > before
    return Verdict(gain, gain or (now == before and scores.loss < best["loss"]))
