"""How long a position has been without a stop that the venue has confirmed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ALARM_AFTER = timedelta(seconds=1)
"""What a stop takes when the venue answers; a position that lacks one for longer is told of."""


@dataclass(frozen=True, slots=True)
class Unprotected:
    """A time in which confirmed stops did not cover the whole position.

    `until` is None while it lasts; `is_told` once a strand has told of it.
    """

    since: datetime
    until: datetime | None = None
    is_told: bool = False

    def is_alarming(self, now: datetime) -> bool:
        """Whether it has lasted too long, and nobody has been told."""
        return not self.is_told and (self.until or now) - self.since > ALARM_AFTER

    def ended(self, at: datetime) -> "Unprotected | None":
        """As it is to be remembered from its end on: when it was short, not at all."""
        end = Unprotected(self.since, max(self.since, at), self.is_told)
        return end if end.is_alarming(at) else None

    def told(self) -> "Unprotected | None":
        """After a strand has told of it."""
        return None if self.until is not None else Unprotected(self.since, is_told=True)
