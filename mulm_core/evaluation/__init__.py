"""Evaluation: systems scored on one test set, segment by segment and as a whole."""

from mulm_core.evaluation.analysis import (
    Analysis,
    AnalysisRequest,
    Bucket,
    Segment,
    analyse,
    by_length,
    histograms,
    segments,
)
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
    WordCounts,
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
from mulm_core.evaluation.words import NGram

__all__ = [
    "Analysis",
    "AnalysisRequest",
    "Bucket",
    "EvaluateRequest",
    "Evaluation",
    "FailedSystem",
    "Figures",
    "Kept",
    "Leakage",
    "NGram",
    "Note",
    "Outputs",
    "Segment",
    "SystemResult",
    "Term",
    "TermHit",
    "TestSet",
    "WordCounts",
    "analyse",
    "by_length",
    "delete_evaluation",
    "evaluate",
    "export_notes",
    "get_evaluation",
    "histograms",
    "history",
    "list_evaluations",
    "load_glossary",
    "load_notes",
    "load_outputs",
    "load_parallel",
    "load_test_set",
    "save_notes",
    "segments",
    "store_terms",
    "stored_terms",
    "term_hits",
]
