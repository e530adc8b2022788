"""What Optuna says: which values to try next, whether a trial falls behind, what mattered.

Each answer follows from the plan and the trials that have ended alone; so a search that is
resumed goes on as it would have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mulm_core.search.record import Plan, Trial
from mulm_core.search.space import Values, short

_RANDOM_TRIALS = 5  # before the sampler has something to go by
_COMPARED_WITH = 3  # trials that must have come to their end before one can fall behind
_ATTEMPTS = 50  # at values that no trial has had
_TELLING = 10  # trials from which the weight of a field can be told
_GOOD = 0.4  # share of the trials that counts as good; of the usual tenth there is one


def propose(plan: Plan, ended: Sequence[Trial]) -> Values | None:
    """Values that no trial has had, by TPE; None where it finds none, as in a small space."""
    import numpy as np
    import optuna

    study = _study(plan, ended)
    chance = np.random.SeedSequence([plan.seed, len(ended)]).generate_state(1)
    study.sampler = optuna.samplers.TPESampler(seed=int(chance[0]), n_startup_trials=_RANDOM_TRIALS)
    tried = [trial.values for trial in ended]
    for _ in range(_ATTEMPTS):
        asked = study.ask(_distributions(plan))
        values = {name: _rounded(asked.params[name]) for name in plan.space}
        if values not in tried:
            return values
    return None


def falls_behind(plan: Plan, ended: Sequence[Trial], trial: Trial) -> bool:
    """Whether the trial's best score is worse than the middle one of earlier trials by then."""
    import optuna

    pruner = optuna.pruners.MedianPruner(n_startup_trials=_COMPARED_WITH)
    return bool(pruner.prune(_study(plan, ended), _frozen(plan, trial)))


def importance(plan: Plan, ended: Sequence[Trial]) -> dict[str, float]:
    """Each field's share in what made trials differ, the largest first; empty for few trials."""
    import optuna

    if sum(trial.state == "complete" for trial in ended) < _TELLING:
        return {}
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=_GOOD)
    return dict(optuna.importance.get_param_importances(_study(plan, ended), evaluator=evaluator))


def _study(plan: Plan, ended: Sequence[Trial]) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="minimize" if plan.minimise else "maximize")
    study.add_trials([_frozen(plan, trial) for trial in ended])
    return study


def _frozen(plan: Plan, trial: Trial) -> Any:
    import optuna

    states = optuna.trial.TrialState
    state = {
        "running": states.RUNNING,
        "complete": states.COMPLETE,
        "pruned": states.PRUNED,
        "cut": states.PRUNED,  # its score is not what it would have come to
        "failed": states.FAIL,
    }[trial.state]
    return optuna.trial.create_trial(
        state=state,
        value=trial.score if trial.state == "complete" else None,
        params=trial.values,
        distributions=_distributions(plan),
        intermediate_values={
            number: scores["score"] for number, scores in enumerate(trial.history, 1)
        },
    )


def _distributions(plan: Plan) -> dict[str, Any]:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    return {
        name: CategoricalDistribution(found.choices)
        if found.choices
        else FloatDistribution(found.low, found.high, log=found.log)
        for name, found in plan.space.items()
    }


def _rounded(value: Any) -> Any:
    return short(value) if isinstance(value, float) else value
