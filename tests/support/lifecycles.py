"""Lifecycles made as the Trader makes them: events become strands, and strands are folded."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Self

from trader.conditions.condition import PriceAbove
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import remaining_of
from trader.lifecycle.order_events import (
    AnsweredOrder,
    ExitDecided,
    IntendedOrder,
    OrderFilled,
    OrderReported,
    OrdersAnswered,
    OrdersIntended,
)
from trader.lifecycle.plan_events import (
    EntryRearmed,
    EntryTriggered,
    PlanAccepted,
    PlanRefused,
    label_of,
)
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.stage import ExitReason, Leg, Outcome
from trader.orders.draft import cloid_of
from trader.plans.plan import Direction, MarketEntry, Plan, Quantity, Timeframe
from trader.plans.refusal import RefusalCode
from trader.strands.strand import Strand
from trader.streams.encoding import Head, to_strands
from trader.streams.event import Event
from trader.venues.hyperliquid.causes import cause_of_status, cause_of_words
from trader.venues.instrument import Side
from trader.venues.orders import (
    AnswerKind,
    Fill,
    OrderAnswer,
    OrderReport,
    OrderRequest,
    TimeInForce,
    Trigger,
    TriggerKind,
    VenueOrderState,
)
from trader.venues.quote import Quote
from trader.venues.refusal_cause import RefusalCause

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Number = Decimal | str


def a_plan(**changes: object) -> Plan:
    """A long BTC plan of size 1 that waits for the price above 30000, valid for four hours."""
    fields: dict[str, object] = {
        "plan_id": "plan-1",
        "symbol": "BTC",
        "direction": Direction.LONG,
        "timeframe": Timeframe.H1,
        "entry": PriceAbove(level=Decimal(30000)),
        "order": MarketEntry(),
        "size": Quantity(value=Decimal(1)),
        "valid_until": START + timedelta(hours=4),
    }
    return Plan.model_validate(fields | changes)


def a_quote(mid: Number = "30000", at: datetime = START) -> Quote:
    """A BTC quote whose spread is two basis points around `mid`."""
    middle = Decimal(mid)
    half = middle / 10_000
    return Quote(
        symbol="BTC", observed_at=at, mid=middle, mark=middle, bid=middle - half, ask=middle + half
    )


def covered(lifecycle: Lifecycle, leg: Leg) -> Decimal:
    """What the working orders of this leg may still trade, base units."""
    return remaining_of(lifecycle.working(leg))


def _cause(kind: AnswerKind, text: str) -> RefusalCause | None:
    """What the venue's words mean, where they refuse."""
    return cause_of_words(text) if kind is AnswerKind.REJECTED else None


class LifecycleBuilder:
    """Writes a plan's events one after the other, each a strand, a second apart.

    Every method returns the builder. `lifecycle` is the fold so far, `strands` the rows, `now`
    the time of the next event.
    """

    def __init__(self, plan: Plan | None = None, lifecycle_id: str = "lifecycle-1") -> None:
        self.plan = plan or a_plan()
        self.lifecycle_id = lifecycle_id
        self.now = START
        self.strands: tuple[Strand, ...] = ()
        self._state: Lifecycle | None = None
        self._trade_ids = count(1)

    @property
    def lifecycle(self) -> Lifecycle:
        """What the events so far add up to."""
        assert self._state is not None, "no event was written yet"
        return self._state

    def wait(self, length: timedelta) -> Self:
        """Let time pass before the next event."""
        self.now += length
        return self

    def event(self, *events: Event) -> Self:
        """Append any events, at one time."""
        first = self._state is None
        seq, cause = (-1, None) if first else (self.lifecycle.seq, self.lifecycle.last_strand_id)
        head, label = Head(self.lifecycle_id, seq, cause), label_of(self.plan)
        strands = to_strands(events, head, label, self.now)
        for told in PLANS.read(strands):
            self._state = PLANS.advance(self._state, [told])
        self.strands = (*self.strands, *strands)
        return self.wait(SECOND)

    def accepted(self, approved_at: datetime | None = None) -> Self:
        """The plan was understood; approved now unless told."""
        return self.event(
            PlanAccepted(
                plan=self.plan,
                entry_condition="mid above 30000",
                source_id=f"source-of-{self.lifecycle_id}",
                approved_at=approved_at or self.now,
                reason="understood",
            )
        )

    def refused(self) -> Self:
        """The plan was not understood."""
        return self.event(
            PlanRefused(
                code=RefusalCode.MALFORMED,
                field="trading_plan",
                value="[]",
                source_id=f"source-of-{self.lifecycle_id}",
                reason="trading_plan was a list",
            )
        )

    def triggered(self, mid: Number | None = "30000") -> Self:
        """The entry condition was judged true at this mid; None: judged on no quote."""
        quote = None if mid is None else a_quote(mid, at=self.now)
        return self.event(EntryTriggered(quote=quote, reason="the price is above 30000"))

    def rearmed(self, cause: str = "never_landed", wait: timedelta = SECOND) -> Self:
        """The entry ended untraded by what passes, and is tried again after that wait."""
        state = self.lifecycle
        event = EntryRearmed(
            cause=cause,
            attempts=state.attempts(Leg.ENTRY),
            wait=wait,
            is_repeated=cause in state.rearmings,
            reason="again",
        )
        return self.event(event)

    def intended(
        self,
        *legs: Leg,
        size: Number = "1",
        mid: Number | None = "30000",
        trigger: Number | None = None,
        intended_at: datetime | None = None,
    ) -> Self:
        """One action with one order a leg (the entry when none is named), all of this size."""
        orders = [self._order(leg, size, trigger) for leg in legs or (Leg.ENTRY,)]
        names = "+".join(f"{order.leg}-{order.attempt}" for order in orders)
        return self.event(
            OrdersIntended(
                intent_id=f"{self.lifecycle_id}/{names}",
                decided_on=self.lifecycle.seq,
                signer="0x" + "a" * 40,
                nonce=int(self.now.timestamp() * 1000),
                expires_after=self.now + 15 * SECOND,
                action={"type": "order", "orders": [{"a": 0, "b": True}], "grouping": "na"},
                orders=tuple(orders),
                quote=None if mid is None else a_quote(mid, at=self.now),
                intended_at=intended_at or self.now,
                reason="about to be sent",
            )
        )

    def answered(
        self,
        kind: AnswerKind = AnswerKind.RESTING,
        *,
        filled: Number = "0",
        text: str = "",
        cause: RefusalCause | None = None,
        sent_at: datetime | None = None,
        answered_at: datetime | None = None,
    ) -> Self:
        """The venue answered every order of the latest intent alike."""
        intent = list(self.lifecycle.intents.values())[-1]
        return self.event(
            OrdersAnswered(
                intent_id=intent.intent_id,
                answers=tuple(
                    AnsweredOrder(
                        cloid=order.request.cloid,
                        answer=OrderAnswer(
                            kind=kind,
                            order_id=self._order_id(order.request.cloid),
                            filled_size=Decimal(filled),
                            text=text,
                            cause=cause or _cause(kind, text),
                        ),
                    )
                    for order in intent.orders
                ),
                sent_at=sent_at or self.now,
                answered_at=answered_at or self.now,
                reason="the venue answered",
            )
        )

    def reported(
        self,
        state: VenueOrderState,
        leg: Leg = Leg.ENTRY,
        *,
        remaining: Number = "0",
        venue_status: str = "",
        reported_at: datetime | None = None,
    ) -> Self:
        """The venue reported the latest order of this leg."""
        order = self.lifecycle.orders_of(leg)[-1]
        status = venue_status or str(state)
        report = OrderReport(
            cloid=order.cloid,
            order_id=self._order_id(order.cloid),
            symbol=order.request.symbol,
            side=order.request.side,
            state=state,
            venue_status=status,
            cause=cause_of_status(status),
            original_size=order.request.size,
            remaining_size=Decimal(remaining),
            reported_at=reported_at or self.now,
        )
        return self.event(
            OrderReported(cloid=order.cloid, leg=leg, report=report, reason="reported")
        )

    def filled(
        self,
        price: Number = "30000",
        size: Number = "1",
        leg: Leg = Leg.ENTRY,
        *,
        fee: Number = "0",
        fee_token: str = "USDC",
        is_taker: bool = True,
        traded_at: datetime | None = None,
    ) -> Self:
        """The latest order of this leg traded."""
        order = self.lifecycle.orders_of(leg)[-1]
        fill = Fill(
            trade_id=next(self._trade_ids),
            order_id=self._order_id(order.cloid),
            cloid=order.cloid,
            symbol=order.request.symbol,
            side=order.request.side,
            price=Decimal(price),
            size=Decimal(size),
            fee=Decimal(fee),
            fee_token=fee_token,
            is_taker=is_taker,
            realised=Decimal(0),
            position_before=self.lifecycle.position.size,
            traded_at=traded_at or self.now,
        )
        return self.event(self.fill_event(fill, leg))

    def fill_event(self, fill: Fill, leg: Leg = Leg.ENTRY) -> OrderFilled:
        """The event of a trade of the latest order of this leg."""
        order = self.lifecycle.orders_of(leg)[-1]
        is_complete = order.filled + fill.size >= order.request.size
        return OrderFilled(
            cloid=order.cloid, leg=leg, fill=fill, is_complete=is_complete, reason="traded"
        )

    def leaving(self, why: ExitReason = ExitReason.TIME) -> Self:
        """The position is to be closed at market."""
        return self.event(ExitDecided(why=why, reason="to be closed"))

    def finished(self, outcome: Outcome = Outcome.CLOSED, net_size: Decimal | None = None) -> Self:
        """The execution ended; `net_size` is what the account held, where it was asked."""
        reason = "nothing works any more"
        return self.event(ExecutionFinished(outcome=outcome, net_size=net_size, reason=reason))

    def lost(self) -> Self:
        """Others closed what it held, and the account holds nothing."""
        return self.finished(Outcome.CLOSED_EXTERNALLY, Decimal(0))

    def entered(self, price: Number = "30000", size: Number = "1", fee: Number = "0") -> Self:
        """Accepted, triggered and intended at a mid of 30000, and filled at once."""
        self.accepted().triggered().intended(size=size)
        return self.answered(AnswerKind.FILLED, filled=size).filled(price, size, fee=fee)

    def left(
        self, price: Number, size: Number = "1", leg: Leg = Leg.TARGET, fee: Number = "0"
    ) -> Self:
        """Closed by one order of this leg, whose trigger is `price`, then finished."""
        trigger = None if leg is Leg.EXIT else price
        self.intended(leg, size=size, trigger=trigger).answered(AnswerKind.WAITING)
        return self.filled(price, size, leg, fee=fee).finished()

    def _order(self, leg: Leg, size: Number, trigger: Number | None) -> IntendedOrder:
        attempt = 1 if self._state is None else self.lifecycle.attempts(leg) + 1
        opening = Side.BUY if self.plan.direction is Direction.LONG else Side.SELL
        kind = TriggerKind.STOP if leg is Leg.STOP else TriggerKind.TARGET
        request = OrderRequest(
            cloid=cloid_of(self.lifecycle_id, leg, attempt),
            symbol=self.plan.symbol,
            side=opening if leg is Leg.ENTRY else opening.opposite,
            size=Decimal(size),
            limit_price=Decimal(trigger or 30000),
            time_in_force=TimeInForce.GTC if trigger is None else None,
            trigger=None if trigger is None else Trigger(kind=kind, price=Decimal(trigger)),
            reduce_only=leg is not Leg.ENTRY,
        )
        return IntendedOrder(leg=leg, attempt=attempt, request=request)

    def _order_id(self, cloid: str) -> int:
        """The venue's id of our order: its place among the plan's orders, from 101."""
        return 101 + list(self.lifecycle.orders).index(cloid)
