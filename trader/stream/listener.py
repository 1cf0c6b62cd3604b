"""What each message of the venue means: prices to pass on, plans to check, plans to track."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import TypeVar

import structlog

from trader.clock import Clock
from trader.lifecycle.changes import Changes
from trader.lifecycle.lifecycle import Lifecycle
from trader.stream.outbox import Outbox
from trader.stream.prices import LatestPrices, PriceMessage
from trader.stream.tracked import YOUNG, Concern, Told, TrackedOrders
from trader.stream.waiting import WaitingPlans
from trader.venues.hyperliquid.messages import (
    AccountNews,
    BestPrices,
    FillNews,
    MarkAndMid,
    Message,
    Mids,
    OrderNews,
    Unrecognised,
    parse_message,
)
from trader.venues.hyperliquid.unfamiliar import unfamiliar_fields
from trader.venues.quote import Quote

T = TypeVar("T")

log = structlog.get_logger()

TOLD_ELSEWHERE = frozenset({"fills", "funding"})
"""Account events that need nothing: trades come with `userFills`, funding concerns no order."""
ACCOUNT_CHANNELS = frozenset({"orderUpdates", "userFills", "user"})
MOST_RECORDED = 1000


class Listener:
    """Hears messages in their order, and keeps what is needed to understand them."""

    def __init__(self, account: str, outbox: Outbox, clock: Clock) -> None:
        self._account = account
        self._outbox = outbox
        self._clock = clock
        self._prices = LatestPrices()
        self._unplaced: list[Told] = []
        self._just_sent: set[str] = set()
        self.has_unplaced = asyncio.Event()
        self._recorded: set[str] = set()
        self.waiting = WaitingPlans()
        self.tracked = TrackedOrders()
        self.heard_at: datetime | None = None

    @property
    def symbols(self) -> frozenset[str]:
        """Those of all plans that wait or are tracked."""
        return self.waiting.symbols | self.tracked.symbols

    @property
    def unplaced(self) -> int:
        """How many orders and trades belong to no plan that we know yet."""
        return len(self._unplaced)

    def hear(self, text: str) -> Message:
        """Act on one message, and return it."""
        self.heard_at = self._clock()
        message = parse_message(text, self._account)
        match message:
            case BestPrices() | Mids() | MarkAndMid():
                self._hear_prices(message)
            case OrderNews(reports):
                self._hear_of_account(text, reports)
            case FillNews(fills, is_snapshot) if not is_snapshot:
                self._hear_of_account(text, fills)
            case AccountNews(kinds) if not kinds <= TOLD_ELSEWHERE:
                log.info("account event", kinds=sorted(kinds))
                self._outbox.reconcile()
            case Unrecognised():
                self._hear_strange(message)
        return message

    def refresh_waiting(self, changes: Changes) -> None:
        """Among the waiting plans this has changed."""
        self._outbox.check(self.waiting.refresh(changes, self._quote))

    def refresh_tracked(self, lifecycles: Iterable[Lifecycle], asked: int) -> None:
        """These plans are tracked now: as read after the first `asked` unplaced were told."""
        self.tracked.refresh(lifecycles)
        again, self._unplaced = self._unplaced[:asked], self._unplaced[asked:]
        for told in again:
            if not self._place(told):
                log.warning("an order of nobody's", symbol=told.symbol, cloid=told.cloid)
                self._outbox.reconcile()

    def _hear_prices(self, message: PriceMessage) -> None:
        now = self._clock()
        for observation in self._prices.observations(message, self.symbols, now):
            moves = self._prices.take(observation)
            self._outbox.price(observation)
            self._outbox.check(self.waiting.moved(moves, self._quote(observation.symbol)))

    def _hear_of_account(self, text: str, news: Collection[Told]) -> None:
        for told in news:
            if not self._place(told):
                self._ask_journal(told)
        for name in unfamiliar_fields(text):
            self._record(f"unfamiliar field {name}")

    def _place(self, told: Told) -> bool:
        """Have its plan tracked, now or in a moment; False when no plan is known."""
        concern = self.tracked.concern(told, self._clock())
        if concern is Concern.TRACK:
            self._track(self.tracked.plan_of(told), told)
        if concern is Concern.LATER:
            _in_a_moment(self._ask_journal, told)
        return concern is not Concern.UNKNOWN

    def _track(self, lifecycle_id: str, told: Told) -> None:
        """One message for all that is told at about the same time: two trackers would collide."""
        if lifecycle_id in self._just_sent:
            _in_a_moment(self._ask_journal, told)
        else:
            self._outbox.track(lifecycle_id)
            self._just_sent.add(lifecycle_id)
            _in_a_moment(self._just_sent.discard, lifecycle_id)

    def _ask_journal(self, told: Told) -> None:
        """Look at it again when the tracked plans have been read anew."""
        self._unplaced.append(told)
        self.has_unplaced.set()

    def _hear_strange(self, message: Unrecognised) -> None:
        self._record(f"channel {message.channel}: {message.what}")
        if message.channel in ACCOUNT_CHANNELS:
            self._outbox.reconcile()

    def _record(self, what: str) -> None:
        """Say it the first time."""
        if what not in self._recorded and len(self._recorded) < MOST_RECORDED:
            self._recorded.add(what)
            log.warning("the venue said something unknown", what=what)

    def _quote(self, symbol: str) -> Quote:
        return self._prices.quote(symbol, self._clock())


def _in_a_moment(act: Callable[[T], object], argument: T) -> None:
    asyncio.get_running_loop().call_later(YOUNG.total_seconds(), act, argument)
