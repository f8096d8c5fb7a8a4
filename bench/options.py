"""What to measure, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# In the order in which they run. `growth` takes ten minutes and is run only when it is asked for.
PARTS = ("startup", "load", "flat", "four", "crisis", "stock", "scale", "search", "import", "training", "growth")
ONLY_WHEN_ASKED = ("growth",)
NOT_IN_QUICK = ("stock", "training", "scale")  # they train a model, or start the assistant again and again
TURNS = 20  # messages of a conversation: the ratio to stock Rasa depends on it


@dataclass(frozen=True)
class Options:
    """parts: what is measured, in order. quick: smaller rounds, under two minutes in all. folder: where processes and models live."""

    parts: tuple[str, ...]
    quick: bool
    folder: Path

    @classmethod
    def read(cls, env: Mapping[str, str], var_dir: Path) -> Options:
        """From ONLY (names with commas or spaces between) and QUICK=1. Raises ValueError for a part that does not exist."""
        quick = env.get("QUICK", "").strip() not in ("", "0")
        asked = env.get("ONLY", "").replace(",", " ").split()
        if unknown := sorted(set(asked) - set(PARTS)):
            raise ValueError(f"ONLY={' '.join(unknown)}: there are {', '.join(PARTS)}")
        left_out = {*ONLY_WHEN_ASKED, *(NOT_IN_QUICK if quick else ())}
        chosen = asked or [part for part in PARTS if part not in left_out]
        return cls(tuple(part for part in PARTS if part in chosen), quick, var_dir / "bench")

    @property
    def rounds(self) -> tuple[tuple[int, int], ...]:
        """(conversations at once, conversations in all) of the load on our assistant."""
        return ((1, 2), (8, 8), (32, 32)) if self.quick else ((1, 20), (8, 48), (32, 128), (128, 256))

    @property
    def stock_rounds(self) -> tuple[tuple[int, int], ...]:
        """The same for stock Rasa, with fewer conversations because it takes so much longer."""
        return ((1, 2), (8, 8), (32, 32)) if self.quick else ((1, 6), (8, 16), (32, 64), (128, 128))

    @property
    def scale_conversations(self) -> int:
        """Conversations of each round with several bots."""
        return 32 if self.quick else 128

    @property
    def marks(self) -> tuple[int, ...]:
        """The message numbers of one conversation that are compared."""
        return (5, 50) if self.quick else (5, 50, 100, 500)
