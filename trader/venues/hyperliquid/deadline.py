"""The moment by which a call to the venue is over, on a clock that nobody sets."""

import time


class Deadline:
    """So many seconds from its construction."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that remain, 0 when it has passed."""
        return max(0.0, self._at - time.monotonic())


class DeadlinePassed(TimeoutError):
    """The call is given up; `may_have_left`: whether a byte of it may have."""

    def __init__(self, text: str, *, may_have_left: bool) -> None:
        super().__init__(text)
        self.may_have_left = may_have_left
