"""Writes over a network: when the reply is lost, only the store itself knows what happened.

A write that can happen once only (an id, a seq) may be sent again as it is: the second one
happens, or is refused because the first one did. So a lost reply is settled by looking for the
write in the store, and by sending it again while it is not there.
"""

import time
from collections.abc import Callable
from itertools import count

from trader.errors import Permanent
from trader.strands.store import SequenceConflict, StoreUnavailable

PATIENCE_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0


class ReplyLost(StoreUnavailable):
    """The request was sent, and no reply came: it may or may not have happened."""


def write_once(
    send: Callable[[], None],
    is_kept: Callable[[], bool],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Send a write, and settle a lost reply within about PATIENCE_SECONDS of its loss.

    `send` writes what can be there once only, and raises ReplyLost when it may have happened;
    `is_kept` asks the store whether this very write is there. Raises as `send` does; a
    StoreUnavailable after a lost reply leaves open whether the write happened.
    """
    deadline: float | None = None
    for attempt in count():
        in_doubt = deadline is not None
        failure: StoreUnavailable
        try:
            if in_doubt and is_kept():
                return
            send()
            return
        except ReplyLost as lost:
            deadline, failure = deadline or clock() + PATIENCE_SECONDS, lost
        except StoreUnavailable as unavailable:
            if not in_doubt:
                raise
            failure = unavailable
        except (SequenceConflict, Permanent):
            # The first one may have landed after we looked, and then it is what refuses this one.
            if in_doubt and is_kept():
                return
            raise
        pause = min(FIRST_PAUSE_SECONDS * 2**attempt, LONGEST_PAUSE_SECONDS)
        if deadline is None or clock() + pause > deadline:
            raise failure
        sleep(pause)
