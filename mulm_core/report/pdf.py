"""The report as PDF, with fonts of this computer for whatever scripts are in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mulm_core import files
from mulm_core.report.fonts import Fonts, find_fonts, scripts_of
from mulm_core.report.html import visible
from mulm_core.report.model import Bars, Report, Section, Table
from mulm_core.report.plots import FONT_SIZE, SERIES, Box, Dot, Drawing, Label, Line, draw

if TYPE_CHECKING:
    from fpdf import FPDF

_TEXT, _DIM, _LINE = (28, 29, 33), (95, 99, 107), (227, 228, 232)
_BODY, _SMALL = 9, 8
_HEADING = 15.0  # millimetres of a title and what is under it
_MOST = 2400  # characters of a table's row: it must fit a page
_SCALE = 0.24  # millimetres of a plot's pixel
_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}  # how much of the text comes before its place
_PLAIN = "Helvetica"  # every viewer has it, for the letters of western Europe only


def write_pdf(report: Report, path: Path | str) -> None:
    """Write the report as PDF; raises :class:`MulmError` where that is impossible.

    Where no font of this computer has a character, the first page says so.
    """
    files.write_bytes(Path(path), _Document(report).bytes())


class _Document:
    """Writes one report, from top to bottom."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._fonts = find_fonts("".join(visible(text) for text in _texts(report)))
        self._pdf = self._opened()

    def bytes(self) -> bytes:
        """The whole document."""
        self._line(self._report.title, size=16)
        self._line(self._report.subtitle, color=_DIM)
        for told in _missing(self._fonts):
            self._line(told)
        for section in self._report.sections:
            self._section(section)
        return bytes(self._pdf.output())

    def _opened(self) -> FPDF:
        from fpdf import FPDF

        pdf = FPDF(format="A4")
        pdf.set_title(self._clean(self._report.title))
        pdf.set_auto_page_break(True, 15)
        names = []
        for at, file in enumerate(self._fonts.files):
            pdf.add_font(f"font{at}", fname=file)
            names.append(f"font{at}")
        self._family = names[0] if names else _PLAIN
        pdf.add_page()
        pdf.set_font(self._family, size=_BODY)
        if names:
            pdf.set_fallback_fonts(names[1:], exact_match=False)
            pdf.set_text_shaping(True)
        return pdf

    def _section(self, section: Section) -> None:
        self._pdf.ln(4)
        self._line(section.title, size=12)
        for sentence in section.sentences:
            self._line(sentence)
        for table in section.tables:
            self._table(table)
        for plot in section.plots:
            drawing = draw(plot)
            self._keep_together(_HEADING + drawing.height * _SCALE)
            self._line(plot.title, color=_DIM)
            if isinstance(plot, Bars):
                self._legend(plot.names)
            self._drawing(drawing)
        for example in section.examples:
            self._keep_together(2 * _HEADING)
            self._line(example.title, color=_DIM)
            self._table(Table((), example.lines))

    def _keep_together(self, height: float) -> None:
        if self._pdf.will_page_break(height):
            self._pdf.add_page()

    def _line(self, text: str, *, size: int = _BODY, color: tuple[int, int, int] = _TEXT) -> None:
        self._font(size)
        self._pdf.set_text_color(*color)
        self._pdf.multi_cell(
            0, size * 0.55, self._clean(text), align="L", new_x="LMARGIN", new_y="NEXT"
        )

    def _legend(self, names: tuple[str, ...]) -> None:
        self._font(_SMALL)
        pdf = self._pdf
        for at, name in enumerate(names):
            text = self._clean(_cut(name, 60))
            width = pdf.get_string_width(text) + 4
            if pdf.get_x() + 6 + width > pdf.w - pdf.r_margin:
                pdf.ln(5)
            pdf.set_fill_color(*_series(at))
            pdf.rect(pdf.get_x() + 1, pdf.get_y() + 1, 3, 3, style="F")
            pdf.set_x(pdf.get_x() + 6)
            pdf.cell(width, 5, text)
        pdf.ln(6)

    def _drawing(self, drawing: Drawing) -> None:
        pdf = self._pdf
        left, top = pdf.l_margin, pdf.get_y()
        self._font(FONT_SIZE * _SCALE * pdf.k)
        pdf.set_text_color(*_DIM)
        for shape in drawing.shapes:
            match shape:
                case Box(x, y, width, height, series):
                    pdf.set_fill_color(*_series(series))
                    box = (x * _SCALE + left, y * _SCALE + top, width * _SCALE, height * _SCALE)
                    pdf.rect(*box, style="F")
                case Dot(x, y, series):
                    pdf.set_fill_color(*_series(series))
                    pdf.circle(x * _SCALE + left, y * _SCALE + top, 2 * _SCALE, style="F")
                case Line(x1, y1, x2, y2, color):
                    pdf.set_draw_color(*_rgb(color))
                    ends = (x1 * _SCALE + left, y1 * _SCALE + top, x2 * _SCALE + left)
                    pdf.line(*ends, y2 * _SCALE + top)
                case Label(x, y, text, anchor):
                    clean = self._clean(text)
                    back = _ANCHORS[anchor] * pdf.get_string_width(clean)
                    pdf.set_xy(
                        x * _SCALE + left - back - pdf.c_margin, (y - FONT_SIZE) * _SCALE + top
                    )
                    pdf.cell(text=clean)
        pdf.set_xy(left, top + drawing.height * _SCALE)

    def _table(self, table: Table) -> None:
        from fpdf.fonts import FontFace

        rows = [table.header, *table.rows] if any(table.header) else list(table.rows)
        if not rows:
            return
        self._font(_SMALL)
        self._pdf.set_text_color(*_TEXT)
        self._pdf.set_draw_color(*_LINE)
        self._pdf.set_fill_color(255)
        widths = (1, 4) if len(rows[0]) == 2 and not any(table.header) else None
        layout: dict[str, Any] = {
            "borders_layout": "HORIZONTAL_LINES",
            "first_row_as_headings": any(table.header),
            "headings_style": FontFace(emphasis="", color=_DIM),
            "col_widths": widths,
            "line_height": 4.5,
            "text_align": "LEFT",
            "padding": 1,
        }
        with self._pdf.table(**layout) as drawn:
            for cells in rows:
                row = drawn.row()
                for cell in cells:
                    row.cell(self._clean(_cut(cell, _MOST // len(cells))))
        self._pdf.ln(2)

    def _font(self, size: float) -> None:
        self._pdf.set_font(self._family, size=size)
        # The page still has the font that stood in for this one in the text before.
        self._pdf.current_font_is_set_on_page = False

    def _clean(self, text: str) -> str:
        text = visible(text)
        if not self._fonts.files:
            return text.encode("latin-1", "replace").decode("latin-1")
        return "".join("?" if char in self._fonts.missing else char for char in text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def _series(number: int) -> tuple[int, int, int]:
    return _rgb(SERIES[number % len(SERIES)])


def _missing(fonts: Fonts) -> Iterator[str]:
    if not fonts.files:
        yield "No font was found on this computer: only western European letters can be shown."
    elif fonts.missing:
        scripts = ", ".join(scripts_of(fonts.missing))
        count = len(fonts.missing)
        yield (
            f"No font on this computer has {count:,} of the characters ({scripts}), which show as "
            "question marks. Install one such as Noto, or use the HTML report."
        )


def _texts(report: Report) -> Iterator[str]:
    """All texts of the report."""
    yield from (report.title, report.subtitle)
    for section in report.sections:
        yield section.title
        yield from section.sentences
        for table in section.tables:
            yield from table.header
            yield from (cell for row in table.rows for cell in row)
        for plot in section.plots:
            yield plot.title
            yield from plot.names if isinstance(plot, Bars) else ()
        for example in section.examples:
            yield example.title
            yield from (text for line in example.lines for text in line)
    yield "±→↑–…,.()%?0123456789" + "".join(map(chr, range(0x21, 0x7F)))
