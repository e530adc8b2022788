"""``mulm probe``: what a training would cost on this machine, from a few real steps."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from mulm_core.cli.args import Parser
from mulm_core.cli.commands.train import add_training, training_request
from mulm_core.cli.output import Answer, duration
from mulm_core.cli.running import run_job
from mulm_core.training import ProbeResult, Recipe, probe


def declare(parser: Parser) -> None:
    """Declare ``mulm probe``, with the flags of ``mulm train``."""
    add_training(parser)
    parser.set_defaults(run=_probe)


def _probe(args: Namespace) -> Answer:
    request = training_request(args)
    result = run_job(probe, request)
    data = {**asdict(result), "recipe": request.recipe.to_dict()}
    return Answer(data, _text(request.recipe, result))


def _text(recipe: Recipe, result: ProbeResult) -> str:
    lines = [
        f"Recipe  {recipe.preset}: epochs {recipe.epochs:,}, evaluations in each "
        f"{recipe.evals_per_epoch:,}{f', steps {recipe.max_steps:,}' if recipe.max_steps else ''}",
        f"Time    {duration(result.seconds)}, give or take {result.error:.0%}: {result.steps:,} "
        f"steps of {result.step_seconds:.2f} s, each evaluation {result.evaluation_seconds:.1f} s",
        f"Memory  {result.memory_mb:,.0f} MiB; {result.free_memory_mb:,.0f} MiB are free",
        f"Disk    {result.disk_mb:,.0f} MiB at most; {result.free_disk_mb:,.0f} MiB are free",
        f"Learns  {result.trainable:,} parameters",
    ]
    if not result.fits:
        lines.append(
            f"Memory does not suffice: train with --batch-tokens {result.batch_tokens}, for which "
            "the time is told"
        )
    if result.disk_mb > result.free_disk_mb:
        lines.append("The disk does not suffice: free some space")
    return "\n".join(lines)
