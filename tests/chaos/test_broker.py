"""A broker that comes back without what it had, or with less of it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import Empty
from threading import Thread

import pytest
from kombu import Connection
from redis import Redis

from chaos.broker import FailingBroker, failing_broker
from tests.support.real_processes import ignore_event
from trader.clock import utc_now
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import wait_until
from workers.configuration import celery_settings


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[FailingBroker]:
    with Supervisor(tmp_path / "log", ignore_event) as supervisor:
        yield failing_broker(supervisor, tmp_path / "broker")


@pytest.fixture
def redis(broker: FailingBroker) -> Iterator[Redis]:
    with closing(Redis.from_url(broker.url)) as redis:
        yield redis


def test_a_killed_broker_comes_back_with_nothing(broker: FailingBroker, redis: Redis) -> None:
    redis.set("key", "value")
    broker.kill()
    assert redis.dbsize() == 0


@pytest.mark.parametrize(
    "act", [FailingBroker.kill, lambda broker: broker.restore(0), lambda broker: broker.freeze(0.3)]
)
def test_it_is_noted_when_it_was_away(
    broker: FailingBroker, redis: Redis, act: Callable[[FailingBroker], object]
) -> None:
    redis.set("key", "value")
    began = utc_now()
    act(broker)
    (outage,) = broker.outages
    assert began < outage.began < outage.ended < utc_now()


def test_a_flushed_broker_forgets_everything_and_goes_on(
    broker: FailingBroker, redis: Redis
) -> None:
    redis.set("key", "value")
    started = redis.info("server")["run_id"]
    broker.flush()
    assert redis.dbsize() == 0
    assert redis.info("server")["run_id"] == started


def test_what_somebody_has_in_his_hands_is_given_to_others(broker: FailingBroker) -> None:
    options = celery_settings(broker.url)["broker_transport_options"]
    with Connection(broker.url, transport_options=options) as one, one.clone() as other:
        one.SimpleQueue("any").put("message")
        held = one.SimpleQueue("any").get(timeout=5)
        with pytest.raises(Empty):
            other.SimpleQueue("any").get(timeout=0.5)
        broker.redeliver()
        assert other.SimpleQueue("any").get(timeout=5).payload == held.payload == "message"


def test_a_restored_broker_has_what_it_had_a_while_ago(
    broker: FailingBroker, redis: Redis, tmp_path: Path
) -> None:
    redis.set("early", "1")
    restoring = Thread(target=broker.restore, args=(1.0,))
    restoring.start()
    wait_until((tmp_path / "broker" / "copy").exists, 5, "it is copied")
    wait_until(lambda: bool(redis.set("late", "1")), 5, "it is written")
    restoring.join()
    assert redis.keys() == [b"early"]
