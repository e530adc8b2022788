"""PO files to one file of cleaned messages, each in exactly one split.

The unit is the *message*: an English sentence and its translations. Splits are decided by the
English side alone, for all languages together, so what is held out in one direction is held out in
every other one too.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from clean import acceptable, clean, english_key, lines
from common import ENGLISH, LANGUAGES, OTHERS, WorkDir
from po import read_po

SOURCE_PACKAGES = ("libreoffice", "wesnoth-1.16")

#: Help modules of LibreOffice that the model never sees; the first sample project is made of them.
HELD_OUT_MODULES = ("sdatabase", "simpress", "sdraw", "schart")
#: Campaigns of Wesnoth that the model never sees; the second sample project is made of them.
HELD_OUT_CAMPAIGNS = ("wesnoth-httt", "wesnoth-nr", "wesnoth-trow", "wesnoth-low")

_PO_NAME = {
    "libreoffice": {"de": "de", "fr": "fr", "es": "es", "zh": "zh-CN"},
    "wesnoth": {"de": "de", "fr": "fr", "es": "es", "zh": "zh_CN"},
}
# In thousandths of all distinct English sentences.
_TEST_SHARE, _DEV_SHARE = 12, 6

Message = dict[str, str]


def download(work: WorkDir) -> None:
    """Fetch and unpack the two Debian source packages (needs deb-src lines in apt's sources)."""
    work.sources.mkdir(parents=True, exist_ok=True)
    for package in SOURCE_PACKAGES:
        if not any(work.sources.glob(f"{package.split('-')[0]}*.orig*.tar.*")):
            # Debian's own changes are not needed, and not every mirror has them.
            command = ["apt-get", "source", "--download-only", "--tar-only", package]
            if subprocess.run(command, cwd=work.sources).returncode:
                sys.exit(f"{' '.join(command)} failed: are deb-src lines among apt's sources?")
    wanted = {f"/{name}/" for name in _PO_NAME["libreoffice"].values()}
    if not (work.sources / "translations").is_dir():
        archive = next(work.sources.glob("libreoffice_*.orig-translations.tar.*"))
        _unpack(archive, work.sources, lambda name: any(part in name for part in wanted))
    if not any(work.sources.glob("wesnoth-1*/po")):
        archive = next(work.sources.glob("wesnoth-*.orig.tar.*"))
        _unpack(archive, work.sources, lambda name: "/po/" in name)


def _unpack(archive: Path, folder: Path, wanted) -> None:  # type: ignore[no-untyped-def]
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith(".po") and wanted(member.name):
                tar.extract(member, folder, filter="data")


def _po_files(work: WorkDir) -> Iterator[tuple[str, str, dict[str, Path]]]:
    """Yield (origin, module, {language: file}) for every module of both packages."""
    root = next(work.sources.glob("translations/source"))
    base = root / _PO_NAME["libreoffice"]["de"]
    for german in sorted(base.rglob("*.po")):
        relative = german.relative_to(base)
        files = {x: root / _PO_NAME["libreoffice"][x] / relative for x in OTHERS}
        yield "libreoffice", relative.with_suffix("").as_posix(), files
    for folder in sorted(next(work.sources.glob("wesnoth-1*/po")).glob("wesnoth*")):
        files = {x: folder / f"{_PO_NAME['wesnoth'][x]}.po" for x in OTHERS}
        yield "wesnoth", folder.name, files


def _held_out(origin: str, module: str) -> bool:
    if origin == "wesnoth":
        return module in HELD_OUT_CAMPAIGNS
    prefix = "helpcontent2/source/text/"
    return module.startswith(prefix) and module[len(prefix) :].split("/")[0] in HELD_OUT_MODULES


def _module_messages(origin: str, files: dict[str, Path]) -> Iterator[Message]:
    """Messages of one module, joined over the languages through context and English id."""
    translations: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for language, path in files.items():
        if not path.is_file():
            continue
        for entry in read_po(path):
            for raw_english, raw_other in lines(entry.msgid, entry.msgstr):
                english = clean(raw_english, origin, english=True)
                other = clean(raw_other, origin, english=False)
                if acceptable(english, other, language):
                    translations[english][language][other] += 1
    for english, by_language in translations.items():
        # One translation an English sentence: the one the translators used most often.
        yield {ENGLISH: english} | {x: c.most_common(1)[0][0] for x, c in by_language.items()}


def _hash_split(key: str) -> str:
    bucket = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 1000
    if bucket < _TEST_SHARE:
        return "test"
    return "dev" if bucket < _TEST_SHARE + _DEV_SHARE else "train"


def build(work: WorkDir) -> None:
    """Write `messages.jsonl`: every message with its origin, module and split.

    Splits: `train`; `dev` and `test` by hash; `module` and `campaign` for held-out text. A message
    elsewhere whose English side occurs in held-out text is written nowhere.
    """
    found: list[tuple[str, str, Message]] = []
    for origin, module, files in _po_files(work):
        found += [(origin, module, message) for message in _module_messages(origin, files)]
    held_out_keys = {english_key(m[ENGLISH]) for o, name, m in found if _held_out(o, name)}
    seen: set[tuple[str, ...]] = set()
    counts: Counter[str] = Counter()
    with work.messages.open("w", encoding="utf-8") as out:
        for origin, module, message in found:
            key = english_key(message[ENGLISH])
            if _held_out(origin, module):
                split = "campaign" if origin == "wesnoth" else "module"
            elif key in held_out_keys:
                continue
            else:
                split = _hash_split(key)
            # The same message in several modules counts once; for the held-out and the hash test
            # one near copy is enough as well, so that no score counts a sentence twice.
            sentences = tuple(message.get(x, "") for x in LANGUAGES)
            identity = sentences if split == "train" else (split, key)
            if identity in seen:
                continue
            seen.add(identity)
            counts[f"{origin} {split}"] += 1
            record = {"origin": origin, "module": module, "split": split} | message
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    for name, count in sorted(counts.items()):
        print(f"{name}: {count} messages")


def read_messages(work: WorkDir, *splits: str, origin: str | None = None) -> list[Message]:
    """The messages of these splits, in a fixed order."""
    with work.messages.open(encoding="utf-8") as source:
        records = [json.loads(line) for line in source]
    return [r for r in records if r["split"] in splits and origin in (None, r["origin"])]


def pairs(messages: list[Message], source: str, target: str) -> list[tuple[str, str]]:
    """Distinct sentence pairs of a direction, in order."""
    both = ((m[source], m[target]) for m in messages if source in m and target in m)
    return list(dict.fromkeys(both))
