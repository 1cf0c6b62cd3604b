"""Candles of one coin, made from mids and trades, after a seeded history.

Minutes and hours are kept; every other interval is put together from them when asked for.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from local_exchange.engine.history import Bar, PriceHistory
from local_exchange.engine.views import Candle
from local_exchange.engine.working_order import ZERO

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
INTERVALS = {
    "1m": MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "1h": HOUR_MS,
    "4h": 4 * HOUR_MS,
    "1d": DAY_MS,
}
MAX_CANDLES = 5_000


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """The last 24 hours."""

    previous_price: Decimal
    notional_volume: Decimal
    base_volume: Decimal


class _Bars:
    """The live bars of one length; a quiet bar repeats the last price."""

    def __init__(self, length_ms: int) -> None:
        self._length = length_ms
        self.bars: deque[Bar] = deque(maxlen=MAX_CANDLES)

    def touch(self, time: int, price: Decimal) -> Bar:
        start = time - time % self._length
        while self.bars and self.bars[-1].time < start:
            last = self.bars[-1]
            gap = max(last.time + self._length, start - MAX_CANDLES * self._length)
            flat = last.close if gap < start else price
            self.bars.append(Bar(gap, flat, flat, flat, flat))
        if not self.bars:
            self.bars.append(Bar(start, price, price, price, price))
        self.bars[-1].touch(price)
        return self.bars[-1]


class CandleSeries:
    """One coin's candles."""

    def __init__(self, coin: str, history: PriceHistory) -> None:
        self._coin = coin
        self._source = history
        self._minutes = _Bars(MINUTE_MS)
        self._hours = _Bars(HOUR_MS)

    @cached_property
    def _history(self) -> tuple[list[Bar], list[Bar]]:
        minutes = self._source.minutes()
        hours = self._source.hours(before=minutes[0])
        return minutes, [*hours, *_aggregate(minutes, HOUR_MS)]

    def touch(self, time: int, price: Decimal) -> None:
        """The mid is at `price`."""
        self._minutes.touch(time, price)
        self._hours.touch(time, price)

    def trade(self, time: int, price: Decimal, size: Decimal) -> None:
        """A trade took place."""
        self._minutes.touch(time, price).add_trade(price, size)
        self._hours.touch(time, price).add_trade(price, size)

    def candles(self, interval: str, start: int, end: int | None) -> tuple[Candle, ...]:
        """Candles that open in [start, end], oldest first. KeyError for another interval."""
        length = INTERVALS[interval]
        bars = self._bars(length, start - start % length)
        candles = deque(
            (
                self._candle(bar, interval, length)
                for bar in _aggregate(bars, length)
                if bar.time >= start and (end is None or bar.time <= end)
            ),
            maxlen=MAX_CANDLES,
        )
        return tuple(candles)

    def last(self, interval: str) -> Candle:
        """The candle that is being made."""
        length = INTERVALS[interval]
        now = self._minutes.bars[-1].time
        return self.candles(interval, now - now % length, None)[-1]

    def day(self, now: int) -> DayStatistics:
        """The last 24 hours up to `now`."""
        bars = list(self._bars(HOUR_MS, now - DAY_MS))
        return DayStatistics(
            bars[0].open,
            sum((bar.notional for bar in bars), ZERO),
            sum((bar.volume for bar in bars), ZERO),
        )

    def _bars(self, length: int, since: int) -> Iterator[Bar]:
        past_minutes, past_hours = self._history
        past, live = (
            (past_minutes, self._minutes.bars)
            if length < HOUR_MS
            else (past_hours, self._hours.bars)
        )
        for bars in (past, live):
            yield from (bar for bar in bars if bar.time >= since)

    def _candle(self, bar: Bar, interval: str, length: int) -> Candle:
        return Candle(
            open_time=bar.time,
            close_time=bar.time + length - 1,
            coin=self._coin,
            interval=interval,
            open=bar.open,
            close=bar.close,
            high=bar.high,
            low=bar.low,
            volume=bar.volume,
            trades=bar.trades,
        )


def _aggregate(bars: Iterable[Bar], length: int) -> Iterator[Bar]:
    merged: Bar | None = None
    for bar in bars:
        start = bar.time - bar.time % length
        if merged is None or merged.time != start:
            if merged is not None:
                yield merged
            merged = bar.starting(start)
        else:
            merged.merge(bar)
    if merged is not None:
        yield merged
