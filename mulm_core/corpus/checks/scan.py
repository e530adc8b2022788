"""The scan: all rows once, every check together; it flags rows and excludes none."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.checks.base import Basis, Check, Flag, RowRule, Rule, TableRule
from mulm_core.corpus.checks.columns import Columns, empty_columns
from mulm_core.corpus.checks.examine import Examined, Task, examine
from mulm_core.corpus.checks.reader import Reader
from mulm_core.corpus.checks.registry import CHECKS, chosen
from mulm_core.corpus.checks.results import SAMPLES, CheckResult, check_states
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.types import CorpusInfo
from mulm_core.errors import UserError
from mulm_core.fields import validate
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

_SAMPLE = 10_000  # rows that thresholds are set from
_TABLE_SHARE = 0.05  # of the whole time that a check of the table takes, about


@dataclass(frozen=True)
class ScanRequest:
    """Which checks (none: all) to run on a corpus; ``settings`` by check, then by field.

    ``model`` is the id of the model for checks that need one. Settings that are not given are
    those of the last scan.
    """

    workspace: Workspace
    corpus: str
    checks: tuple[str, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    model: str = ""


@dataclass(frozen=True)
class ApplyRequest:
    """Checks to apply, or to take back, as one operation each."""

    workspace: Workspace
    corpus: str
    checks: tuple[str, ...]


@dataclass
class _Findings:
    """One check at work: its settings, its rule, and what it flagged."""

    check: Check
    settings: Any
    rule: Rule
    flags: list[Flag] = field(default_factory=list)


def scan(ctx: JobContext, request: ScanRequest) -> tuple[CheckResult, ...]:
    """Run checks and keep what they flag with the corpus; nothing is excluded.

    Progress is in rows. All or nothing: a cancelled scan leaves the flags of the last one. Raises
    :class:`UserError` for an unknown corpus, check, setting or model, ``Cancelled``.
    """
    checks = chosen(request.checks)
    unknown = set(request.settings) - set(CHECKS)
    if unknown:
        raise UserError(f"there is no check '{min(unknown)}'", fix=f"Known: {', '.join(CHECKS)}")
    info = get_corpus(request.workspace, request.corpus)
    ctx.report(0, None, f"Looking at {info.name}")
    with Reader.open(info.path) as reader:
        basis = _basis(reader, info, request)
        found = []
        for check in checks:
            ctx.check()
            found.append(_prepared(check, basis, reader, request))
        table = _first_pass(ctx, reader, found)
        _second_pass(ctx, reader, found, table)
        state = reader.state()
    ctx.check()
    with CorpusStore.open(info.path) as store:
        store.write_scan(
            (one.check.key, one.flags, dataclasses.asdict(one.settings), _verdict(one, state))
            for one in found
        )
    ctx.report(1, 1, "Done")
    keys = {check.key for check in checks}
    return tuple(r for r in check_states(request.workspace, request.corpus) if r.key in keys)


def apply(ctx: JobContext, request: ApplyRequest) -> tuple[CheckResult, ...]:
    """Keep out what the checks flagged, as one operation; rows that a person restored stay.

    Raises :class:`UserError` for a check that was never run on this corpus.
    """
    checks = chosen(request.checks)
    title = ", ".join(check.title for check in checks)
    with CorpusStore.open(get_corpus(request.workspace, request.corpus).path) as store:
        store.apply_check(*[check.key for check in checks], title=f"Apply: {title}")
    ctx.report(1, 1, title)
    return check_states(request.workspace, request.corpus)


def undo(ctx: JobContext, request: ApplyRequest) -> tuple[CheckResult, ...]:
    """Take rows back into use that the checks keep out, one operation a check."""
    checks = chosen(request.checks)
    with CorpusStore.open(get_corpus(request.workspace, request.corpus).path) as store:
        for check in checks:
            store.undo_check(check.key, title=f"Take back: {check.title}")
    ctx.report(1, 1, "Done")
    return check_states(request.workspace, request.corpus)


def _basis(reader: Reader, info: CorpusInfo, request: ScanRequest) -> Basis:
    model = None
    if request.model:
        from mulm_core.models import get_model
        from mulm_core.models.tokens import load_text_model

        model = load_text_model(get_model(request.workspace, request.model))
    return Basis(info.source, info.target, reader.sample(_SAMPLE), model)


def _prepared(check: Check, basis: Basis, reader: Reader, request: ScanRequest) -> _Findings:
    known = {spec.name for spec in dataclasses.fields(check.settings)}
    given = dict(request.settings.get(check.key, {}))
    if unknown := sorted(set(given) - known):
        raise UserError(f"the check '{check.key}' has no setting '{unknown[0]}'")
    last = {name: value for name, value in reader.settings(check.key).items() if name in known}
    settings = check.settings(**{**last, **given})
    validate(settings)
    return _Findings(check, settings, check.rule(basis, settings))


def _first_pass(ctx: JobContext, reader: Reader, found: list[_Findings]) -> Columns:
    rules = [one.rule for one in found if not one.rule.skipped]
    columns = {name for rule in rules if isinstance(rule, TableRule) for name in rule.columns}
    task = Task(
        {
            one.check.key: one.rule
            for one in found
            if isinstance(one.rule, RowRule) and not one.rule.skipped
        },
        tuple(sorted(columns)),
    )
    table = empty_columns(reader, task.columns, ctx.check)
    flags = {one.check.key: one.flags for one in found}
    total = _total(reader, found)
    with closing(examine(reader, task, ctx.check)) as batches:
        for part in batches:
            _take(table, flags, part)
            done = part.first - 1 + part.rows
            ctx.report(done, total, f"{done:,} of {reader.count:,} rows")
    return table


def _take(table: Columns, flags: dict[str, list[Flag]], part: Examined) -> None:
    start = part.first - 1
    for name, values in part.columns.items():
        table[name][start : start + part.rows] = values
    for key, rows in part.flags.items():
        flags[key] += rows
        for id, _ in rows:
            table.suspect[id - 1] = True


def _second_pass(ctx: JobContext, reader: Reader, found: list[_Findings], table: Columns) -> None:
    total = _total(reader, found)
    done = float(reader.count)
    for one in _table_checks(found):
        assert isinstance(one.rule, TableRule)
        ctx.check()
        ctx.report(done, total, one.check.title)
        for flag in one.rule.find(table):
            one.flags.append(flag)
        for id, _ in one.flags:
            table.suspect[id - 1] = True
        done += _TABLE_SHARE * reader.count


def _table_checks(found: list[_Findings]) -> Iterator[_Findings]:
    return (one for one in found if isinstance(one.rule, TableRule) and not one.rule.skipped)


def _total(reader: Reader, found: list[_Findings]) -> float:
    return max(1.0, reader.count * (1 + _TABLE_SHARE * sum(1 for _ in _table_checks(found))))


def _verdict(one: _Findings, state: dict[str, int]) -> dict[str, Any]:
    ids = sorted(id for id, _ in one.flags)
    spread = [ids[at * len(ids) // SAMPLES] for at in range(SAMPLES)] if ids else []
    return {
        "threshold": one.rule.threshold,
        "why": one.rule.why,
        "skipped": one.rule.skipped,
        "samples": sorted(set(spread)),
        "state": state,
    }
