"""From the state of the Compare page to what its columns show and what is copied of it."""

from __future__ import annotations

from app.i18n import score, tr
from app.viewmodels.compare_state import Column, CompareState
from app.widgets.compare_column import Shown


def shown(column: Column, back_by: str) -> Shown:
    """A system's column; *back_by* is the model that translates back."""
    told = column.told
    return Shown(
        key=column.system,
        title=column.title,
        token=column.token,
        text=told.text,
        note=column.note,
        waiting=column.waiting,
        problem=column.problem,
        scores=_scores(column),
        words=tuple((word.start, word.end, word.probability) for word in told.words),
        links=told.links,
        alternatives=tuple((one.text, one.probability) for one in told.alternatives),
        terms=tuple((term.source, term.target, term.kept) for term in column.terms),
        back=column.back,
        back_by=back_by,
    )


def reference(text: str, place: int, count: int) -> Shown:
    """One of *count* references, counted from 0."""
    title = tr("Reference") if count == 1 else tr("Reference {n}", n=place + 1)
    return Shown(f"reference:{place}", title, "reference", text, fixed=True)


def table(state: CompareState) -> str:
    """Source, translations and references with their titles, as tab-separated text."""
    references = [
        (reference(text, place, len(state.references)).title, text)
        for place, text in enumerate(state.references)
    ]
    translations = [(column.title, column.text) for column in state.columns if column.text]
    cells = [(tr("Source"), state.text), *translations, *references]
    flat = [tuple(" ".join(cell.split()) for cell in pair) for pair in cells]
    return "\n".join("\t".join(row) for row in zip(*flat, strict=True))


def _scores(column: Column) -> tuple[tuple[str, str], ...]:
    if column.chrf is None or column.bleu is None:
        return ()
    return (
        (
            tr("chrF {score}", score=score(column.chrf)),
            tr(
                "chrF2 of this sentence: how many letters and runs of letters it shares with the "
                "reference, 0 to 100. Single sentences scatter widely."
            ),
        ),
        (
            tr("BLEU {score}", score=score(column.bleu)),
            tr(
                "BLEU of this sentence: how many words and runs of words it shares with the "
                "reference, 0 to 100. Only the score of a whole test set can be compared."
            ),
        ),
    )
