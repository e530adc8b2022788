"""Base models: which there are, what they know, and loading them."""

from mulm_core.models.catalog import (
    STARTER,
    ModelInfo,
    add_model,
    get_model,
    list_models,
    remove_model,
)
from mulm_core.models.device import device_summary, pick_device
from mulm_core.models.loader import Base, load_base
from mulm_core.models.weights import weights_hash

__all__ = [
    "STARTER",
    "Base",
    "ModelInfo",
    "add_model",
    "device_summary",
    "get_model",
    "list_models",
    "load_base",
    "pick_device",
    "remove_model",
    "weights_hash",
]
