"""Evaluation: systems scored on one test set, segment by segment and as a whole."""

from mulm_core.evaluation.glossary import Term, TermHit, load_glossary, term_hits
from mulm_core.evaluation.job import EvaluateRequest, evaluate
from mulm_core.evaluation.results import (
    Evaluation,
    FailedSystem,
    Figures,
    Kept,
    Leakage,
    SystemResult,
)
from mulm_core.evaluation.store import (
    delete_evaluation,
    get_evaluation,
    history,
    list_evaluations,
)
from mulm_core.evaluation.testset import (
    Outputs,
    TestSet,
    load_outputs,
    load_parallel,
    load_test_set,
)

__all__ = [
    "EvaluateRequest",
    "Evaluation",
    "FailedSystem",
    "Figures",
    "Kept",
    "Leakage",
    "Outputs",
    "SystemResult",
    "Term",
    "TermHit",
    "TestSet",
    "delete_evaluation",
    "evaluate",
    "get_evaluation",
    "history",
    "list_evaluations",
    "load_glossary",
    "load_outputs",
    "load_parallel",
    "load_test_set",
    "term_hits",
]
