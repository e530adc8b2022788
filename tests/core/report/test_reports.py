"""Reports stand alone, escape what comes from outside, and are written for every script."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html as lxml_html

from mulm_core.errors import MulmError, UserError
from mulm_core.evaluation import EvaluateRequest, Evaluation, Leakage, Outputs, TestSet, evaluate
from mulm_core.jobs import JobContext
from mulm_core.report import REPORTS, ReportRequest, WriteRequest, fonts, make_report, write_report
from mulm_core.report.fonts import find_fonts, scripts_of
from mulm_core.report.html import html, visible
from mulm_core.report.model import Bars, Points
from mulm_core.report.plots import Box, draw, svg
from mulm_core.report.tex import escape, tex
from mulm_core.scoring import ScoreOptions
from mulm_core.workspace import Workspace

SOURCES = ("Open <script>alert(1)</script> & go", "Hello\x1b[31m\x00 world", "third", "fourth {x}")
REFERENCES = ("打开文件并单击保存。", "مرحبا بالعالم", "drittes", "viertes {x}")
NASTY = 'A & <img src="http://evil/x"> \\input{x} 50%_#'


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Evaluation]:
    workspace = Workspace.open(tmp_path_factory.mktemp("reports"))
    test = TestSet("<b>测试</b>", SOURCES, REFERENCES, ())
    outputs = (
        Outputs(
            NASTY, ("打开文件", "مرحبا", "</td></table>" + 2000 * " long", "x\u202ey"), "out<1>.txt"
        ),
        Outputs("good", REFERENCES),
        Outputs("empty", ("", "", "", "")),
    )
    few = ScoreOptions(resamples=30, trials=30)
    request = EvaluateRequest(workspace, test, "en", "zh", outputs=outputs, scoring=few)
    evaluation = evaluate(JobContext(), request)
    leaks = (
        Leakage("gone", ("my <corpus>",), pairs=12, exact=(2,), near=(3,), likeness=0.8),
        Leakage("old", (), problem="there is no run 'old'."),
    )
    systems = tuple(replace(one, without_leaks=one.metrics) for one in evaluation.systems)
    return workspace, replace(evaluation, leakage=leaks, systems=systems)


def page(done: tuple[Workspace, Evaluation]) -> str:
    return html(make_report(JobContext(), ReportRequest(*done)))


def test_html_holds_everything_and_needs_nothing(done: tuple[Workspace, Evaluation]) -> None:
    text = page(done)
    tree = lxml_html.fromstring(text)
    words = tree.text_content()
    for told in (
        NASTY, "good against A &", "p = ", "tok:zh", "SHA-256",
        "of the test set 1 segments are in its training data (my <corpus>, 12 pairs) and 1 almost",
        "nothing is known of its training data", "empty: every translation is empty",
        "sacrebleu", "numbers kept",
    ):  # fmt: skip
        assert told in words, told
    assert len(tree.findall(".//svg")) == 4
    assert [node for node in tree.iter() if node.tag in ("script", "img", "link", "iframe")] == []
    assert not re.findall(r"(?:src|href|url)\s*[=(]", re.sub(r"&lt;.*?&gt;", "", text))
    assert "prefers-color-scheme: dark" in text
    texts = [cell for cell in tree.iter("td") if cell.text == "مرحبا"]
    assert texts and all(cell.get("dir") == "auto" for cell in texts)


def test_nothing_from_outside_gets_through(done: tuple[Workspace, Evaluation]) -> None:
    text = page(done)
    assert "<script" not in text and "<img" not in text
    assert "Hello␛[31m␀ world" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    assert visible("a\tb\n\x85\x7f\ud800") == "a\tb\n\\x85␡\\xd800"


def test_every_kind_is_written_from_one_evaluation(
    done: tuple[Workspace, Evaluation], tmp_path: Path
) -> None:
    for kind in REPORTS:
        path = tmp_path / f"report.{kind}"
        assert write_report(JobContext(), WriteRequest(*done, path, kind)) == path
        assert path.stat().st_size > 500
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    with pytest.raises(UserError, match=r"is no kind of report\. Choose one of html, pdf"):
        write_report(JobContext(), WriteRequest(*done, tmp_path / "x.doc", "doc"))
    for kind in REPORTS:
        with pytest.raises(MulmError, match="absent"):
            write_report(JobContext(), WriteRequest(*done, tmp_path / "absent" / "x", kind))


def test_a_pdf_without_fonts_says_so(
    done: tuple[Workspace, Evaluation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_folders", lambda: [tmp_path / "none"])
    path = tmp_path / "plain.pdf"
    write_report(JobContext(), WriteRequest(*done, path, "pdf"))
    streams = re.findall(rb"stream\n(.*?)\nendstream", path.read_bytes(), re.DOTALL)
    text = b"".join(zlib.decompress(stream) for stream in streams if stream[:1] == b"x")
    assert b"No font was found" in text and b"good" in text


def test_fonts_are_found_by_what_they_can_write(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    assert fonts._characters(tmp_path / "broken.ttf") == set()
    found = find_fonts("ABC \ue123\n")
    assert "\ue123" not in found.missing  # of private use: nobody can know what it is
    assert find_fonts("\U0001342f").missing in (set(), {"\U0001342f"})
    assert scripts_of(frozenset("ก打")) == ["CJK", "THAI"]


def test_a_latex_table(done: tuple[Workspace, Evaluation]) -> None:
    text = tex(done[1])
    assert escape(NASTY) in text and NASTY not in text
    assert r"\textbackslash{}input\{x\} 50\%\_\#" in text
    rows = [line for line in text.splitlines() if line.endswith(r" \\")]
    assert [row.count(" & ") for row in rows] == [4, 4, 4]
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 1
    assert "good & 100.0 {\\scriptsize $\\pm$ " in text
    assert escape("a\nb\x00") == "a b␀"


def test_plots_are_drawn_to_scale() -> None:
    bars = Bars("t <1>", ("a", "b"), ("x", "y"), ((100.0, 50.0), (None, 25.0)))
    boxes = [shape for shape in draw(bars).shapes if isinstance(shape, Box)]
    assert [round(box.height / boxes[0].height, 3) for box in boxes] == [1, 0, 0.5, 0.25]
    assert {round(box.y + box.height, 3) for box in boxes} == {
        round(boxes[0].y + boxes[0].height, 3)
    }
    assert "<title>t &lt;1&gt;</title>" in svg(bars)
    dots = svg(Points("p", ((0.0, 0.0), (100.0, 100.0))))
    assert dots.count("<circle") == 2


def test_a_single_system_has_a_report_too(
    done: tuple[Workspace, Evaluation], tmp_path: Path
) -> None:
    workspace, evaluation = done
    alone = replace(evaluation, systems=evaluation.systems[1:2], leakage=(), failures=())
    text = html(make_report(JobContext(), ReportRequest(workspace, alone)))
    assert "The best and the worst segments" in text and "against" not in text
    assert len(lxml_html.fromstring(text).findall(".//svg")) == 3
