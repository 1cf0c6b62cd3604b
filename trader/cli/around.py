"""What a command can see of the Trader that runs beside it, through the broker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from trader.clock import utc_now
from trader.market.quote import Quote
from trader.market.snapshot import MarketSnapshot, SnapshotUnavailable
from trader.settings import Settings
from trader.venues.instrument import Instrument

ANSWER_SECONDS = 1.0
BEATS_MISSED = 3
"""A Trader publishes prices with each beat; after so many without any, nobody is there."""
LEAST_SILENCE = timedelta(seconds=10)
WHAT_TO_DO = "the plan waits in the store until somebody runs the Trader, such as `trader up`"


@dataclass(frozen=True, slots=True)
class Around:
    """`instruments`: what the venue lists, None where nobody has published it. `nobody`: why it
    seems that nobody takes plans in, with what to do; None when somebody does.
    """

    instruments: Mapping[str, Instrument] | None
    nobody: str | None


def look_around(settings: Settings) -> Around:
    """Ask the broker that the settings name; it may take a second when it does not answer."""
    redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), retries=0),
    )
    with redis:
        market = MarketSnapshot(redis, settings.venue_url)
        try:
            instruments, quotes = market.instruments(), market.quotes()
        except SnapshotUnavailable as error:
            return Around(None, f"nobody takes plans in: {error}; {WHAT_TO_DO}")
    silence = max(LEAST_SILENCE, timedelta(seconds=BEATS_MISSED * settings.heartbeat_seconds))
    return Around(instruments or None, nobody_publishes(quotes, utc_now(), silence))


def nobody_publishes(quotes: Mapping[str, Quote], now: datetime, silence: timedelta) -> str | None:
    """Why it seems that nobody works, by the age of the latest prices. Pure."""
    if not quotes:
        return f"nobody takes plans in: no prices were ever published; {WHAT_TO_DO}"
    age = now - max(quote.observed_at for quote in quotes.values())
    if age <= silence:
        return None
    seconds = f"{age.total_seconds():.0f} s"
    return f"nobody takes plans in: the last prices were published {seconds} ago; {WHAT_TO_DO}"
