"""The published instruments, kept for a little while."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from trader.clock import Clock
from trader.market.snapshot import MarketSnapshot, SnapshotUnavailable
from trader.venues.instrument import Instrument

MAX_AGE = timedelta(seconds=10)
"""How late a process may learn of a listing or a delisting."""


class PublishedInstruments:
    """Called, it gives the instruments by symbol, at most `MAX_AGE` old; empty before the first.

    While the snapshot is not readable, what was read last is given.
    """

    def __init__(self, snapshot: MarketSnapshot, clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock
        self._instruments: Mapping[str, Instrument] = {}
        self._read_at: datetime | None = None

    def __call__(self) -> Mapping[str, Instrument]:
        """The instruments by symbol."""
        now = self._clock()
        if not self._instruments or self._read_at is None or now - self._read_at >= MAX_AGE:
            with suppress(SnapshotUnavailable):
                self._instruments = self._snapshot.instruments()
                self._read_at = now
        return self._instruments
