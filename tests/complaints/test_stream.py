"""The stream on a real exchange: what it misses is looked for, and it never just stands there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from redis import Redis

from tests.complaints.faults import AccountFaults
from tests.orders.desk import Desk
from tests.stream.tiny_venue import until
from trader.lifecycle.stage import Outcome, Stage
from trader.market.snapshot import MarketSnapshot
from trader.reconciliation.reconciler import Reconciler
from trader.stream import delivery
from trader.stream.follower import StreamParts
from trader.stream.outbox import Callbacks
from trader.stream.service import StreamService
from trader.venues.hyperliquid.websocket import Patience

PATIENCE = Patience(opening=2.0, ping=0.2, silence=0.8)


@dataclass
class Deeds:
    """What the stream had others do, which they did at once."""

    desk: Desk
    reconciler: Reconciler
    tracked: list[str] = field(default_factory=list)
    reconciled: int = 0

    def callbacks(self) -> Callbacks:
        return Callbacks(
            track=self._track,
            press=self._track,
            check=lambda _: None,
            reconcile=self._reconcile,
            take_in=lambda: None,
        )

    def _track(self, lifecycle_id: str) -> None:
        self.tracked.append(lifecycle_id)
        self.desk.track(lifecycle_id)

    def _reconcile(self) -> None:
        for lifecycle_id in self.reconciler.reconcile():
            self.desk.track(lifecycle_id)
        self.reconciled += 1


Play = Callable[[Callable[[Deeds], Awaitable[None]]], None]


@pytest.fixture
def play(
    desk: Desk, watching: Reconciler, empty_broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> Play:
    """Runs a stream while something is done to it."""
    monkeypatch.setattr(delivery, "RECONCILE_PAUSE_SECONDS", 0.1)

    async def whole(act: Callable[[Deeds], Awaitable[None]]) -> None:
        async with streaming(desk, watching, empty_broker_url) as deeds:
            await until(lambda: deeds.reconciled == 1, what="connected")
            await act(deeds)

    return lambda act: asyncio.run(whole(act))


@asynccontextmanager
async def streaming(desk: Desk, reconciler: Reconciler, redis_url: str) -> AsyncIterator[Deeds]:
    """A stream at the desk's exchange and account."""
    deeds = Deeds(desk, reconciler)
    with Redis.from_url(redis_url) as redis:
        MarketSnapshot(redis, desk.exchange.url).publish({}, desk.venue.instruments())
        parts = StreamParts(
            url=desk.exchange.url,
            account=desk.address,
            store=desk.store,
            journal=desk.journal,
            redis=redis,
            callbacks=deeds.callbacks(),
            clock=desk.clock,
            patience=PATIENCE,
        )
        stopping = asyncio.Event()
        running = asyncio.create_task(StreamService(parts).run_until(stopping))
        try:
            yield deeds
        finally:
            stopping.set()
            await running


async def ends(desk: Desk, plan: str) -> None:
    """Return when the plan's execution is over."""
    await until(lambda: desk.load(plan).stage is Stage.ANALYZE, what="the plan ends")
    assert desk.load(plan).outcome is Outcome.CLOSED


def test_condor_198_it_does_not_close_its_own_connection_in_a_quiet_market(
    desk: Desk, faults: AccountFaults, play: Play
) -> None:
    """Nothing but pongs for three times as long as a silence may last."""
    faults.everybody("message_lost", channels=["allMids", "bbo"])

    async def act(deeds: Deeds) -> None:
        await asyncio.sleep(3 * PATIENCE.silence)
        assert deeds.reconciled == 1, "it has connected again"

    desk.protect()
    play(act)


def test_python_sdk_191_a_connection_that_dies_in_silence_is_replaced(
    desk: Desk, faults: AccountFaults, play: Play
) -> None:
    """And #145, #255: it stays open, and nothing comes any more. The next one tells of the fill."""
    plan = desk.protect()

    async def act(deeds: Deeds) -> None:
        faults.everybody("socket_silent", count=1)
        await until(lambda: deeds.reconciled == 2, what="connected again")
        desk.exchange.set_mid("BTC", "56900")
        await ends(desk, plan)
        assert deeds.tracked[:1] == [plan]

    play(act)


def test_nautilus_pr_4991_what_happened_without_a_connection_is_looked_for(
    desk: Desk, faults: AccountFaults, play: Play
) -> None:
    plan = desk.protect()
    faults.everybody("message_lost", channels=["orderUpdates", "userFills", "user"])

    async def act(deeds: Deeds) -> None:
        desk.exchange.set_mid("BTC", "56900")
        faults.everybody("socket_closed", count=1)
        await ends(desk, plan)
        assert deeds.tracked == []

    play(act)


def test_nautilus_4124_a_fill_that_the_stream_never_told_is_found_by_the_sweep(
    desk: Desk, watching: Reconciler, faults: AccountFaults, play: Play
) -> None:
    plan = desk.protect()
    faults.everybody("message_lost", channels=["orderUpdates", "userFills", "user"])

    async def act(deeds: Deeds) -> None:
        desk.exchange.set_mid("BTC", "56900")
        assert watching.reconcile() == (plan,)
        desk.track(plan)
        await ends(desk, plan)
        assert (deeds.tracked, deeds.reconciled) == ([], 1)

    play(act)
