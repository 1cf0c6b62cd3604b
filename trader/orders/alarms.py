"""What people must hear of, whatever is done about it. Pure."""

from datetime import datetime

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.position_events import PositionUnprotected


def unprotected_alarm(lifecycle: Lifecycle, now: datetime) -> PositionUnprotected | None:
    """The alarm of a position that has been too long without a confirmed stop, told once."""
    bare = lifecycle.unprotected
    if bare is None or not bare.is_alarming(now):
        return None
    lasted = "and still is" if bare.until is None else f"until {bare.until.isoformat()}"
    return PositionUnprotected(
        since=bare.since,
        until=bare.until,
        reason=f"no confirmed stop covered the whole position since {bare.since.isoformat()}, "
        f"{lasted}",
    )
