"""MULM's engine: corpora, fine-tuning, translation and scores, without any user interface."""

import os

__version__ = "0.1.0"

# Read when torch is first imported. By default its threads spin for milliseconds while they wait
# for one another; as soon as the window or another program takes a core, most of the time goes
# there. Sleeping instead was measured at two to four times the speed beside one busy program, for
# 15 % less on an idle machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
