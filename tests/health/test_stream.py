"""What `trader doctor` says of the stream."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis

from trader.clock import utc_now
from trader.health.finding import Part, Verdict
from trader.health.stream import look_at_stream
from trader.settings import Settings
from trader.stream.lease import LEASE_KEY
from trader.stream.pulse import Pulse, write_pulse


@pytest.fixture
def settings(empty_broker_url: str) -> Settings:
    return Settings(redis_url=empty_broker_url)


@pytest.fixture
def redis(settings: Settings) -> Iterator[Redis]:
    with Redis.from_url(settings.redis_url) as client:
        client.set(LEASE_KEY, 1)
        yield client


@pytest.mark.parametrize(
    ("age", "silence", "verdict", "text"),
    [
        (0, 2.0, Verdict.OK, "follows 4 symbols; the venue was heard 2.0 s before"),
        (0, None, Verdict.WRONG, "it has no connection to the venue"),
        (60, 2.0, Verdict.WRONG, "its last sign of life is 60 s old"),
    ],
)
def test_by_its_last_sign_of_life(
    settings: Settings,
    redis: Redis,
    age: int,
    silence: float | None,
    verdict: Verdict,
    text: str,
) -> None:
    at = utc_now() - timedelta(seconds=age)
    heard_at = None if silence is None else at - timedelta(seconds=silence)
    write_pulse(redis, Pulse(at=at, heard_at=heard_at, token=1, symbols=4))
    finding = look_at_stream(settings)
    assert (finding.part, finding.verdict, finding.text) == (Part.STREAM, verdict, text)
    assert bool(finding.remedy) is (verdict is not Verdict.OK)


def test_where_none_has_run(settings: Settings) -> None:
    finding = look_at_stream(settings)
    assert (finding.verdict, finding.text) == (Verdict.WRONG, "no stream has ever run here")
    assert "`trader stream`" in finding.remedy
    assert "every 60 s" in finding.remedy
