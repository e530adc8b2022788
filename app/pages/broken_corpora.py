"""What is said of corpora that cannot be opened, on every page that lists corpora."""

from __future__ import annotations

from app.i18n import tr
from app.viewmodels.library import Library
from app.widgets.open_path import open_path
from app.widgets.page import InlineMessage


class BrokenCorpora(InlineMessage):
    """A sentence for each corpus that cannot be opened; hidden where there is none."""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        library.changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        broken = self._library.broken
        if broken:
            self.error("\n".join(broken), action=tr("Open folder"), on_action=self._open)
        else:
            self.clear()

    def _open(self) -> None:
        open_path(self._library.corpora_folder)
