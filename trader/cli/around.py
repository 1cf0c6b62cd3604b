"""What a command can see of the Trader that runs beside it, through the broker."""

from collections.abc import Mapping
from dataclasses import dataclass

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from trader.lifecycle.intake_pulse import IntakeUnknown, intake_is_alive
from trader.market.snapshot import MarketSnapshot, SnapshotUnavailable
from trader.settings import Settings
from trader.venues.instrument import Instrument

ANSWER_SECONDS = 1.0
WHAT_TO_DO = "the plan waits in the store until somebody runs the Trader, such as `trader up`"


@dataclass(frozen=True, slots=True)
class Around:
    """`instruments`: what the venue lists, None where that is not known, or has grown old while
    nobody looked. `nobody`: why it seems that nobody takes plans in, with what to do; None when
    somebody does.
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
        try:
            if not intake_is_alive(redis):
                return Around(None, f"nobody has looked for plans lately; {WHAT_TO_DO}")
            return Around(MarketSnapshot(redis, settings.venue_url).instruments() or None, None)
        except (IntakeUnknown, SnapshotUnavailable) as error:
            return Around(None, f"nobody takes plans in: {error}; {WHAT_TO_DO}")
