"""Waits that double each time, up to a longest one. Pure."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Doubling:
    """The first wait is `first`, each other twice the one before, none longer than `longest`."""

    first: timedelta
    longest: timedelta

    def after(self, times: int) -> timedelta:
        """The wait after so many others."""
        enough = (self.longest // self.first).bit_length()
        return min(self.longest, self.first * (1 << min(times, enough)))
