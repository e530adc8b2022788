"""Evaluation: systems scored on one test set, segment by segment and as a whole."""

from mulm_core.evaluation.glossary import (
    Term,
    TermHit,
    load_glossary,
    store_terms,
    stored_terms,
    term_hits,
)
from mulm_core.evaluation.job import EvaluateRequest, evaluate
from mulm_core.evaluation.notes import Note, export_notes, load_notes, save_notes
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
    "Note",
    "Outputs",
    "SystemResult",
    "Term",
    "TermHit",
    "TestSet",
    "delete_evaluation",
    "evaluate",
    "export_notes",
    "get_evaluation",
    "history",
    "list_evaluations",
    "load_glossary",
    "load_notes",
    "load_outputs",
    "load_parallel",
    "load_test_set",
    "save_notes",
    "store_terms",
    "stored_terms",
    "term_hits",
]
