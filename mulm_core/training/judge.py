"""Which checkpoint is the best, whether that is good, and the record of every dev score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mulm_core.runs import RunManifest
from mulm_core.training.dev import DevScores


@dataclass(frozen=True)
class Verdict:
    """What an evaluation says.

    ``gain``: the chosen score rose above the best one before, a reason to go on. ``kept``: of what
    the run has learnt, or started from, this is the best. ``best``: the base is behind it as well.
    At an equal score the lower loss is the better state, but no reason to go on.
    """

    gain: bool
    kept: bool
    best: bool


def judge(manifest: RunManifest, scores: DevScores, step: int, seconds: float) -> Verdict:
    """Compare the scores with the best so far and write them into the manifest.

    The first at ``step`` 0 are the base's, which is no checkpoint; the second are those of the run
    that this one goes on from.
    """
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
    verdict = _compare(manifest, entry)
    manifest.history.append(entry)
    manifest.signatures = scores.signatures
    manifest.steps, manifest.seconds = step, seconds
    if not manifest.zero_shot:
        manifest.zero_shot = entry
    elif step == 0:
        manifest.start = entry
    if verdict.kept:
        manifest.best = entry
    return verdict


def _compare(manifest: RunManifest, entry: Mapping[str, Any]) -> Verdict:
    base, best, by = manifest.zero_shot, manifest.best, manifest.recipe["best_by"]
    if not base:
        return Verdict(True, False, False)
    now, before = _rank(entry, by), _rank(best or base, by)
    kept = not best or now > before
    gain = entry["step"] == 0 or now[0] > before[0]
    return Verdict(gain, kept, kept and now > _rank(base, by))


def _rank(scores: Mapping[str, Any], by: str) -> tuple[float, float]:
    """The higher, the better: first by the chosen score, then by the loss."""
    return -scores[by] if by == "loss" else scores[by], -scores["loss"]


def disappointments(manifest: RunManifest) -> Iterator[str]:
    """A warning for each of the base and the run's start that is not behind what it has learnt."""
    by = manifest.recipe["best_by"]
    own = [scores for scores in manifest.history if scores["step"]]
    if not own:
        return
    best = max(own, key=lambda scores: _rank(scores, by))
    for what, before in (
        ("the base model", manifest.zero_shot),
        (f"the run '{manifest.parent}', whose state is kept,", manifest.start),
    ):
        if before and _rank(best, by) <= _rank(before, by):
            than = "no better" if best[by] == before[by] else "worse"
            yield (
                f"What was learnt is {than} than {what} on the dev segments: "
                f"{_told(by, best)} at best, {_told(by, before)} before"
            )


def _told(by: str, scores: Mapping[str, Any]) -> str:
    if by == "loss":
        return f"loss {scores[by]:.3f}"
    return f"{'BLEU' if by == 'bleu' else 'chrF'} {scores[by]:.1f}"
