"""Whatever plans, strangers and the venue do: every difference is published, and once.

The machine holds an account at a model venue against the journal of its plans. Trades of plans are
booked late, strangers order and trade beside them, and the venue liquidates. It lists a trade up to
the cursor's overlap too late, and tells only of the trades that the cursor leaves in view.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.reconciliation.plan_at_venue import PlanAtVenue
from tests.support.lifecycles import SECOND, START, LifecycleBuilder, a_plan
from tests.venues.builders import BTC, ETH
from trader.lifecycle.stage import Leg, Outcome, Stage
from trader.reconciliation.account import account_id_of, key_of
from trader.reconciliation.account_stream import ACCOUNTS
from trader.reconciliation.compare import Differences, VenueSnapshot, compare
from trader.reconciliation.cursor import OVERLAP
from trader.reconciliation.events import (
    AccountEvent,
    AccountOpened,
    ExternalFillFound,
    ExternalOrderFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.reconciliation.recorded import RecordedTrades, recorded_trades
from trader.venues.instrument import Side
from trader.venues.orders import AnswerKind, Fill, OrderReport, VenueOrderState, VenuePosition

ZERO, ONE = Decimal(0), Decimal(1)
GRACE = 6 * SECOND
MINUTE = timedelta(minutes=1)
INSTRUMENTS = {"BTC": BTC, "ETH": ETH}
STRANGER = "0x" + "f" * 32
symbols = st.sampled_from(sorted(INSTRUMENTS))
cloids = st.sampled_from([None, STRANGER])
sizes = st.integers(1, 3).map(Decimal)


ACCOUNT_ID = account_id_of("hyperliquid", "local", "0xa")


class ReconciliationMachine(RuleBasedStateMachine):
    """`plans` are the tracked ones; `account` is what is published so far.

    `time` is the venue's, `view` the time from which on it is asked for trades.
    """

    @initialize()
    def begin(self) -> None:
        self.ids = count(1000)
        self.plans: list[PlanAtVenue] = []
        self.finished: list[PlanAtVenue] = []
        self.orders: list[OrderReport] = []
        self.strange_fills: list[Fill] = []
        self.positions = dict.fromkeys(INSTRUMENTS, ZERO)
        self.published: set[object] = set()
        self.view, self.time = START, START + OVERLAP
        opened = AccountOpened(venue="hyperliquid", address="0xa", since=START, reason="watched")
        self.account = ACCOUNTS.change(ACCOUNT_ID, None, [opened], START).after

    # What plans do

    @rule(symbol=symbols, late=st.booleans())
    def enter(self, symbol: str, late: bool) -> None:
        """An entry that fills at once; the trade is booked later."""
        name = f"plan-{next(self.ids)}"
        plan = a_plan(symbol=symbol, plan_id=name, stop_loss=Decimal(29000))
        builder = LifecycleBuilder(plan, name).accepted().triggered().intended()
        builder.answered(AnswerKind.FILLED, filled="1")
        self.plans.append(PlanAtVenue(builder, []))
        self.trade(self.plans[-1], Leg.ENTRY, Side.BUY, late)

    @precondition(lambda self: any(self.stoppable()))
    @rule(data=st.data(), list_lags=st.booleans(), late=st.booleans())
    def stop(self, data: st.DataObject, list_lags: bool, late: bool) -> None:
        plan = data.draw(st.sampled_from(list(self.stoppable())))
        plan.stop_works, plan.list_lags = False, list_lags
        self.trade(plan, Leg.STOP, Side.SELL, late)

    @precondition(lambda self: any(plan.unbooked() for plan in self.plans))
    @rule(data=st.data())
    def track(self, data: st.DataObject) -> None:
        """Book what has traded; then protect what is held, or end what is closed."""
        plan = data.draw(st.sampled_from([plan for plan in self.plans if plan.unbooked()]))
        leg = Leg.STOP if plan.lifecycle.fills else Leg.ENTRY
        for fill in plan.unbooked():
            plan.builder.event(plan.builder.fill_event(fill, leg))
        if plan.lifecycle.position.size:
            plan.builder.intended(Leg.STOP, trigger="29000").answered(AnswerKind.RESTING)
            plan.stop_works = True
        else:
            self.finish(plan, Outcome.CLOSED)

    @precondition(lambda self: any(self.gone()))
    @rule(data=st.data())
    def notice(self, data: st.DataObject) -> None:
        """A plan whose position others have closed learns of it."""
        plan = data.draw(st.sampled_from(list(self.gone())))
        if plan.lifecycle.working(Leg.STOP):
            plan.stop_works = False
            plan.builder.reported(VenueOrderState.CANCELLED, Leg.STOP, remaining="1")
        self.finish(plan, Outcome.CLOSED_EXTERNALLY)

    # What others do

    @rule(symbol=symbols, cloid=cloids)
    def stranger_orders(self, symbol: str, cloid: str | None) -> None:
        self.orders.append(self.report(symbol, cloid, next(self.ids)))

    @precondition(lambda self: bool(self.orders))
    @rule(data=st.data())
    def stranger_cancels(self, data: st.DataObject) -> None:
        self.orders.remove(data.draw(st.sampled_from(self.orders)))

    @rule(symbol=symbols, side=st.sampled_from(Side), size=sizes, cloid=cloids, late=st.booleans())
    def stranger_trades(
        self, symbol: str, side: Side, size: Decimal, cloid: str | None, late: bool
    ) -> None:
        self.strange_fills.append(self.fill(symbol, side, size, cloid, late))

    @precondition(lambda self: any(self.positions.values()))
    @rule(data=st.data(), late=st.booleans())
    def liquidate(self, data: st.DataObject, late: bool) -> None:
        held = [symbol for symbol, size in self.positions.items() if size]
        symbol = data.draw(st.sampled_from(held))
        size = self.positions[symbol]
        side = Side.SELL if size > 0 else Side.BUY
        fill = self.fill(symbol, side, abs(size), None, late)
        self.strange_fills.append(fill.model_copy(update={"is_liquidation": True}))
        for plan in self.plans:
            plan.stop_works &= plan.symbol != symbol

    # What the Trader does

    @rule()
    def reconcile(self) -> None:
        found = self.compare()
        for item in found.events:
            self.check_is_new(item)
        self.publish(found.events)
        self.move_on()
        self.check_everything_is_published(found)
        self.check_positions(found)
        again = self.compare()
        assert again.events == ()
        assert set(again.to_track) <= set(found.to_track)

    def compare(self) -> Differences:
        stops = [plan for plan in self.plans if plan.stop_works or plan.list_lags]
        snapshot = VenueSnapshot(
            open_orders=[*self.orders, *map(self.stop_report, stops)],
            fills=self.fills_in_view(),
            positions=[self.position(symbol) for symbol, size in self.positions.items() if size],
        )
        tracked = [plan.lifecycle for plan in self.plans]
        now = max((plan.builder.now for plan in self.plans), default=START)
        recorded = self.recorded()
        return compare(tracked, recorded, self.account, snapshot, INSTRUMENTS, now, GRACE)

    def publish(self, events: Sequence[AccountEvent]) -> None:
        if events:
            self.account = ACCOUNTS.change(ACCOUNT_ID, self.account, events, START).after

    def move_on(self) -> None:
        """What is written down leaves the view, but for the overlap."""
        until = self.recorded().complete_until(self.fills_in_view())
        if until is not None:
            self.view = until - OVERLAP

    # What must hold

    def check_is_new(self, item: AccountEvent) -> None:
        """Nothing of ours, nothing twice, and a liquidation is called one."""
        event(type(item).__name__)
        match item:
            case ExternalOrderFound(order=order):
                assert order in self.orders
                key: object = ("order", order.order_id)
            case ExternalFillFound(fill=fill) | LiquidationFound(fill=fill):
                assert fill in self.strange_fills
                assert fill.is_liquidation is isinstance(item, LiquidationFound)
                key = ("fill", key_of(fill))
            case PositionDiffers(symbol=symbol, at_venue=at_venue, in_journal=in_journal):
                known = self.account.differences.get(symbol, ZERO)
                assert at_venue - in_journal != known
                assert not any(p.unbooked() for p in self.plans if p.symbol == symbol)
                return
            case _:
                raise AssertionError(f"not a difference: {item}")
        assert key not in self.published
        self.published.add(key)

    def check_everything_is_published(self, found: Differences) -> None:
        assert {order.order_id for order in self.orders} <= self.account.order_ids
        assert set(map(key_of, self.strange_fills)) == self.account.fill_keys
        unbooked = [fill for plan in self.plans for fill in plan.unbooked()]
        assert all(fill.traded_at >= self.view for fill in unbooked)
        behind = {plan.lifecycle_id for plan in self.plans if plan.unbooked()}
        gone = {plan.lifecycle_id for plan in self.gone()}
        assert behind | gone <= set(found.to_track)

    def check_positions(self, found: Differences) -> None:
        """Of a symbol whose plans are all up to date: both agree, or it is published how not."""
        behind = {plan.symbol for plan in self.plans if plan.lifecycle_id in found.to_track}
        for symbol in self.positions.keys() - behind:
            plans = [plan for plan in self.plans if plan.symbol == symbol]
            in_journal = sum((plan.lifecycle.position.size for plan in plans), ZERO)
            told = self.account.differences.get(symbol, ZERO)
            assert told == self.positions[symbol] - in_journal

    def teardown(self) -> None:
        """When all plans have seen what there is, nothing is left to track."""
        if not hasattr(self, "account"):
            return
        for plan in list(self.plans):
            for fill in plan.unbooked():
                leg = Leg.STOP if plan.lifecycle.fills else Leg.ENTRY
                plan.builder.event(plan.builder.fill_event(fill, leg))
            self.positions[plan.symbol] -= plan.lifecycle.position.size
            self.finish(plan, Outcome.CLOSED_EXTERNALLY)
        self.reconcile()
        assert self.compare() == Differences((), ())

    # Parts

    def stoppable(self) -> Iterator[PlanAtVenue]:
        return (p for p in self.plans if p.stop_works and self.positions[p.symbol] >= ONE)

    def gone(self) -> Iterator[PlanAtVenue]:
        """Up to date, and holding what the venue shows nothing of."""
        return (
            plan
            for plan in self.plans
            if not plan.unbooked()
            and plan.lifecycle.position.size
            and self.positions[plan.symbol] <= 0
        )

    def finish(self, plan: PlanAtVenue, outcome: Outcome) -> None:
        plan.builder.finished(outcome)
        assert plan.lifecycle.stage is Stage.ANALYZE
        self.plans.remove(plan)
        self.finished.append(plan)

    def trade(self, plan: PlanAtVenue, leg: Leg, side: Side, late: bool) -> None:
        cloid = plan.lifecycle.orders_of(leg)[-1].cloid
        plan.fills.append(self.fill(plan.symbol, side, ONE, cloid, late))

    def fills_in_view(self) -> list[Fill]:
        own = [fill for plan in (*self.plans, *self.finished) for fill in plan.fills]
        return [fill for fill in (*own, *self.strange_fills) if fill.traded_at >= self.view]

    def recorded(self) -> RecordedTrades:
        booked = {str(fill.trade_id) for plan in self.finished for fill in plan.fills}
        tracked = [plan.lifecycle for plan in self.plans]
        return recorded_trades(tracked, self.account, frozenset(booked))

    def fill(self, symbol: str, side: Side, size: Decimal, cloid: str | None, late: bool) -> Fill:
        """A trade a minute after the last; or one that is listed now, and is older than that."""
        self.time += timedelta(0) if late else MINUTE
        before = self.positions[symbol]
        self.positions[symbol] += side.sign * size
        return Fill(
            trade_id=next(self.ids),
            order_id=next(self.ids),
            cloid=cloid,
            symbol=symbol,
            side=side,
            price=Decimal(30000),
            size=size,
            fee=ZERO,
            fee_token="USDC",
            is_taker=True,
            realised=ZERO,
            position_before=before,
            traded_at=self.time - OVERLAP if late else self.time,
        )

    def stop_report(self, plan: PlanAtVenue) -> OrderReport:
        order = plan.lifecycle.orders_of(Leg.STOP)[-1]
        return self.report(plan.symbol, order.cloid, order.order_id or 0)

    def report(self, symbol: str, cloid: str | None, order_id: int) -> OrderReport:
        return OrderReport(
            cloid=cloid,
            order_id=order_id,
            symbol=symbol,
            side=Side.SELL,
            state=VenueOrderState.OPEN,
            venue_status="open",
            original_size=ONE,
            remaining_size=ONE,
            reported_at=START,
        )

    def position(self, symbol: str) -> VenuePosition:
        size = self.positions[symbol]
        return VenuePosition(symbol=symbol, size=size, entry_price=ONE, unrealised=ZERO)


TestReconciliationMachine = ReconciliationMachine.TestCase
TestReconciliationMachine.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
