"""Until when a plan may enter."""

from datetime import datetime, timedelta

from trader.plans.fields import Fields
from trader.plans.plan import Timeframe
from trader.plans.refusal import PlanRefused, RefusalCode
from trader.plans.values import moment

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far another team's clock may run ahead of ours."""


def read_valid_until(
    fields: Fields, timeframe: Timeframe, strand_created_at: datetime, now: datetime
) -> datetime:
    """`valid_until`, else `created_at` (or the strand's) plus the timeframe's validity.

    Raises PlanRefused when a time is naive, the end is past, or the plan comes from the future.
    """
    created_at = fields.find("created_at", moment) or strand_created_at
    if created_at > now + CLOCK_TOLERANCE:
        reason = f"lies in the future (it is {now.isoformat()} now): mend the clock"
        written = created_at.isoformat()
        raise PlanRefused(RefusalCode.INVALID_VALUE, fields.path_of("created_at"), written, reason)
    valid_until = fields.find("valid_until", moment) or created_at + timeframe.validity
    if valid_until <= now:
        raise PlanRefused(
            RefusalCode.PAST_VALID_UNTIL,
            fields.path_of("valid_until"),
            valid_until.isoformat(),
            f"is over: it is {now.isoformat()} now; publish a new plan",
        )
    return valid_until
