"""Fine-tuning: a recipe, a corpus and a base model in, a run with an adapter out."""

from mulm_core.training.events import (
    CheckpointSaved,
    DevEvaluated,
    DirectionScores,
    RunStarted,
    SampleTranslation,
    TrainStep,
)
from mulm_core.training.job import (
    ProbeResult,
    ResumeRequest,
    Task,
    TrainRequest,
    TrainResult,
    probe,
    train,
    training_pairs,
)
from mulm_core.training.presets import PRESETS, changed_recipe, recipe_from
from mulm_core.training.recipe import Recipe

__all__ = [
    "PRESETS",
    "CheckpointSaved",
    "DevEvaluated",
    "DirectionScores",
    "ProbeResult",
    "Recipe",
    "ResumeRequest",
    "RunStarted",
    "SampleTranslation",
    "Task",
    "TrainRequest",
    "TrainResult",
    "TrainStep",
    "changed_recipe",
    "probe",
    "recipe_from",
    "train",
    "training_pairs",
]
