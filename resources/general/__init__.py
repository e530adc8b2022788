"""Everyday sentences, on which a run sees what the model forgets."""
