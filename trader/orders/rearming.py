"""How a plan waits once more, when what kept it from its entry passes by itself. Pure.

Each time it waits twice as long as before, so that no plan asks without bound, and none waits
longer than what it waits for has lasted. It says so once a cause.
"""

from datetime import datetime, timedelta

from trader.lifecycle.lifecycle import Lifecycle
from trader.risk.control import Control

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
MOST_DOUBLINGS = (LONGEST_WAIT // FIRST_WAIT).bit_length()


def next_wait(lifecycle: Lifecycle) -> timedelta:
    """How long the plan leaves the venue alone, if it is kept from its entry now."""
    doublings = min(sum(lifecycle.rearmings.values()), MOST_DOUBLINGS)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))


def is_told(lifecycle: Lifecycle, cause: str) -> bool:
    """Whether the plan has waited for the same cause before."""
    return cause in lifecycle.rearmings


def is_held_back(lifecycle: Lifecycle, now: datetime, *, is_halted: bool) -> bool:
    """Whether the plan may not trigger yet, whatever its condition says.

    During a halt that has stopped it once, it does not try again.
    """
    if is_halted and is_told(lifecycle, Control.HALTED):
        return True
    return lifecycle.held_until is not None and now < lifecycle.held_until
