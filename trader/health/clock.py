"""This machine's clock against the venue's."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

from trader.venues.venue import VenueUnavailable

DATE_GRAIN = timedelta(seconds=1)
"""An HTTP date drops the fraction of the second. Source: RFC 9110, 5.6.7."""


@dataclass(frozen=True, slots=True)
class ClockDifference:
    """How far our clock is ahead of the venue's (negative: behind), at least and at most."""

    least: timedelta
    most: timedelta

    def certainly_beyond(self, tolerance: timedelta) -> bool:
        """Whether the clocks differ by more than this, whatever the measurement's error."""
        return self.least > tolerance or self.most < -tolerance


def difference(sent: datetime, venue_date: datetime, received: datetime) -> ClockDifference:
    """What a reply's date says: it was written between `sent` and `received` by our clock."""
    return ClockDifference(sent - venue_date - DATE_GRAIN, received - venue_date)


def measure(url: str, timeout: float) -> ClockDifference:
    """Ask the venue. Raises VenueUnavailable when it does not answer or gives no date."""
    sent = datetime.now(UTC)
    try:
        answer = requests.post(f"{url}/info", json={"type": "meta"}, timeout=timeout)
    except requests.RequestException as error:
        raise VenueUnavailable(f"the venue could not be read: {error}") from error
    received = datetime.now(UTC)
    date = answer.headers.get("Date")
    if date is None:
        raise VenueUnavailable("the venue's reply has no Date header")
    return difference(sent, parsedate_to_datetime(date), received)
