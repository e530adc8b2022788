"""The forecast's number of steps is the one the run then has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mulm_core.corpus import ImportRequest, get_corpus, import_corpus, split_of
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.runs import get_run
from mulm_core.training import TrainRequest, train
from mulm_core.training.forecast import ForecastRequest, forecast_steps


def test_the_forecast_is_the_number_of_steps(request_for: Callable[..., TrainRequest]) -> None:
    request = request_for(epochs=3)
    forecast = forecast_steps(
        JobContext(),
        ForecastRequest(
            request.workspace,
            request.model,
            request.corpus,
            request.source,
            request.target,
            request.recipe,
        ),
    )
    assert forecast == train(JobContext(), request).steps


def test_a_run_leaves_out_what_overlaps_with_dev_and_test_and_the_forecast_only_looks(
    request_for: Callable[..., TrainRequest], tmp_path: Path
) -> None:
    request = request_for(epochs=1)
    sources = (f"the file opens and shows the row of the cell {at} now" for at in range(1000))
    dev = next(text for text in sources if split_of(text) == "dev")
    near = next(text for at in range(1000) if split_of(text := f"{dev} {at}") == "train")
    file = tmp_path / "near.tsv"
    file.write_text(f"{dev}\tle fichier ouvre\n{near}\tla ligne ferme\n", encoding="utf-8")
    import_corpus(
        JobContext(), ImportRequest(request.workspace, (file,), "en", "fr", request.corpus)
    )
    ask = ForecastRequest(
        request.workspace, request.model, request.corpus, "en", "fr", request.recipe
    )
    path = get_corpus(request.workspace, request.corpus).path
    before = path.read_bytes()
    forecast_steps(JobContext(), ask)
    assert path.read_bytes() == before
    events: list[Event] = []
    result = train(JobContext(events.append), request)
    manifest = get_run(request.workspace, result.run).manifest
    assert result.steps == forecast_steps(JobContext(), ask)
    assert manifest.leaked >= 1
    logged = [event.text for event in events if isinstance(event, LogLine)]
    assert any(f"{manifest.leaked} training pairs that overlap" in text for text in logged)
