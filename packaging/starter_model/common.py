"""What every stage of the recipe shares: languages, directions, folders of the work directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ENGLISH = "en"
OTHERS = ("de", "fr", "es", "zh")
LANGUAGES = (ENGLISH, *OTHERS)

#: Directions the model is trained on: from and into English, nothing else.
SUPERVISED = tuple([(ENGLISH, x) for x in OTHERS] + [(x, ENGLISH) for x in OTHERS])
#: Directions it has never seen a single pair of.
ZERO_SHOT = tuple((a, b) for a in OTHERS for b in OTHERS if a != b)

REPOSITORY = Path(__file__).resolve().parents[2]
STARTER_DIR = REPOSITORY / "resources" / "models" / "starter"
SAMPLES_DIR = REPOSITORY / "resources" / "samples"


@dataclass(frozen=True)
class WorkDir:
    """The folder outside the repository for downloads, intermediate files and checkpoints."""

    root: Path

    @property
    def sources(self) -> Path:
        """Debian source tarballs and the PO files unpacked from them."""
        return self.root / "src"

    @property
    def messages(self) -> Path:
        """Every cleaned message with its translations and the split it belongs to."""
        return self.root / "messages.jsonl"

    @property
    def tokenizer(self) -> Path:
        """The tokenizer alone, in Hugging Face layout."""
        return self.root / "tokenizer"

    @property
    def checkpoint(self) -> Path:
        """The state of the training run, enough to go on from it."""
        return self.root / "checkpoint.pt"

    @property
    def model(self) -> Path:
        """The finished model, in Hugging Face layout."""
        return self.root / "model"
