"""Evaluation: systems scored on one test set, segment by segment and as a whole."""

from mulm_core.evaluation.job import EvaluateRequest, evaluate
from mulm_core.evaluation.store import (
    Evaluation,
    SystemResult,
    delete_evaluation,
    get_evaluation,
    list_evaluations,
)
from mulm_core.evaluation.testset import TestSet, load_parallel, load_test_set

__all__ = [
    "EvaluateRequest",
    "Evaluation",
    "SystemResult",
    "TestSet",
    "delete_evaluation",
    "evaluate",
    "get_evaluation",
    "list_evaluations",
    "load_parallel",
    "load_test_set",
]
