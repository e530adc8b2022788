"""Which encoding a text is in: asked for, marked, declared, or guessed from its bytes."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from mulm_core.corpus.source import Source
from mulm_core.errors import UserError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# No encodings of a language but ways to write text in other text.
_NOT_OF_FILES = re.compile(r"escape|idna|punycode|undefined|utf_7|mbcs|oem|palmos")
# What the files are that are most often taken for texts.
_KINDS = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an office document of the old kind"),
)
_HEAD = 1 << 16  # bytes in which a binary file has a zero byte
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_AS_GOOD = 0.01  # of charset-normalizer's chaos: the difference that means nothing
_SIGNS = frozenset({"Sm", "Sc", "So", "Sk", "No", "Po", "Cc"})
_TOO_CHAOTIC = 0.5  # its own bound refuses short texts with many accents

# The usual ones alone: with all that exist, short texts turn out as something exotic.
_BY_SCRIPT = {
    "Latn": ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "cp1258"),
    "Cyrl": ("cp1251", "koi8_r", "iso8859_5"),
    "Grek": ("cp1253",),
    "Hebr": ("cp1255",),
    "Arab": ("cp1256",),
    "Thai": ("cp874",),
    "Jpan": ("cp932", "euc_jp"),
    "Hans": ("gb18030",),
    "Hant": ("big5",),
    "Kore": ("cp949",),
}
_WESTERN = ("cp1252", "mac_roman", "cp850")  # most of the Latin ones
_BY_LANGUAGE = {
    **dict.fromkeys(
        ("pl", "cs", "sk", "hu", "sl", "hr", "ro", "bs", "sq"), ("cp1250", "iso8859_2")
    ),
    **dict.fromkeys(("tr", "az"), ("cp1254",)),
    **dict.fromkeys(("lt", "lv", "et"), ("cp1257",)),
    "vi": ("cp1258",),
    "uk": ("cp1251", "koi8_u", "iso8859_5"),
    "en": (),  # ASCII
}


# The letters beyond ASCII; a language that is not here is guessed without them.
_LETTERS = {
    "en": "",
    "fr": "àâæçèéêëîïôœùûüÿ",
    "de": "äöüß",
    "es": "áéíñóúü",
    "it": "àèéìíòóùú",
    "pt": "àáâãçéêíóôõú",
    "nl": "áèéëíïóöúü",
    "sv": "åäöé",
    "da": "æøåé",
    "nb": "æøåéòô",
    "nn": "æøåéòô",
    "no": "æøåéòô",
    "fi": "åäöšž",
    "is": "áæðéíóöúýþ",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "pl": "ąćęłńóśźż",
    "hu": "áéíóöőúüű",
    "sl": "čšž",
    "hr": "čćđšž",
    "bs": "čćđšž",
    "ro": "ăâîşţșț",
    "sq": "çë",
    "tr": "âçğıiîöşüûİ",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "et": "äõöüšž",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
}
_SIGNS_OF_ALL = frozenset("«»„“”‘’–—…·•§°€©®™№¿¡\u00a0")


class Encoding(NamedTuple):
    """A codec's name; ``guessed`` where nothing told it and the bytes are not UTF-8."""

    name: str
    guessed: bool = False


def known(name: str) -> str:
    """The codec's own name for an encoding of text files, or '' for anything else."""
    try:
        found = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return ""
    usable = getattr(found, "_is_text_encoding", True)
    return "" if not usable or _NOT_OF_FILES.search(found.name.replace("-", "_")) else found.name


def marked(source: Source) -> str:
    """What the byte order mark says (``utf-8-sig``, ``utf-16``, ``utf-32``), or ''.

    UTF-16 without its mark is known by the zero bytes that Latin letters have in it.
    """
    head = source.head()
    mark = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    return mark or _unmarked_utf16(head)


def encoding_of(
    source: Source, wanted: str = "", declared: str = "", languages: Sequence[str] = ()
) -> Encoding:
    """The encoding of a text: ``wanted``, the byte order mark's, ``declared``, UTF-8, or a guess.

    ``languages`` help to guess. Raises :class:`UserError` for a wanted encoding that does not
    exist and for bytes that are no text in any usual one.
    """
    if wanted:
        if not (name := known(wanted)):
            raise UserError(
                f"'{wanted}' is not an encoding", fix="Give a name such as utf-8 or cp1252"
            )
        # The mark is not text; only its codec leaves it out.
        mark = marked(source)
        return Encoding(mark if mark.removesuffix("-sig") == name else name)
    if mark := marked(source):
        return Encoding(mark)
    sample = source.not_utf8
    if sample:
        _require_text(source, sample)
    declared = known(declared)
    if declared and declared != "utf-8" and _reads_well(sample, declared):
        return Encoding(declared)
    if not sample or declared == "utf-8" or _is_damaged_utf8(sample):
        return Encoding("utf-8")
    return Encoding(_guess(sample, languages, source), guessed=True)


def _unmarked_utf16(head: bytes) -> str:
    half = len(head) // 2
    even, odd = head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)
    if half and 2 * odd > half and even * 10 < odd:
        return "utf-16-le"
    return "utf-16-be" if half and 2 * even > half and odd * 10 < even else ""


def _require_text(source: Source, sample: bytes) -> None:
    head = source.head(_HEAD)
    kind = next((kind for magic, kind in _KINDS if head.startswith(magic)), "")
    if kind or b"\0" in head or b"\0" in sample:
        raise _not_text(source, kind or "a binary file")


def _not_text(source: Source, kind: str) -> UserError:
    return UserError(
        f"this is {kind}, not text", where=str(source), fix="Choose a file of sentence pairs"
    )


def _is_damaged_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(char > "\x7f" for char in text) - bad > bad


def _reads_well(sample: bytes, encoding: str) -> bool:
    """Whether the bytes are words in the encoding: none mixes Latin letters with another script.

    Bytes of Latin-1 under the name of KOI8-R give "SymИtrie".
    """
    try:
        # The cut may go through a character.
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeError:
        return False
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    mixed = sum(len({_is_latin(char) for char in word}) > 1 for word in words)
    return 2 * mixed <= len(words)


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN")


def _guess(sample: bytes, languages: Sequence[str], source: Source) -> str:
    if len(sample.translate(None, _CONTROL)) < 0.98 * len(sample):
        raise _not_text(source, "a binary file")
    letters = _letters_of(languages)
    for candidates in (_of_languages(languages), _of_scripts(languages)):
        if candidates and (name := _best(sample, candidates, letters)):
            return known(name)
    raise UserError(
        "the text is not UTF-8, and its encoding cannot be told",
        where=str(source),
        fix="Choose its encoding, or save it as UTF-8",
    )


def _best(sample: bytes, candidates: list[str], letters: frozenset[str]) -> str:
    """The first of the candidates in which the bytes look least odd, or ''."""
    from charset_normalizer import from_bytes

    odd: dict[str, float] = {}
    for match in from_bytes(sample, cp_isolation=candidates, threshold=_TOO_CHAOTIC):
        text = str(match)
        chaos = match.chaos + _oddity(text) + _foreign(text, letters)
        odd |= dict.fromkeys(match.could_be_from_charset, chaos)
    good = [
        name for name in candidates if odd.get(name, 9) <= min(odd.values(), default=0) + _AS_GOOD
    ]
    return good[0] if good else ""


def _oddity(text: str) -> float:
    """The share of signs and capitals that follow a small letter, as in "gę¶l±" and "jaĽń"."""
    odd = beyond = 0
    for before, char in pairwise(text):
        if not char.isascii():
            beyond += 1
            sign = unicodedata.category(char) in _SIGNS and char != "…"
            odd += before.islower() and (sign or char.isupper())
    return odd / max(beyond, 1)


def _foreign(text: str, letters: frozenset[str]) -> float:
    """The share of what is beyond ASCII that the languages do not write; 0 without letters."""
    beyond = [char for char in text if not char.isascii()]
    if not letters:
        return 0.0
    return sum(char not in letters for char in beyond) / max(len(beyond), 1)


def _letters_of(languages: Sequence[str]) -> frozenset[str]:
    """What the languages write beyond ASCII; nothing where that is not known of all."""
    known_of = [_LETTERS.get(tag.replace("_", "-").split("-")[0].lower()) for tag in languages]
    if not languages or None in known_of:
        return frozenset()
    letters = "".join(filter(None, known_of))
    return frozenset(letters + letters.upper()) | _SIGNS_OF_ALL


def _of_languages(languages: Sequence[str]) -> list[str]:
    """The encodings that the languages are usually written in; none where one tells nothing."""
    found: list[str] = []
    for language, script in _scripts(languages):
        by_script = _BY_SCRIPT.get(script, ()) if script != "Latn" else _WESTERN
        found += _BY_LANGUAGE.get(language, by_script)
    return list(dict.fromkeys(found))


def _of_scripts(languages: Sequence[str]) -> list[str]:
    """All encodings of the languages' scripts; of all scripts where one language tells nothing."""
    scripts = {script for _, script in _scripts(languages)} or set(_BY_SCRIPT)
    return [name for script, names in _BY_SCRIPT.items() if script in scripts for name in names]


def _scripts(languages: Sequence[str]) -> list[tuple[str, str]]:
    """Each language with its script; nothing where one tag tells nothing."""
    import langcodes

    found = [langcodes.Language.get(tag or "und") for tag in languages]
    if any(one.language in (None, "und") for one in found):
        return []
    return [(one.language or "", one.maximize().script or "") for one in found]
