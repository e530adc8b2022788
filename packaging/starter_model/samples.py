"""The two sample projects: German-French text of modules and campaigns the model never saw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from clean import english_key
from common import ENGLISH, SAMPLES_DIR, WorkDir
from data import HELD_OUT_CAMPAIGNS, HELD_OUT_MODULES, Message, read_messages

SOURCE, TARGET = "de", "fr"
TEST_PAIRS, DEV_PAIRS, TRAIN_PAIRS = 500, 300, 3000
# "Datei öffnen" teaches and tests next to nothing.
MIN_WORDS = 3


@dataclass(frozen=True)
class Sample:
    """One sample project: which held-out text it is made of and what its README says about it."""

    folder: str
    split: str
    title: str
    origin: str
    licence: str


SAMPLES = (
    Sample(
        folder="libreoffice-de-fr",
        split="module",
        title="LibreOffice help, German to French",
        origin="The German and French translations of whole modules of LibreOffice 7.4.7's help ("
        + ", ".join(HELD_OUT_MODULES)
        + "), from the Debian source package `libreoffice`, paired through the English original.",
        licence="Mozilla Public License 2.0; copyright the LibreOffice translators and "
        "The Document Foundation.",
    ),
    Sample(
        folder="wesnoth-de-fr",
        split="campaign",
        title="Battle for Wesnoth, German to French",
        origin="The German and French translations of whole campaigns of Battle for Wesnoth 1.16.9 "
        "(" + ", ".join(HELD_OUT_CAMPAIGNS) + "), from the Debian source package `wesnoth-1.16`, "
        "paired through the English original. Dialogue and story: much harder than software text.",
        licence="GNU General Public License, version 2 or later; copyright the Battle for Wesnoth "
        "project and its translators.",
    ),
)


def _rank(message: Message) -> str:
    return hashlib.sha256(english_key(message[ENGLISH]).encode()).hexdigest()


def divide(work: WorkDir, split: str) -> dict[str, list[Message]]:
    """Test, dev and training messages of a held-out split, none of them alike on any side.

    Messages are taken in the order of a hash of their English side. A sentence whose German or
    French (letters only, numbers as 0) has come before is left out, so the three parts share none;
    so is one that the model has read as the translation of some other English sentence.
    """
    parts: dict[str, list[Message]] = {"test": [], "dev": [], "train": []}
    sizes = {"test": TEST_PAIRS, "dev": DEV_PAIRS, "train": TRAIN_PAIRS}
    seen = {
        (x, english_key(message[x]))
        for message in read_messages(work, "train")
        for x in (SOURCE, TARGET)
        if x in message
    }
    for message in sorted(read_messages(work, split), key=_rank):
        if SOURCE not in message or TARGET not in message:
            continue
        if min(len(message[x].split()) for x in (SOURCE, TARGET)) < MIN_WORDS:
            continue
        keys = {(x, english_key(message[x])) for x in (SOURCE, TARGET)}
        if keys & seen:
            continue
        seen |= keys
        part = next((name for name, rows in parts.items() if len(rows) < sizes[name]), None)
        if part is None:
            break
        parts[part].append(message)
    return parts


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def _tmx(messages: list[Message]) -> str:
    units = [
        "<tu>"
        + "".join(
            f'<tuv xml:lang="{x}"><seg>{escape(message[x])}</seg></tuv>' for x in (SOURCE, TARGET)
        )
        + "</tu>"
        for message in messages
    ]
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
        '<header creationtool="mulm-starter-model" creationtoolversion="1" segtype="paragraph"'
        f' o-tmf="po" adminlang="en" srclang="{SOURCE}" datatype="plaintext"/>\n<body>\n'
    )
    return head + "\n".join(units) + "\n</body>\n</tmx>\n"


def _readme(sample: Sample, sizes: dict[str, int]) -> str:
    return f"""# {sample.title}

direction: {SOURCE}->{TARGET}

| file | what it is | pairs |
| --- | --- | --- |
| `train.de-fr.tmx` | to fine-tune on | {sizes["train"]} |
| `dev.de`, `dev.fr` | to watch the training with, line by line | {sizes["dev"]} |
| `test.de`, `test.fr` | to score with, line by line | {sizes["test"]} |

**Origin.** {sample.origin} Markup, menu accelerators and entities are removed, and sentences of
fewer than {MIN_WORDS} words left out. The three parts share no German and no French sentence, and
the bundled starter model has read none of them, nor the English sentences behind them. It has seen
no German-French pair at all: this direction is zero-shot for it.

**Licence.** {sample.licence} The licence of the original applies to these files.

Made by `packaging/starter_model`.
"""


def write(work: WorkDir, log: Callable[[str], None] = print) -> None:
    """Write both sample projects into the repository."""
    for sample in SAMPLES:
        folder = SAMPLES_DIR / sample.folder
        folder.mkdir(parents=True, exist_ok=True)
        parts = divide(work, sample.split)
        (folder / "train.de-fr.tmx").write_text(_tmx(parts["train"]), encoding="utf-8")
        for part in ("dev", "test"):
            for language in (SOURCE, TARGET):
                lines = [message[language] for message in parts[part]]
                _write_lines(folder / f"{part}.{language}", lines)
        sizes = {name: len(rows) for name, rows in parts.items()}
        (folder / "README.md").write_text(_readme(sample, sizes), encoding="utf-8")
        log(f"{sample.folder}: {sizes}")
