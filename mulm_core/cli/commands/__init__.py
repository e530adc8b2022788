"""The commands of ``mulm``, one module each: ``register`` declares it, its ``run`` answers."""

from mulm_core.cli.commands import (
    compare,
    convert,
    corpus,
    demo,
    evaluate,
    models,
    probe,
    report,
    runs,
    search,
    train,
    translate,
)

ALL = (
    models, corpus, probe, train, search, convert, translate, evaluate, compare, report, runs, demo,
)  # fmt: skip
"""In the order of the work."""
