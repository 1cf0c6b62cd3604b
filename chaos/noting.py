"""Notes when something was away, while it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from chaos.verdict.outages import Outage
from trader.clock import utc_now


@contextmanager
def noted(outages: list[Outage]) -> Iterator[None]:
    """Add the time that the context lasts, unless it fails."""
    began = utc_now()
    yield
    outages.append(Outage(began, utc_now()))
