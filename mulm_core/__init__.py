"""MULM's engine: corpora, fine-tuning, translation and scores, without any user interface."""

import os

__version__ = "0.1.0"

# Read when torch is first imported. By default its threads spin for milliseconds while they wait
# for one another; as soon as the window or another program takes a core, most of the time goes
# there. Where they sleep at once, a system slow to wake them leaves a core idle. A few microseconds
# of spinning avoid both.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
