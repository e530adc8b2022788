"""The commands of ``mulm``, one module each: ``register`` declares it, its ``run`` answers."""

from mulm_core.cli.commands import (
    compare,
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

ALL = (models, corpus, probe, train, search, translate, evaluate, compare, report, runs, demo)
"""In the order of the work."""
