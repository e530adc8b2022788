"""Keeping the libraries' own chatter out of the person's terminal."""

from __future__ import annotations

import warnings


def quiet_libraries() -> None:
    """No progress bars of transformers, and no warning that PEFT calls a name it deprecated."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
