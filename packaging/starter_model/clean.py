"""From a raw PO message to a line of plain text, or nothing where that cannot be done honestly."""

from __future__ import annotations

import html
import re
import unicodedata

# LibreOffice help: a switch shows one of several texts; the default one is kept.
_CASE = re.compile(r"<caseinline[^>]*>.*?</caseinline>", re.S)
_IMAGE = re.compile(r"<image\b.*?</image>", re.S)
# Text that stands elsewhere, and lists of index terms, which are no sentences.
_EMBED = re.compile(r"<embedvar\b|<bookmark_value")
_BREAK = re.compile(r"<br\s*/?>|<p\s*/?>|</p>")
# Only real tags: a name straight after "<". "a < b" and "<" alone stay text.
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9_]*(?:\s+[^<>]*)?/?>")
# Wesnoth's help markup carries its text in an attribute.
_REF = re.compile(r"<(?:ref|header|bold|italic|format)>.*?text='([^']*)'.*?</\w+>", re.S)
_SPACE = re.compile(r"\s+")
_OFFICE = re.compile(r"\$\[officename\]|%PRODUCTNAME|\$\{PRODUCTNAME\}|%productname")
_VERSION = re.compile(r"\$\[officeversion\]|%PRODUCTVERSION")
# "~File", "File (~F)" and "文件(~F)": the mark of the key that opens a menu entry.
_ACCEL_APPENDED = re.compile(r"\s*[\((]\s*[~_&][A-Za-z0-9]\s*[\))]")
_TILDE = re.compile(r"~(?=\w)")
_UNDERSCORE = re.compile(r"(?<![\w])_(?=[A-Za-z])")
_WESNOTH_CONTEXT = re.compile(r"^[^\s^][^^\n]*\^")
#: Things that must be on both sides in the same number: variables, printf and brace placeholders.
PLACEHOLDER = re.compile(
    r"\$\{?\w+\}?|%\(\w+\)\w|%\d+\$?\w?|%[-+0-9.]*[sdifuxX]\b|\{\w*\}|\[\[?\w+\]\]?|%[A-Z_]{3,}%?|#\w+#"
)
_LETTERS = re.compile(r"[^\W\d_]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_KEY_DROP = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")

MAX_CHARACTERS = 600


def clean(raw: str, origin: str, english: bool) -> str:
    """Plain text of one side of a message; empty where it depends on text that is not there."""
    text = raw
    if origin == "wesnoth":
        if english:
            text = _WESNOTH_CONTEXT.sub("", text, count=1)
        text = _REF.sub(r"\1", text)
    if _EMBED.search(text):
        return ""
    text = _CASE.sub("", _IMAGE.sub(" ", text))
    text = _OFFICE.sub("LibreOffice", text)
    text = _VERSION.sub("7.4", text)
    text = _TAG.sub("", _BREAK.sub(" ", text))
    text = html.unescape(text)
    if origin == "libreoffice":
        text = _ACCEL_APPENDED.sub("", text)
        text = _UNDERSCORE.sub("", _TILDE.sub("", text))
    text = unicodedata.normalize("NFC", text)
    text = text.replace("\u00ad", "").replace("\u200b", "").replace("\ufeff", "")
    return _SPACE.sub(" ", text).strip()


def lines(raw_source: str, raw_target: str) -> list[tuple[str, str]]:
    """Paragraphs of a message paired with those of its translation, where their number agrees."""
    source = [part for part in raw_source.split("\n") if part.strip()]
    target = [part for part in raw_target.split("\n") if part.strip()]
    if len(source) > 1 and len(source) == len(target):
        return list(zip(source, target, strict=True))
    return [(raw_source, raw_target)]


def english_key(text: str) -> str:
    """What makes two English sentences "the same" for the splits.

    Case, punctuation and spaces do not count and every number is 0, so a near copy of a held-out
    sentence ("Step 3:" beside "step 4") cannot slip into the training text.
    """
    return _KEY_DROP.sub("", _DIGITS.sub("0", text.casefold()))


def acceptable(english: str, other: str, language: str) -> bool:
    """Is this a pair a translator would call a translation, and short enough to train on?"""
    if not english or not other or max(len(english), len(other)) > MAX_CHARACTERS:
        return False
    if len(_LETTERS.findall(english)) < 2 or not _LETTERS.search(other):
        return False
    if len(english) > 24 and english.casefold() == other.casefold():
        return False
    if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(other)):
        return False
    if language == "zh":
        # Names and commands stay Latin; anything of several words that did is untranslated.
        if not _CJK.search(other) and english.count(" ") > 1:
            return False
        ratio = len(english) / (2.6 * len(other))
    else:
        ratio = len(english) / (0.9 * len(other))
    return max(len(english), len(other)) < 12 or 1 / 3 < ratio < 3
