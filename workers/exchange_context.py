"""What an exchange worker has besides: the key, the venue, and those who use them.

Built on first use, never across a fork. Only the exchange queue's modules import this one. Each
priority has a client of its own, so that the urgent never wait for a slow read's answer.
"""

import os
from datetime import timedelta
from functools import cache

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from trader.clock import utc_now
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.stage import Stage
from trader.market.instruments import PublishedInstruments
from trader.orders.entries import Entries
from trader.orders.grace import grace_of
from trader.orders.holdings import Holdings
from trader.orders.observation import Observer
from trader.orders.order_manager import OrderManager
from trader.orders.resolver import Resolver
from trader.orders.sender import Sender
from trader.orders.tracker import Tracker
from trader.reconciliation.account import account_id_of
from trader.reconciliation.cursor import FillCursor
from trader.reconciliation.network import require_network
from trader.reconciliation.reconciler import Reconciler
from trader.risk.limits import RiskLimits
from trader.settings import settings
from trader.strands.store import StrandStore
from trader.venues.admission import Admission
from trader.venues.budget import Priority, SharedBudget
from trader.venues.credentials import Credentials, read_credentials
from trader.venues.fences import FenceRegister
from trader.venues.hyperliquid.integration import HyperliquidIntegration, trading_address
from trader.venues.request_counter import RequestCounter
from trader.venues.weight_bucket import WeightBucket
from workers.journal_context import journal, market, redis, store


@cache
def credentials() -> Credentials:
    """The key that signs."""
    return read_credentials(os.environ)


@cache
def own_store() -> StrandStore:
    """This process's store, once it is sure whose plans it holds. Raises Misconfigured."""
    require_network(store(), settings().network)
    return store()


@cache
def budget() -> SharedBudget:
    """The requests that all processes share.

    On a connection that gives up early, because urgent requests go on without it.
    """
    connection = Redis.from_url(
        settings().redis_url,
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), retries=1),
    )
    return SharedBudget(
        WeightBucket(connection, settings().weight_per_minute),
        RequestCounter(connection, trading_address(settings(), credentials())),
        Admission(connection, credentials().address),
    )


@cache
def market_venue() -> HyperliquidIntegration:
    """The venue for who publishes what it lists and quotes."""
    return HyperliquidIntegration.from_settings(
        settings(), credentials(), utc_now, budget(), Priority.READ
    )


@cache
def venue(priority: Priority) -> HyperliquidIntegration:
    """The venue for requests of this priority; what it lists is taken from the publisher."""
    published = PublishedInstruments(market(), utc_now)
    fences = FenceRegister(redis(), credentials().address)
    return HyperliquidIntegration.from_settings(
        settings(), credentials(), utc_now, budget(), priority, published, fences
    )


@cache
def order_manager() -> OrderManager:
    """This process's order manager: it places entries, and its tracker is urgent."""
    entries, urgent = venue(Priority.ENTRY), venue(Priority.URGENT)
    limits = RiskLimits.of(settings())
    return OrderManager(
        journal=journal(),
        entries=Entries(own_store(), entries, limits, utc_now),
        sender=_sender(entries),
        tracker=Tracker(
            journal=journal(),
            venue=urgent,
            sender=_sender(urgent),
            resolver=Resolver(urgent, utc_now, _grace()),
            observer=Observer(urgent),
            holdings=Holdings(own_store(), journal(), urgent, utc_now),
            clock=utc_now,
        ),
        limits=limits,
        clock=utc_now,
    )


@cache
def reconciler() -> Reconciler:
    """What finds every difference, lost messages' included: orders may be open, so it is urgent."""
    urgent = venue(Priority.URGENT)
    address = trading_address(settings(), credentials())
    account_id = account_id_of(urgent.name, settings().network, address)
    return Reconciler(
        store=own_store(),
        venue=urgent,
        account_id=account_id,
        address=address,
        tracked=LifecycleCache(own_store(), journal(), Stage.TRACK),
        cursor=FillCursor(redis(), account_id),
        clock=utc_now,
        grace=_grace(),
    )


def _sender(at: HyperliquidIntegration) -> Sender:
    expiry = timedelta(seconds=settings().order_expiry_seconds)
    return Sender(journal(), at, utc_now, expiry)


def _grace() -> timedelta:
    return grace_of(timedelta(seconds=settings().venue_timeout_seconds))


def _forget() -> None:
    for built in (credentials, own_store, budget, market_venue, venue, order_manager, reconciler):
        built.cache_clear()


os.register_at_fork(after_in_child=_forget)
