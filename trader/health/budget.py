"""What may still be asked of the venue."""

import redis

from trader.health.finding import Finding, Part, Verdict
from trader.risk.controls import MIN_REQUESTS_LEFT
from trader.settings import Settings
from trader.venues.budget import Unlimited
from trader.venues.hyperliquid.replies import RATE_LIMIT, parse
from trader.venues.hyperliquid.reports import request_use_of
from trader.venues.hyperliquid.transport import Transport
from trader.venues.request_counter import RequestUse
from trader.venues.venue import VenueUnavailable
from trader.venues.weight_bucket import WeightBucket

_REDIS_SECONDS = 5.0


def look_at_budget(settings: Settings, account: str) -> Finding:
    """The weight left to all processes, and the requests left to the account."""
    try:
        weight = _weight_left(settings)
        use = _ask_request_use(settings, account)
    except (redis.RedisError, VenueUnavailable) as error:
        return Finding(
            part=Part.BUDGET, verdict=Verdict.WRONG, text=str(error), remedy="look once more"
        )
    text = (
        f"{weight} of {settings.weight_per_minute} weight a minute can go at once; {use.left} "
        f"requests and {use.cancels_left} cancellations are left to the account"
    )
    if use.left >= MIN_REQUESTS_LEFT:
        return Finding(part=Part.BUDGET, verdict=Verdict.OK, text=text)
    return Finding(
        part=Part.BUDGET,
        verdict=Verdict.WRONG,
        text=text,
        remedy=f"no entry is placed below {MIN_REQUESTS_LEFT} requests: each US dollar traded "
        "frees one, and the venue sells more (reserveRequestWeight)",
    )


def _weight_left(settings: Settings) -> int:
    with redis.Redis.from_url(
        settings.redis_url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
    ) as client:
        return WeightBucket(client, settings.weight_per_minute).left()


def _ask_request_use(settings: Settings, account: str) -> RequestUse:
    transport = Transport(settings.venue_url, settings.venue_timeout_seconds, Unlimited())
    reply = transport.read(transport.info.user_rate_limit, account)
    return request_use_of(parse(RATE_LIMIT, reply))
