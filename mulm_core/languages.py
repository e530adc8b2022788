"""Languages as BCP 47 tags; each model family derives its own codes from them."""

from __future__ import annotations

import re

from mulm_core.errors import UserError

_DECORATED = re.compile(r"^__(.+)__$")  # M2M100 writes __fr__
_MBART_SUFFIX = re.compile(r"_XX$")  # mBART-50 writes fr_XX


def normalise(tag: str) -> str:
    """The BCP 47 tag for what a person, a file or a model family wrote.

    ``FR``, ``fr_XX``, ``fra_Latn`` and ``__fr__`` give ``fr``; ``zh-cn`` gives ``zh-CN``.
    Raises :class:`UserError` for text that is no language tag or names no known language.
    """
    import langcodes

    text = _MBART_SUFFIX.sub("", _DECORATED.sub(r"\1", tag.strip())).replace("_", "-")
    try:
        language = langcodes.Language.get(langcodes.standardize_tag(text))
        known = language.is_valid() and language.language not in (None, "und")
    except ValueError:
        known = False
    if not known:
        raise UserError(f"'{tag}' is not a language", fix="Give a code such as en, fr or zh-CN")
    plain = language.update_dict({"script": None})
    # The script that the language has anyway says nothing: zh-Hans is zh, zh-Hant-TW is zh-TW.
    if language.script and plain.maximize().script == language.script:
        language = plain
    return str(language.to_tag())


def name(tag: str, display: str = "en") -> str:
    """The language's name for people, written in the language ``display``: ``fr`` is French."""
    import langcodes

    return langcodes.Language.get(tag).display_name(display)


def same_language(first: str, second: str) -> bool:
    """Whether two tags mean one language in one script: ``zh`` and ``zh-CN``, not ``zh-TW``."""
    import langcodes

    a, b = (langcodes.Language.get(tag).maximize() for tag in (first, second))
    return (a.language, a.script) == (b.language, b.script)


def match(tag: str, available: list[str] | tuple[str, ...]) -> str | None:
    """The one of ``available`` that is the same language as ``tag``, an exact tag first."""
    if tag in available:
        return tag
    return next((other for other in available if same_language(tag, other)), None)
