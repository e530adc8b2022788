"""The text of an editor as it was typed."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument

_LINE_ENDS = str.maketrans({"\u2028": "\n", "\u2029": "\n"})


def plain_text(document: QTextDocument) -> str:
    """The text with its no-break spaces, which Qt's own ``toPlainText`` turns into spaces."""
    return document.toRawText().translate(_LINE_ENDS)
