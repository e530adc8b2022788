"""Searching for a better recipe: a few trainings, chosen by what earlier ones scored."""

from mulm_core.search.events import SearchStarted, TrialChanged
from mulm_core.search.job import ResumeSearch, SearchRequest, SearchResult, result_of, search
from mulm_core.search.record import Plan, Search, Trial, get_search, list_searches
from mulm_core.search.space import Range, default_fields, searchable, space_of

__all__ = [
    "Plan",
    "Range",
    "ResumeSearch",
    "Search",
    "SearchRequest",
    "SearchResult",
    "SearchStarted",
    "Trial",
    "TrialChanged",
    "default_fields",
    "get_search",
    "list_searches",
    "result_of",
    "search",
    "searchable",
    "space_of",
]
