"""Fine-tuning: a recipe, a corpus and a base model in, a run with an adapter out."""

from mulm_core.training.events import (
    CheckpointSaved,
    DevEvaluated,
    RunStarted,
    SampleTranslation,
    TrainStep,
)
from mulm_core.training.job import TrainRequest, TrainResult, train
from mulm_core.training.recipe import PRESETS, Recipe, recipe_from

__all__ = [
    "PRESETS",
    "CheckpointSaved",
    "DevEvaluated",
    "Recipe",
    "RunStarted",
    "SampleTranslation",
    "TrainRequest",
    "TrainResult",
    "TrainStep",
    "recipe_from",
    "train",
]
