"""This process as a worker: the Celery application, a real broker, a real exchange."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis

from tests.local_exchange.controls import Controls
from tests.support.real_processes import RealExchange, real_exchange
from tests.workers.carrying import MID
from tests.workers.messages import Messages
from trader.lifecycle.journal import Journal
from trader.processes.local_account import local_account
from trader.settings import settings
from trader.strands.store import StrandStore


@pytest.fixture(scope="session", autouse=True)
def app(broker_url: str) -> Celery:
    """The application with all its tasks, on the session's broker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADER_REDIS_URL", broker_url)
        settings.cache_clear()
        from workers import analyze, market, monitor, place, track

        settings.cache_clear()
    (application,) = {module.app for module in (analyze, market, monitor, place, track)}
    application.conf.broker_url = broker_url
    return application


@pytest.fixture
def messages(empty_broker_url: str) -> Iterator[Messages]:
    """The broker's queues, empty at first."""
    with Redis.from_url(empty_broker_url) as redis:
        yield Messages(redis)


@pytest.fixture(scope="package")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealExchange]:
    """A local exchange whose market stands still, for all tests of the workers."""
    with real_exchange(tmp_path_factory.mktemp("exchange"), "--seed", "1", "--frozen") as running:
        yield running


@pytest.fixture
def market(exchange: RealExchange) -> Controls:
    """The exchange's controls."""
    return Controls(exchange.url)


@pytest.fixture
def store(
    empty_broker_url: str, exchange: RealExchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StrandStore]:
    """The store of this process, which works with settings and an account of the test's own.

    The broker is empty, and BTC stands where its market opened.
    """
    from workers import journal_context

    account = local_account(tmp_path)
    exchange.fund(account.address)
    monkeypatch.setenv("TRADER_REDIS_URL", empty_broker_url)
    monkeypatch.setenv("TRADER_EXCHANGE_URL", exchange.url)
    monkeypatch.setenv("TRADER_STORE_URL", f"sqlite:///{tmp_path / 'trader.db'}")
    monkeypatch.setenv("TRADER_PRIVATE_KEY", account.private_key)
    Controls(exchange.url).set_mid("BTC", MID)
    forget()
    yield journal_context.store()
    journal_context.store().close()
    forget()


@pytest.fixture
def journal(store: StrandStore) -> Journal:
    """The journal in that store."""
    return Journal(store)


@contextmanager
def venue_away() -> Iterator[None]:
    """Nothing listens where this process looks for the venue, while the context lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADER_EXCHANGE_URL", "http://127.0.0.1:9")
        forget()
        yield
    forget()


def forget() -> None:
    """Have what this process builds once built anew, from the settings of now."""
    from workers import exchange_context, journal_context, pace

    settings.cache_clear()
    for module in (journal_context, exchange_context, pace):
        for built in vars(module).values():
            if hasattr(built, "cache_clear"):
                built.cache_clear()
