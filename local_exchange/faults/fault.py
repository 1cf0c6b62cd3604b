"""What all faults have in common: when they hold, and how often they strike."""

from random import Random
from typing import Annotated, Self

from pydantic import Field, model_validator

from local_exchange.wire.scalars import WireModel

NonNegative = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Probability = Annotated[float, Field(gt=0, le=1)]


class Fault(WireModel):
    """Holds from `starts_after_ms` to `ends_after_ms` after it was set, or until it is deleted."""

    kind: str
    starts_after_ms: NonNegative = 0
    ends_after_ms: Positive | None = None

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.ends_after_ms is not None and self.ends_after_ms <= self.starts_after_ms:
            raise ValueError(
                f"ends_after_ms ({self.ends_after_ms}) must be greater than "
                f"starts_after_ms ({self.starts_after_ms})"
            )
        return self

    def holds(self, age_ms: int) -> bool:
        """Whether it holds at that time after it was set."""
        return age_ms >= self.starts_after_ms and not self.is_over(age_ms)

    def is_over(self, age_ms: int) -> bool:
        """Whether it will never hold again."""
        return self.ends_after_ms is not None and age_ms >= self.ends_after_ms


class Condition(Fault):
    """A state of the venue, for as long as it holds."""


class Occurrence(Fault):
    """Strikes single things. Of those that it is about it passes over the first `skip`, then
    strikes each with `probability`, by chance of `seed` and the thing's number, `count` times.
    """

    skip: NonNegative = 0
    count: Positive | None = None
    probability: Probability = 1.0
    seed: int = 0

    def chance(self, number: int) -> Random:
        """The chance that belongs to the thing of that number."""
        return Random(f"{self.seed}:{self.kind}:{number}")
