"""Whether a stream follows the venue."""

import redis

from trader.clock import utc_now
from trader.health.finding import Finding, Part, Verdict
from trader.settings import Settings
from trader.stream.pulse import ALIVE, Pulse, PulseUnavailable, read_pulse

_REDIS_SECONDS = 5.0


def look_at_stream(settings: Settings) -> Finding:
    """The active stream's last sign of life."""
    try:
        with redis.Redis.from_url(
            settings.redis_url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
        ) as client:
            pulse = read_pulse(client)
    except PulseUnavailable as error:
        return _wrong(str(error), "restart the stream")
    if pulse is None:
        return _wrong("no stream has ever run here", _start_it(settings))
    return _judge(pulse, settings)


def _judge(pulse: Pulse, settings: Settings) -> Finding:
    age = utc_now() - pulse.at
    if age > ALIVE:
        return _wrong(f"its last sign of life is {age.seconds} s old", _start_it(settings))
    if pulse.heard_at is None:
        return _wrong("it has no connection to the venue", "it goes on trying; see its log")
    silent = (pulse.at - pulse.heard_at).total_seconds()
    return Finding(
        part=Part.STREAM,
        verdict=Verdict.OK,
        text=f"follows {pulse.symbols} symbols; the venue was heard {silent:.1f} s before",
    )


def _start_it(settings: Settings) -> str:
    return (
        "start it (`trader stream`): until then prices and fills are seen at the heartbeat only, "
        f"every {settings.heartbeat_seconds:g} s"
    )


def _wrong(text: str, remedy: str) -> Finding:
    return Finding(part=Part.STREAM, verdict=Verdict.WRONG, text=text, remedy=remedy)
