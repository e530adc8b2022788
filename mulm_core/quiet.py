"""Keeping third-party notices off the screen: stderr carries only our own lines.

Called by the command line and the window before anything heavy is imported.
"""

from __future__ import annotations

import logging
import os
import warnings

# Read by the libraries when they are imported.
_ENVIRONMENT = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
_LOGGERS = (
    "transformers", "huggingface_hub", "peft", "accelerate", "torch", "sacrebleu", "fpdf",
    "fontTools",
)  # fmt: skip


def silence() -> None:
    """Silence the libraries' warnings, log lines and progress bars; may be called again."""
    os.environ.update(_ENVIRONMENT)
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.simplefilter("ignore")


def quiet_libraries() -> None:
    """No progress bars of transformers, and no warning that PEFT calls a name it deprecated."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
