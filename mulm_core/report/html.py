"""The report as one HTML file that stands alone: style and plots inside, no script, nothing else.

Everything from the outside is escaped, control characters are made visible, and each text takes
its own direction.
"""

from __future__ import annotations

import re
from pathlib import Path

from mulm_core import files
from mulm_core.report.model import Bars, Points, Report
from mulm_core.report.plots import SERIES, svg

# All control characters but tab and line feed, and halves of characters, which no file can hold.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def write_html(report: Report, path: Path | str) -> None:
    """Write the report as HTML (UTF-8); raises :class:`MulmError` where that is impossible."""
    files.write_text(Path(path), html(report))


def html(report: Report) -> str:
    """The report as one HTML document."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("mulm_core.report"),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = _svg
    template = environment.get_template("report.html.j2")
    return template.render(report=report, series=SERIES, count=len(SERIES))


def visible(text: str) -> str:
    """The text with every control character as its picture or number: ``␛``, ``\\x85``."""
    return _CONTROL.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else f"\\x{code:02x}"


def _svg(plot: Bars | Points) -> object:
    from markupsafe import Markup

    return Markup(visible(svg(plot)))  # its text is escaped as it is drawn
