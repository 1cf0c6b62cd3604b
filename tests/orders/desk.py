"""Workers on one journal and one account at a real exchange."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from eth_account import Account as EthAccount

from tests.orders.faults import FaultyVenue
from tests.support.lifecycles import a_plan
from tests.support.nonces import OwnNonces
from tests.venues.exchange_process import ExchangeProcess
from trader.conditions.condition import Immediately
from trader.lifecycle.cancellation import request_cancel
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import PlanAccepted
from trader.lifecycle.stage import Leg, OrderState, Stage
from trader.orders.draft import cloid_of
from trader.orders.entries import Entries
from trader.orders.grace import grace_of
from trader.orders.holdings import Holdings
from trader.orders.observation import Observer
from trader.orders.order_manager import OrderManager, StillInDoubt
from trader.orders.resolver import Resolver
from trader.orders.sender import Sender
from trader.orders.tracker import Tracker
from trader.plans.plan import Quantity
from trader.reconciliation.account import account_id_of
from trader.risk.limits import RiskLimits
from trader.settings import Network
from trader.strands.sqlite import SqliteStore
from trader.strands.store import SequenceConflict
from trader.venues.budget import Budget
from trader.venues.credentials import Credentials
from trader.venues.fences import FenceRegister
from trader.venues.instrument import Side
from trader.venues.orders import OrderRequest, TimeInForce

MID = Decimal(60_000)
SIZE = Decimal("0.01")
TIMEOUT = timedelta(seconds=5)
GRACE = grace_of(TIMEOUT)
EXPIRY = timedelta(seconds=15)
DEAD = EXPIRY + timedelta(seconds=6)
"""After this long an intent can be proved dead."""

LIMITS = RiskLimits(
    max_order_notional=Decimal(5_000_000),
    price_collar_bps=Decimal(500),
    max_price_age=timedelta(seconds=30),
    is_halted=False,
)


class Clock:
    """The real time, which a test may move ahead."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        """Let that much time pass at once; the exchange does not notice."""
        self._ahead += by


class Desk:
    """One account, one journal; `venue` is the first worker's."""

    def __init__(self, exchange: ExchangeProcess, store: SqliteStore) -> None:
        self.exchange = exchange
        self.store = store
        self.journal = Journal(store)
        self.clock = Clock()
        self.nonces = OwnNonces()
        self._credentials = Credentials(EthAccount.create())
        self._plans = itertools.count(1)
        self._by_hand = itertools.count(0xE0000000)
        exchange.set_mid("BTC", str(MID))
        exchange.deposit(self.address)
        self.venue = self.connect()

    @property
    def address(self) -> str:
        """The account, which signs for itself."""
        return self._credentials.address

    @property
    def account_id(self) -> str:
        """The lifecycle id of the account's own strands."""
        return account_id_of(self.venue.name, Network.LOCAL, self.address)

    def connect(
        self,
        *,
        url: str | None = None,
        timeout: float = TIMEOUT.total_seconds(),
        fences: FenceRegister | None = None,
        budget: Budget | None = None,
    ) -> FaultyVenue:
        """Another connection to the same account, which waits that many seconds for a reply."""
        return FaultyVenue(
            url=url or self.exchange.url,
            account=self.address,
            credentials=self._credentials,
            timeout=timeout,
            clock=self.clock,
            budget=budget or self.nonces,
            fences=fences,
        )

    def sender(self, venue: FaultyVenue | None = None) -> Sender:
        """What sends a worker's orders."""
        return Sender(self.journal, venue or self.venue, self.clock, EXPIRY)

    def resolver(self, venue: FaultyVenue | None = None) -> Resolver:
        """What ends a worker's doubts."""
        return Resolver(venue or self.venue, self.clock, GRACE)

    def tracker(self, venue: FaultyVenue | None = None) -> Tracker:
        """What follows a worker's orders."""
        venue = venue or self.venue
        return Tracker(
            journal=self.journal,
            venue=venue,
            sender=self.sender(venue),
            resolver=self.resolver(venue),
            observer=Observer(venue),
            holdings=Holdings(self.store, self.journal, venue, self.clock),
            clock=self.clock,
        )

    def worker(self, venue: FaultyVenue | None = None, limits: RiskLimits = LIMITS) -> OrderManager:
        """A worker, by default on the first connection."""
        venue = venue or self.venue
        return OrderManager(
            journal=self.journal,
            entries=Entries(self.store, venue, limits, self.clock),
            sender=self.sender(venue),
            tracker=self.tracker(venue),
            limits=limits,
            clock=self.clock,
        )

    def accept(self, **changes: object) -> str:
        """A plan that waits: long 0.01 BTC, stop 57000, target 63000; does not wait for a price."""
        lifecycle_id = f"lifecycle-{next(self._plans)}"
        now = self.clock()
        known = {
            "plan_id": lifecycle_id,
            "entry": Immediately(),
            "size": Quantity(value=SIZE),
            "stop_loss": Decimal(57_000),
            "take_profit": Decimal(63_000),
            "valid_until": now + timedelta(hours=4),
        }
        plan = a_plan(**{**known, **changes})
        event = PlanAccepted(
            plan=plan,
            entry_condition="at once",
            source_id=f"source of {lifecycle_id}",
            approved_at=now,
            reason="understood",
        )
        self.journal.begin(lifecycle_id, event, now)
        return lifecycle_id

    def trigger(self, **changes: object) -> str:
        """A plan whose condition holds."""
        lifecycle_id = self.accept(**changes)
        stage = self.worker().monitor_entry_conditions(lifecycle_id, self.venue.quote("BTC"))
        assert stage is Stage.PLACE
        return lifecycle_id

    def place(self, **changes: object) -> str:
        """A plan whose entry is sent."""
        lifecycle_id = self.trigger(**changes)
        self.worker().place_order_when_ready(lifecycle_id)
        return lifecycle_id

    def protect(self, **changes: object) -> str:
        """A plan that holds its position under stop and target."""
        lifecycle_id = self.place(**changes)
        assert self.track(lifecycle_id) is Stage.TRACK
        return lifecycle_id

    def cancel(self, lifecycle_id: str, *, close: bool = False) -> None:
        """An operator asks to end the plan."""
        request_cancel(
            self.journal,
            lifecycle_id,
            requested_by="operator",
            close_position=close,
            now=self.clock(),
        )

    def track(self, lifecycle_id: str, venue: FaultyVenue | None = None) -> Stage:
        """One worker's look at the plan, whether it leaves a doubt or not."""
        try:
            return self.worker(venue).track_order_lifecycle(lifecycle_id)
        except StillInDoubt:
            return self.load(lifecycle_id).stage

    def trade_by_hand(
        self,
        side: Side,
        size: Decimal = SIZE,
        *,
        price: Decimal | None = None,
        reduce_only: bool = False,
    ) -> None:
        """What the account's owner does without us: rests at the price, or trades at once."""
        far = MID * (1 + side.sign * Decimal("0.04"))
        order = OrderRequest(
            cloid=f"0x{next(self._by_hand):032x}",
            symbol="BTC",
            side=side,
            size=size,
            limit_price=price or far,
            time_in_force=TimeInForce.GTC if price else TimeInForce.IOC,
            reduce_only=reduce_only,
        )
        now = self.clock()
        self.venue.place_order(order, now, now + EXPIRY)

    def account_events(self) -> list[str]:
        """What the account's own strands say, by name."""
        strands = self.store.load(self.account_id)
        return [str(strand.content["event"]) for strand in strands]

    def wait_out_the_grace(self) -> None:
        """Until a silent sender counts as gone."""
        self.clock.advance(GRACE)

    def load(self, lifecycle_id: str) -> Lifecycle:
        """The plan as the journal has it."""
        return self.journal.load(lifecycle_id)

    def states(self, lifecycle_id: str, leg: Leg) -> list[OrderState]:
        """The states of the leg's orders, oldest first."""
        return [order.state for order in self.load(lifecycle_id).orders_of(leg)]

    def events(self, lifecycle_id: str) -> list[str]:
        """The names of the plan's events."""
        history = self.load(lifecycle_id).history
        return [str(event.model_dump()["event"]) for _, event in history]

    def accepted(self, lifecycle_id: str, leg: Leg) -> list[dict[str, Any]]:
        """The orders of the leg that the exchange really took, whatever we think."""
        cloids = {cloid_of(lifecycle_id, leg, attempt) for attempt in range(1, 30)}
        return [order for order in self.orders() if order["cloid"] in cloids]

    def has_one_order_a_leg(self, lifecycle_id: str) -> bool:
        """Whether the exchange took exactly one entry, one stop and one target of the plan."""
        legs = (Leg.ENTRY, Leg.STOP, Leg.TARGET)
        return all(len(self.accepted(lifecycle_id, leg)) == 1 for leg in legs)

    def orders(self) -> list[dict[str, Any]]:
        """All orders of the account that the exchange took."""
        return self.exchange.orders_of(self.address)

    def working(self) -> list[dict[str, Any]]:
        """Those of them that still work."""
        return [order for order in self.orders() if order["status"] in ("open", "triggered")]

    def held(self) -> Decimal:
        """The account's position in BTC, by the exchange's own fills."""
        fills = self.exchange.fills_of(self.address)
        return sum((Decimal(f["sz"]) * (1 if f["side"] == "B" else -1) for f in fills), Decimal(0))

    def at_once(self, *calls: Callable[[], object]) -> list[object]:
        """Run all at the same time; each gives its result, or the conflict that it lost."""
        with ThreadPoolExecutor(len(calls)) as pool:
            futures = [pool.submit(call) for call in calls]
        return [future.exception() or future.result() for future in futures]


def lost(results: list[object]) -> int:
    """How many calls lost the compare-and-set, or came between; fails on any other exception."""
    errors = [result for result in results if isinstance(result, BaseException)]
    assert all(isinstance(error, (SequenceConflict, StillInDoubt)) for error in errors), errors
    return len(errors)
