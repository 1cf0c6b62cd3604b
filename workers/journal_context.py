"""What every worker process needs: the store and Redis. Built on first use, never across a fork."""

import os
from functools import cache

from redis import Redis

from trader.clock import utc_now
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.journal import Journal
from trader.lifecycle.stage import Stage
from trader.market.snapshot import MarketSnapshot
from trader.orders.watch import EntryWatch
from trader.risk.limits import RiskLimits
from trader.settings import settings
from trader.strands.opening import open_configured_store
from trader.strands.store import StrandStore


@cache
def store() -> StrandStore:
    """This process's store."""
    return open_configured_store(settings())


@cache
def journal() -> Journal:
    """This process's journal."""
    return Journal(store())


@cache
def redis() -> Redis:
    """This process's connection to Redis: the market snapshot and the nonces."""
    return Redis.from_url(
        settings().redis_url, socket_timeout=5, socket_connect_timeout=5, health_check_interval=15
    )


@cache
def market() -> MarketSnapshot:
    """What is known of the market that the settings name."""
    return MarketSnapshot(redis(), settings().venue_url)


@cache
def entry_watch() -> EntryWatch:
    """This process's watch over the waiting plans."""
    return EntryWatch(
        journal=journal(),
        waiting=LifecycleCache(store(), journal(), Stage.MONITOR),
        clock=utc_now,
        limits=RiskLimits.of(settings()),
    )


def _forget() -> None:
    for built in (store, journal, redis, market, entry_watch):
        built.cache_clear()


os.register_at_fork(after_in_child=_forget)
