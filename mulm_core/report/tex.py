"""The scores as a LaTeX table (booktabs), to be put into a paper."""

from __future__ import annotations

from pathlib import Path

from mulm_core import files
from mulm_core.evaluation import Evaluation, SystemResult
from mulm_core.report.html import visible
from mulm_core.scoring import METRICS, Score, verdict

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
_ESCAPES = str.maketrans(_SPECIAL)
_MARKS = {"better": r"$^{\uparrow}$", "worse": r"$^{\downarrow}$"}


def write_tex(evaluation: Evaluation, path: Path | str) -> None:
    """Write :func:`tex`; raises :class:`MulmError` where that is impossible."""
    files.write_text(Path(path), tex(evaluation))


def tex(evaluation: Evaluation) -> str:
    """A ``table`` with a row a system; arrows mark what differs significantly from the first."""
    keys = [key for key, _ in evaluation.baseline.metrics.items()]
    titles = " & ".join(_title(key) for key in keys)
    rows = [
        " & ".join([escape(result.title), *(_cell(key, result) for key in keys)]) + r" \\"
        for result in evaluation.systems
    ]
    return "\n".join(
        [
            "% needs \\usepackage{booktabs}",
            *(
                f"% {METRICS[key].title}: {signature}"
                for key, signature in evaluation.signatures.items()
            ),
            r"\begin{table}",
            r"\centering",
            rf"\begin{{tabular}}{{l{'r' * len(keys)}}}",
            r"\toprule",
            rf"System & {titles} \\",
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
            rf"\caption{{{_caption(evaluation)}}}",
            r"\end{table}",
            "",
        ]
    )


def escape(text: str) -> str:
    """The text on one line, with nothing in it that LaTeX would obey."""
    return " ".join(visible(text).translate(_ESCAPES).split())


def _title(key: str) -> str:
    arrow = r"$\downarrow$" if METRICS[key].lower_is_better else r"$\uparrow$"
    return f"{METRICS[key].title} {arrow}"


def _cell(key: str, result: SystemResult) -> str:
    score: Score = getattr(result.metrics, key)
    margin = rf" {{\scriptsize $\pm$ {score.margin:.1f}}}" if score.margin is not None else ""
    found = result.significance.get(key)
    mark = _MARKS.get(verdict(key, found), "") if found else ""
    return f"{score.score:.1f}{margin}{mark}"


def _caption(evaluation: Evaluation) -> str:
    base = escape(evaluation.baseline.title)
    name = escape(evaluation.test_name)
    pair = escape(f"{evaluation.source}-{evaluation.target}")
    told = f"{name}, {pair}, {len(evaluation.sources):,} segments."
    if len(evaluation.systems) == 1:
        return told
    arrows = rf"{_MARKS['better']}/{_MARKS['worse']}: significantly better/worse than {base}"
    return rf"{told} {arrows} ($p < 0.05$)."
