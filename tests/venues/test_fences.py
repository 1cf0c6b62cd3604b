"""Fences that were heard are known to every process, and a Redis that is away hurts nobody."""

from redis import Redis

from trader.venues.fences import KEPT, FenceRegister

SIGNER, OTHER = "0x" + "A" * 40, "0x" + "b" * 40


def test_a_fence_is_known_to_all_processes_of_its_signer(empty_broker_url: str) -> None:
    with Redis.from_url(empty_broker_url) as first, Redis.from_url(empty_broker_url) as second:
        FenceRegister(first, SIGNER).add(7)
        assert FenceRegister(second, SIGNER.lower()).has(7)
        assert not FenceRegister(second, SIGNER).has(8)
        assert not FenceRegister(second, OTHER).has(7)


def test_it_is_forgotten_in_time(empty_broker_url: str) -> None:
    with Redis.from_url(empty_broker_url) as redis:
        FenceRegister(redis, SIGNER).add(7)
        (key,) = redis.keys()
        assert 0 < redis.ttl(key) <= KEPT.total_seconds()


def test_without_redis_nothing_is_known() -> None:
    with Redis.from_url("redis://127.0.0.1:1/0") as redis:
        register = FenceRegister(redis, SIGNER)
        register.add(7)
        assert not register.has(7)
