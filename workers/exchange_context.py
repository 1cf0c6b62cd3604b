"""What an exchange worker has besides: the key, the venue, and those who use them.

Built on first use, never across a fork. Only the exchange queue's modules import this one.
"""

import os
from datetime import timedelta
from functools import cache

from trader.clock import utc_now
from trader.lifecycle.cache import LifecycleCache
from trader.orders.observation import Observer
from trader.orders.order_manager import OrderManager, grace_of
from trader.orders.resolver import Resolver
from trader.orders.sender import Sender
from trader.orders.sweep import OrderSweep
from trader.orders.tracker import Tracker
from trader.risk.limits import RiskLimits
from trader.settings import settings
from trader.venues.credentials import read_credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration
from trader.venues.nonces import NonceCounter
from workers.journal_context import journal, redis, store


@cache
def venue() -> HyperliquidIntegration:
    """This process's venue."""
    return HyperliquidIntegration.from_settings(
        settings(), read_credentials(os.environ), clock=utc_now
    )


@cache
def order_manager() -> OrderManager:
    """This process's order manager."""
    expiry = timedelta(seconds=settings().order_expiry_seconds)
    sender = Sender(journal(), venue(), NonceCounter(redis(), venue().signer), utc_now, expiry)
    return OrderManager(
        store=store(),
        journal=journal(),
        venue=venue(),
        sender=sender,
        tracker=Tracker(
            journal=journal(),
            venue=venue(),
            sender=sender,
            resolver=Resolver(venue(), utc_now, _grace()),
            observer=Observer(venue()),
            clock=utc_now,
        ),
        limits=RiskLimits.of(settings()),
        clock=utc_now,
    )


@cache
def order_sweep() -> OrderSweep:
    """This process's sweep over the tracked plans."""
    return OrderSweep(store(), venue(), LifecycleCache(journal()), utc_now, _grace())


def _grace() -> timedelta:
    return grace_of(timedelta(seconds=settings().venue_timeout_seconds))


def _forget() -> None:
    for built in (venue, order_manager, order_sweep):
        built.cache_clear()


os.register_at_fork(after_in_child=_forget)
