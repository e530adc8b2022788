"""Corpora: sentence pairs out of any file, kept in one SQLite file each."""

from mulm_core.corpus.adding import CORRECTIONS, AddRequest, AddResult, add_pair
from mulm_core.corpus.catalog import delete_corpus, find_corpus, get_corpus, list_corpora
from mulm_core.corpus.export import (
    FORMATS,
    ExportRequest,
    ExportResult,
    export_view,
    problems_csv,
)
from mulm_core.corpus.filling import ImportRequest, ImportResult
from mulm_core.corpus.importer import (
    already_imported,
    detect,
    find_direction,
    import_all_pairs,
    import_corpus,
    read_pairs,
)
from mulm_core.corpus.overview import Histogram, Statistics, StatisticsRequest, statistics
from mulm_core.corpus.split import split_of
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.text import read_lines
from mulm_core.corpus.types import (
    HAND,
    SPLITS,
    CheckState,
    CorpusInfo,
    Detected,
    Origin,
    Pair,
    Problem,
    ReadOptions,
    View,
)

__all__ = [
    "CORRECTIONS",
    "FORMATS",
    "HAND",
    "SPLITS",
    "AddRequest",
    "AddResult",
    "CheckState",
    "CorpusInfo",
    "CorpusStore",
    "Detected",
    "ExportRequest",
    "ExportResult",
    "Histogram",
    "ImportRequest",
    "ImportResult",
    "Origin",
    "Pair",
    "Problem",
    "ReadOptions",
    "Statistics",
    "StatisticsRequest",
    "View",
    "add_pair",
    "already_imported",
    "delete_corpus",
    "detect",
    "export_view",
    "find_corpus",
    "find_direction",
    "get_corpus",
    "import_all_pairs",
    "import_corpus",
    "list_corpora",
    "problems_csv",
    "read_lines",
    "read_pairs",
    "split_of",
    "statistics",
]
