"""How long to wait before an ended process starts again."""

from dataclasses import dataclass

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
STEADY_SECONDS = 10.0
"""A process that ran this long had started well: its next end counts as the first again."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """The ends in a row of one process, each soon after the one before."""

    ends: int = 0

    def after_end(self, ran_seconds: float) -> "Backoff":
        """One more end, of a run of this length."""
        return Backoff(1 if ran_seconds >= STEADY_SECONDS else self.ends + 1)

    @property
    def seconds(self) -> float:
        """The wait before the next start: doubles from 0.5 s up to 30 s."""
        return min(FIRST_SECONDS * 2.0 ** min(self.ends - 1, 16), LONGEST_SECONDS)
