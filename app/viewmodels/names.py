"""Names for people: languages, directions, systems, dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from PySide6.QtCore import QDateTime, QLocale

from app.i18n import tr
from mulm_core import languages
from mulm_core.errors import UserError

# Languages that a text is likely to be in; what files and models name is added to these.
_COMMON = """
    af am ar as az be bg bn br bs ca ceb cs cy da de el en eo es et eu fa fi fo fr fy ga gd
    gl gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo lt lv
    mg mi mk ml mn mr ms mt my nb ne nl nn ny oc om or pa pl ps pt pt-BR rn ro ru rw sa sd
    si sk sl sn so sq sr ss st su sv sw ta te tg th ti tk tl tn tr ts tt ug uk ur uz vi wo
    xh yi yo zh zh-CN zh-TW zu
""".split()  # noqa: SIM905


@lru_cache(maxsize=1024)
def language_name(tag: str) -> str:
    """The language in words; the tag itself where it names none."""
    if not tag:
        return ""
    try:
        return languages.name(tag)
    except (UserError, ValueError, LookupError):
        return tag


def language_choices(found: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(tag, name) of the usual languages and of the ``found`` ones, for a language box."""
    return [(tag, language_name(tag)) for tag in dict.fromkeys([*found, *_COMMON]) if tag]


def model_language_choices(tags: Iterable[str]) -> list[tuple[str, str]]:
    """(tag, name) of exactly these languages."""
    return [(tag, language_name(tag)) for tag in dict.fromkeys(tags)]


def encoding_choices() -> list[tuple[str, str]]:
    """(codec, name) of the encodings that texts are usually in."""
    return [
        ("utf-8", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("cp1252", tr("Western European (Windows-1252)")),
        ("iso8859-15", tr("Western European (ISO 8859-15)")),
        ("cp1250", tr("Central European (Windows-1250)")),
        ("iso8859-2", tr("Central European (ISO 8859-2)")),
        ("cp1251", tr("Cyrillic (Windows-1251)")),
        ("koi8-r", tr("Cyrillic (KOI8-R)")),
        ("cp1253", tr("Greek (Windows-1253)")),
        ("cp1254", tr("Turkish (Windows-1254)")),
        ("cp1255", tr("Hebrew (Windows-1255)")),
        ("cp1256", tr("Arabic (Windows-1256)")),
        ("cp1257", tr("Baltic (Windows-1257)")),
        ("cp1258", tr("Vietnamese (Windows-1258)")),
        ("cp874", tr("Thai (Windows-874)")),
        ("gb18030", tr("Chinese, simplified (GB 18030)")),
        ("big5", tr("Chinese, traditional (Big5)")),
        ("cp932", tr("Japanese (Shift JIS)")),
        ("euc_jp", tr("Japanese (EUC)")),
        ("cp949", tr("Korean (Windows-949)")),
    ]


def direction_name(source: str, target: str) -> str:
    """The direction in words: German → French."""
    return f"{language_name(source)} \N{RIGHTWARDS ARROW} {language_name(target)}"


def date_text(iso: str) -> str:
    """An ISO 8601 moment as the locale writes date and time; empty for what is none."""
    try:
        seconds = round(datetime.fromisoformat(iso).timestamp())
    except ValueError:
        return ""
    moment = QDateTime.fromSecsSinceEpoch(seconds)
    return QLocale().toString(moment, QLocale.FormatType.ShortFormat)


def run_status(status: str) -> str:
    """A run's status in words."""
    return {
        "running": tr("running"),
        "finished": tr("finished"),
        "stopped": tr("stopped early"),
        "interrupted": tr("interrupted"),
        "failed": tr("failed"),
        "elsewhere": tr("running in another program"),
    }.get(status, status)
