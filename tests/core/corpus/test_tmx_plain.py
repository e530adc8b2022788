"""The short way through plain TMX units and the parser's way agree, on whatever comes between."""

from __future__ import annotations

import random

import pytest

from mulm_core.corpus.formats import file_sets, xmlstream
from mulm_core.corpus.formats.tmx_plain import PlainUnits
from mulm_core.corpus.types import DEFAULTS
from mulm_core.errors import MulmError

WORDS = [
    "a",
    "größe",
    "&amp;x",
    "a&lt;b&gt;",
    "  two\n lines ",
    "q\"'",
    "a>b",
    "翻译",
    "\U0001f600",
]
ODD_SEGMENTS = [
    "", "<ph>1</ph>", "a<hi>b</hi>", "<![CDATA[z]]>", "a<!-- c -->b", "a<?pi x?>b", "&#65;",
]  # fmt: skip
BETWEEN = [
    "<!-- <tu></tu> -->", "<!-- </tu> -->", "<x><![CDATA[</tu>]]></x>", "<?p </tu>?>", "text",
]  # fmt: skip
BROKEN = ["&bad;", "]]>", "\x07", "\ufffe", "</tu>", "&", "<"]


class Maker:
    """Random TMX of which a share ``odd`` of all parts is unusual."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.odd = self.chance.choice([0, 0.001, 0.01, 0.1, 0.5])

    def document(self) -> bytes:
        self.order = self.chance.choice([("de", "fr"), ("fr", "de")])
        doctype = self.pick("", ['<!DOCTYPE tmx [<!ENTITY bad "x">]>', '<!DOCTYPE tmx SYSTEM "x">'])
        units = "".join(self.unit() for _ in range(self.chance.randrange(1, 300)))
        text = (
            f'<?xml version="1.0"?>{doctype}<tmx version="1.4"><header/><body>{units}</body></tmx>'
        )
        data = text.encode()
        if self.chance.random() < 0.1:
            data = data[: self.chance.randrange(len(data))]
        if self.chance.random() < 0.1:
            data = data.replace(b"a", b"\xff", 1)
        return data

    def pick(self, usual, unusual):
        return self.chance.choice(unusual) if self.chance.random() < self.odd else usual

    def unit(self):
        languages = self.pick(
            self.order, [["de"], ["fr", "es"], ["de", "fr", "es"], [], ["fr", "de"], ["es", "de"]]
        )
        about = self.chance.choice(["", '<note a="&gt;">n</note><prop type="x">p</prop>\n'])
        unit = f"<tu>{about}{''.join(map(self.variant, languages))}</tu>"
        if self.chance.random() < self.odd / 4:
            unit += self.chance.choice(BETWEEN)
        if self.chance.random() < self.odd / 40:
            unit += self.chance.choice(BROKEN)
        return unit + self.chance.choice(["", "\n", "\r\n", " "])

    def variant(self, language):
        segment = f"<seg>{self.pick(self.chance.choice(WORDS), ODD_SEGMENTS)}</seg>"
        segment = self.pick(segment, ["", segment * 2, f"{segment}<note>n</note>"])
        language = self.pick(language, ["DE-de", "es", ""])
        name = self.pick("xml:lang", ["lang"])
        before = self.pick("", ["a='1' ", 'a="1" '])
        return f'<tuv {before}{name}="{language}">{segment}</tuv>'


def read(path):
    found = []
    try:
        (one,) = file_sets([path])
        for part in one.reader.read(one.files, "de", "fr", DEFAULTS):
            # How far the file is read may differ by a piece.
            found.append(part._replace(done=0) if hasattr(part, "done") else part)
    except MulmError as error:
        found.append(str(error))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_both_ways_agree(tmp_path, monkeypatch, seed):
    maker = Maker(seed)
    path = tmp_path / "m.tmx"
    path.write_bytes(maker.document())
    monkeypatch.setattr(xmlstream, "FEED", maker.chance.choice([64, 300, 2000, 65536]))
    short = read(path)
    monkeypatch.setattr(PlainUnits, "columns", lambda self, piece: None)
    assert short == read(path)


def test_plain_units_do_go_the_short_way(tmx, monkeypatch):
    path = tmx([[("de", f"Satz {n}"), ("fr", f"phrase {n} & <x>")] for n in range(5000)])
    elements = []
    feed = xmlstream.Feeder.feed

    def counted(self, piece):
        found = feed(self, piece)
        elements.extend(found)
        return found

    monkeypatch.setattr(xmlstream.Feeder, "feed", counted)
    found = read(path)
    assert (len(found), found[-1].where, found[-1].target) == (
        5000, "unit 5000", "phrase 4999 & <x>",
    )  # fmt: skip
    assert 0 < len(elements) < 1000  # the first piece tells where the units are
