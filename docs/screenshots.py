"""Regenerates the pictures in docs/images: every page, light and dark, with real work in it.

    python docs/screenshots.py

imports the sample project, fine-tunes the bundled model on it, evaluates the result (about three
minutes on two cores) and takes the pictures without a screen. A workspace given with --workspace
is kept and used again; --model takes another model folder. For Chinese, Japanese and Korean text
a font such as Noto Sans CJK must be installed (Debian: fonts-noto-cjk); without one those
characters show as boxes.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.main_window import MainWindow
    from mulm_core.evaluation import Evaluation
    from mulm_core.workspace import Workspace

SIZE = (1280, 800)
CORPUS = "libreoffice-help"
# The pictures that need no run, and so no training.
_UNTRAINED = {
    "corpora",
    "corpora-excluded",
    "corpora-checks",
    "corpora-splits",
    "corpora-statistics",
    "import",
}


def main() -> int:
    """Take all pictures; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, help="kept and used again")
    parser.add_argument("--model", default="starter", help="an id or a folder")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--pages", default="", help="only these, comma-separated")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mulm-shots-") as folder:
        place = options.workspace or Path(folder) / "workspace"
        wanted = [page for page in options.pages.split(",") if page]
        prepare(place, options.model, trained=not wanted or not _UNTRAINED.issuperset(wanted))
        options.out.mkdir(parents=True, exist_ok=True)
        for theme in options.themes.split(","):
            take(place, theme, options.out, wanted)
    return 0


def prepare(place: Path, model: str, *, trained: bool) -> None:
    """Do the sample's work in the workspace, as far as it is needed and not done yet."""
    from mulm_core.corpus import ImportRequest, import_corpus, list_corpora
    from mulm_core.evaluation import (
        EvaluateRequest,
        evaluate,
        list_evaluations,
        load_parallel,
    )
    from mulm_core.jobs import JobContext
    from mulm_core.models import add_model
    from mulm_core.runs import list_runs
    from mulm_core.samples import get_sample
    from mulm_core.training import TrainRequest, recipe_from, train
    from mulm_core.workspace import Workspace

    workspace = Workspace.open(place)
    sample = get_sample()
    if Path(model).is_dir():
        model = add_model(workspace, Path(model)).id
    if not list_corpora(workspace):
        import_corpus(
            JobContext(),
            ImportRequest(workspace, sample.train, sample.source, sample.target, CORPUS),
        )
    check(workspace)
    if not trained:
        return
    if not list_runs(workspace):
        print("fine-tuning …", flush=True)
        recipe = recipe_from("quick", {"evals_per_epoch": "2"})
        train(
            JobContext(),
            TrainRequest(workspace, model, CORPUS, sample.source, sample.target, recipe),
        )
    if not list_evaluations(workspace):
        print("evaluating …", flush=True)
        run = list_runs(workspace)[0].id
        test = load_parallel(*sample.test)
        evaluate(
            JobContext(),
            EvaluateRequest(workspace, test, sample.source, sample.target, (model, f"run:{run}")),
        )


def check(workspace: Workspace) -> None:
    """Scan the sample's corpus and apply two checks, where that is not done yet."""
    from mulm_core.corpus.checks import ApplyRequest, ScanRequest, apply, check_states, scan
    from mulm_core.jobs import JobContext

    if not check_states(workspace, CORPUS):
        scan(JobContext(), ScanRequest(workspace, CORPUS))
        apply(JobContext(), ApplyRequest(workspace, CORPUS, ("length_ratio", "numbers")))


def take(place: Path, theme: str, out: Path, wanted: list[str]) -> None:
    """Open the real window on the workspace and save a picture of every page."""
    from PySide6.QtCore import QLocale

    from app.launch import make_application, make_context, make_window
    from app.theme import theme as appearance

    app = make_application()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    ctx = make_context(place)
    appearance().set_mode(theme)  # type: ignore[arg-type]
    window = make_window(ctx)
    window.resize(*SIZE)
    window.show()
    for name, show in scenes(window, ctx.workspace).items():
        if wanted and name not in wanted:
            continue
        picture: QWidget = show() or window
        settle(app, ctx)
        names = {
            str(ROOT): "~/mulm-workbench",
            str(place): "~/.local/share/mulm",
            platform.platform(): platform.system(),
        }
        rename(picture, names)
        picture.grab().save(str(out / f"{name}-{theme}.png"))
        print(out / f"{name}-{theme}.png", flush=True)
        if picture is not window:
            picture.close()
    window.close()
    window.deleteLater()
    app.processEvents()


def scenes(window: MainWindow, workspace: Workspace) -> dict[str, Callable[[], Any]]:
    """What to show for each picture; a scene may return another widget to take."""
    from mulm_core.evaluation import list_evaluations, load_parallel
    from mulm_core.runs import list_runs
    from mulm_core.samples import get_sample

    run = next((run.id for run in list_runs(workspace)), "")
    evaluation = next((one.id for one in list_evaluations(workspace)), "")
    sample = get_sample()

    def go(page: str, **what: object) -> Callable[[], None]:
        def show() -> None:
            window.show_page(page)
            if what:
                window.page(page).open(**what)

        return show

    def compare() -> None:
        window.show_page("compare")
        window.page("compare").open(
            test=load_parallel(*sample.test),
            direction=(sample.source, sample.target),
            run=run,
            position=telling_segment(list_evaluations(workspace)[0]),
        )

    def evaluated(tab: int, plot: str = "") -> Callable[[], None]:
        def show() -> None:
            window.show_page("evaluate")
            page: Any = window.page("evaluate")
            if not page._model.result.is_open:
                page.open(evaluation=evaluation)
                wait_until(lambda: page._model.result.is_open)
            page._result.tabs.setCurrentIndex(tab)
            if plot:
                page._result.plots.choose(plot)

        return show

    def confidence() -> None:
        compare()
        page: Any = window.page("compare")
        wait_until(lambda: not page._model.state.working)
        page._sure.setChecked(True)
        card = page._columns.card(f"run:{run}")
        card.show_alternatives(True)
        longest = max(card.shown.words, key=lambda word: word[1] - word[0])
        card.reading.pointed.emit(longest[0])

    def unfolded(tab: str, check: str) -> Callable[[], None]:
        def show() -> None:
            go("corpora", corpus=CORPUS, tab=tab)()
            page: Any = window.page("corpora")
            wait_until(lambda: page._model.checks.overview.scanned)
            page._detail.checks.list.items[check].set_open(True)

        return show

    def dialog() -> QWidget:
        window.show_page("corpora")
        page: Any = window.page("corpora")
        page.drop_files([*get_sample("wesnoth-de-fr").train, *sample.test, *(sample.dev or ())])
        wait_until(lambda: page.dialog is not None)
        result: QWidget = page.dialog
        return result

    return {
        "home": go("home"),
        "corpora": go("corpora", corpus=CORPUS, tab="pairs"),
        "corpora-excluded": go("corpora", corpus=CORPUS, check="excluded"),
        "corpora-checks": unfolded("checks", "untranslated"),
        "corpora-splits": go("corpora", corpus=CORPUS, tab="splits"),
        "corpora-statistics": go("corpora", corpus=CORPUS, tab="statistics"),
        "import": dialog,
        "finetune-start": go("finetune", corpus=CORPUS),
        "finetune": go("finetune", run=run),
        "compare": compare,
        "compare-confidence": confidence,
        "evaluate": evaluated(0),
        "evaluate-segments": evaluated(1),
        "evaluate-plots": evaluated(2, "points"),
        "models": go("models"),
        "settings": go("settings"),
    }


def telling_segment(evaluation: Evaluation) -> int:
    """A segment of some length on which fine-tuning gained, but is not perfect."""
    tuned = evaluation.systems[1].sentence_chrf
    gains = evaluation.difference(1)
    fitting = [
        number
        for number, source in enumerate(evaluation.sources)
        if 60 < len(source) < 160 and 60 < tuned[number] < 90
    ]
    return max(fitting, key=lambda number: gains[number], default=0)


def rename(picture: QWidget, names: dict[str, str]) -> None:
    """Show what is named after this machine under a name that suits any reader's."""
    from PySide6.QtWidgets import QLabel, QLineEdit

    for kind in (QLabel, QLineEdit):
        for part in picture.findChildren(kind):
            for folder, name in names.items():
                if folder in part.text():
                    part.setText(part.text().replace(folder, name))


def settle(app: Any, ctx: Any) -> None:
    """Let background jobs end, layouts settle and charts be drawn."""
    app.processEvents()
    wait_until(lambda: not ctx.runner.jobs)
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)


def wait_until(condition: Callable[[], bool], timeout_s: float = 120) -> None:
    """Run the event loop until *condition* holds; raises TimeoutError."""
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not come to rest")
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    raise SystemExit(main())
