"""The forecast's number of steps is the one the run then has."""

from __future__ import annotations

from collections.abc import Callable

from mulm_core.jobs import JobContext
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
