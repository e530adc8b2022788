"""MULM's engine: corpora, fine-tuning, translation and scores, without any user interface."""

__version__ = "0.1.0"
