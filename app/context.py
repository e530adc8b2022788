"""What a page is handed: the workspace, the jobs, the shared lists, and ways to the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal

from app.bridge import Failure, JobRunner
from app.i18n import tr
from app.viewmodels.library import Library
from app.viewmodels.runs import RunCommands
from app.viewmodels.settings import SettingsModel
from app.widgets.message import Tone
from app.widgets.page import Page

if TYPE_CHECKING:
    from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class Notice:
    """A sentence for the bar over the page, with an optional action such as Undo."""

    text: str
    tone: Tone = "info"
    action: str = ""
    on_action: Callable[[], object] | None = None
    details: str = ""


class AppContext(QObject):
    """One for the whole window; pages keep it and build their view models from it.

    ``settings`` remembers the window's state (sizes, folders, columns), ``preferences`` what the
    person chose on the Settings page.
    """

    navigation_requested = Signal(str, dict)
    notified = Signal(object)  # Notice

    def __init__(
        self,
        workspace: Workspace,
        runner: JobRunner,
        library: Library,
        settings: QSettings,
        preferences: SettingsModel,
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.runner = runner
        self.library = library
        self.settings = settings
        self.preferences = preferences
        self.runs = RunCommands(workspace, runner, library)
        self.runs.deleted.connect(self._offer_restore)
        self.runs.failed.connect(self._tell_failure)

    def navigate(self, page: str, **what: object) -> None:
        """Show a page; *what* goes to its ``open``.

        Known everywhere: ``corpora`` takes ``files`` (list[Path], to import) or ``corpus`` (a
        name), ``finetune`` takes ``corpus`` or ``model``, or a run's id as ``run`` (to show, with
        another run ``beside`` it), ``resume``, ``follow_on`` or ``duplicate``; ``compare`` and
        ``evaluate`` take ``run`` (an id).
        """
        self.navigation_requested.emit(page, what)

    def notify(
        self,
        text: str,
        tone: Tone = "info",
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        details: str = "",
    ) -> None:
        """Say one sentence over the page; it leaves by itself unless it is an error."""
        self.notified.emit(Notice(text, tone, action, on_action, details))

    def _offer_restore(self, id: str, name: str) -> None:
        self.notify(
            tr("“{name}” is deleted.", name=name),
            action=tr("Undo"),
            on_action=lambda: self.runs.restore(id),
        )

    def _tell_failure(self, failure: Failure) -> None:
        self.notify(failure.sentence, "error", details=failure.details)


@dataclass(frozen=True)
class PageSpec:
    """A page as the window lists it; *make* runs at the first visit and imports what it needs."""

    key: str
    title: str
    icon: str
    make: Callable[[AppContext], Page]
    bottom: bool = False
