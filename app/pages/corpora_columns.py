"""The columns of the pairs table, and what is said of a row in words."""

from __future__ import annotations

from app.i18n import number, tr
from app.viewmodels.corpus_checks import check_title
from app.viewmodels.pair_pages import Pair
from app.widgets.segment_table import Column


def pair_columns() -> list[Column]:
    """Source, target, what becomes of the row, and where it came from."""
    return [
        Column(
            "number",
            tr("Row"),
            lambda pair: number(pair.id),
            width=64,
            number=True,
            counts=True,
            token=lambda pair: "text_secondary",
        ),
        side_column("source", tr("Source")),
        side_column("target", tr("Target")),
        Column(
            "state",
            tr("Use"),
            state_words,
            width=120,
            tooltip=tr("The split a pair is in, or what keeps it out"),
            token=lambda pair: "warning" if pair.excluded else "text_secondary",
            tip=lambda pair: "\n".join(reasons_of(pair)) or split_title(pair.split),
        ),
        Column(
            "where",
            tr("From"),
            _origin,
            width=130,
            by_line=True,
            from_width=640,
            tooltip=tr("File and place the pair was read from"),
            token=lambda pair: "text_secondary",
            tip=_origin,
        ),
    ]


def side_column(side: str, title: str) -> Column:
    """The texts of one side; struck through where the row is not in use."""
    return Column(
        side,
        title,
        lambda pair: getattr(pair, side),
        share=1,
        token=lambda pair: "text_secondary" if pair.excluded else None,
        struck=lambda pair: bool(pair.excluded),
        editable=True,
    )


def split_title(split: str) -> str:
    """A split's name for people."""
    return {"train": tr("Train"), "dev": tr("Dev"), "test": tr("Test")}.get(split, split)


def state_words(pair: Pair) -> str:
    """What becomes of a row: its split, or that it is excluded and by what."""
    if pair.excluded:
        return excluded_words(pair)
    flagged = [check_title(key) for key in pair.flagged if key not in pair.kept]
    if not flagged:
        return split_title(pair.split)
    checks = ", ".join(flagged)
    return tr("{split}, flagged: {checks}", split=split_title(pair.split), checks=checks)


def excluded_words(pair: Pair) -> str:
    """That a row is excluded, and by which checks; empty for a row in use."""
    if not pair.excluded:
        return ""
    return tr("Excluded: {checks}", checks=", ".join(map(check_title, pair.excluded)))


def reasons_of(pair: Pair) -> list[str]:
    """What each check says of the row and what that means, a line a check."""
    lines = []
    for key, reason in zip(pair.flagged, pair.reasons, strict=True):
        if key in pair.excluded:
            head = tr("Excluded, {check}", check=check_title(key))
        elif key in pair.kept:
            head = tr("Restored by hand, {check}", check=check_title(key))
        else:
            head = tr("Flagged, {check}", check=check_title(key))
        lines.append(f"{head}: {reason}" if reason else head)
    return lines


def _origin(pair: Pair) -> str:
    return f"{pair.file}\n{pair.unit}" if pair.unit else pair.file
