"""Any news in any order, and any decision after it: what must hold whatever happens.

The machine plays one plan's worker against a model venue whose word arrives late, twice, in the
wrong order, or not at all. At the end the venue's truth is compared with the journal.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.orders.builders import guarded_plan
from tests.orders.machine_parts import intent_of, made_odd
from tests.orders.model_venue import ModelOrder, ModelVenue
from tests.support.lifecycles import LifecycleBuilder, a_quote
from tests.venues.builders import BTC
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import DOUBTFUL, TRADES_LAG, Order
from trader.lifecycle.order_events import CancelSent, IntentDied
from trader.lifecycle.plan_events import CancelRequested, EntryTriggered
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.orders.draft import OrderDraft
from trader.orders.exits import exit_draft
from trader.orders.following import VenueFacts, follow, wants_fills
from trader.orders.outcomes import answered, unknown
from trader.orders.step import (
    Cancel,
    Exit,
    Place,
    Record,
    Step,
    Wait,
    lost_position_suspected,
    next_step,
)
from trader.plans.plan import LimitEntry, MarketEntry
from trader.venues.hyperliquid.causes import WORDS
from trader.venues.instrument import Side
from trader.venues.orders import Fill, OrderReport, TimeInForce, VenueOrderState

ZERO, LOT = Decimal(0), Decimal("0.0002")
"""A lot is worth 6 US dollars: one is less than the venue takes, two are enough."""
SIZE = 10 * LOT
REFUSALS = [words[0] for words in WORDS.values() if words] + ["Words that nobody knows."]
SECOND = timedelta(seconds=1)
lots = st.integers(0, 10).map(lambda number: number * LOT)
rarely = st.integers(0, 9).map(lambda number: number == 9)
waits = st.sampled_from([SECOND, 6 * SECOND, timedelta(minutes=10), timedelta(hours=5)])
luck = st.sampled_from(["answered", "answered", "answered", "reply lost", "dropped", "refused"])
refusals = st.sampled_from(REFUSALS)


class OrderMachine(RuleBasedStateMachine):
    """One plan of ten lots: `builder` is its journal, `venue` the truth."""

    @initialize(is_market=st.booleans(), beside=st.sampled_from([ZERO, SIZE]))
    def begin(self, is_market: bool, beside: Decimal) -> None:
        entry = MarketEntry() if is_market else LimitEntry(price=Decimal(30000))
        plan = guarded_plan(order=entry, max_hold=timedelta(hours=8))
        self.builder = LifecycleBuilder(plan).accepted()
        self.venue = ModelVenue(beside)
        self.beside = beside
        self.filled: dict[str, Decimal] = {}
        self.stale: list[OrderReport] = []
        self.has_other_hands = False

    @property
    def lifecycle(self) -> Lifecycle:
        return self.builder.lifecycle

    def is_tracked(self) -> bool:
        return hasattr(self, "builder") and self.lifecycle.stage is Stage.TRACK

    # What the worker does

    @precondition(lambda self: hasattr(self, "builder") and self.lifecycle.stage is Stage.MONITOR)
    @rule(chance=luck, takes=lots, text=refusals)
    def enter(self, chance: str, takes: Decimal, text: str) -> None:
        self.builder.event(EntryTriggered(quote=None, reason="it holds"))
        is_market = isinstance(self.builder.plan.order, MarketEntry)
        draft = OrderDraft(
            leg=Leg.ENTRY,
            symbol="BTC",
            side=Side.BUY,
            size=SIZE,
            limit_price=Decimal(30000),
            time_in_force=TimeInForce.IOC if is_market else TimeInForce.GTC,
        )
        self.send([draft], chance, takes, frozenset(), text)

    @precondition(is_tracked)
    @rule(
        chance=luck,
        takes=lots,
        passed=st.frozensets(st.sampled_from([Leg.STOP, Leg.TARGET]), max_size=1),
        text=refusals,
    )
    def act(self, chance: str, takes: Decimal, passed: frozenset[Leg], text: str) -> None:
        """The one next step, with this luck on the way to the venue."""
        step = self.next_step()
        event(type(step).__name__)
        match step:
            case Place(drafts=drafts):
                self.check_protection(drafts)
                self.send(drafts, chance, takes, passed, text)
            case Exit(size=size, is_rounded_up=is_rounded_up):
                assert size == self.lifecycle.position.size
                quote = a_quote("30000", self.builder.now)
                draft = exit_draft(self.builder.plan, BTC, quote, size, is_rounded_up=is_rounded_up)
                self.send([draft], chance, takes, passed, text)
            case Cancel(orders=orders):
                self.cancel(orders, chance)
            case Record(event=decided):
                self.builder.event(decided)
                self.check_end()
            case Wait():
                pass

    def next_step(self) -> Step:
        """As the tracker does: a suspicion has the trades looked at before anything is decided."""
        if lost_position_suspected(self.lifecycle, self.builder.now):
            self.tell_what_must_be_visible()
        suspected = lost_position_suspected(self.lifecycle, self.builder.now)
        net_size = self.venue.position if suspected else None
        return next_step(self.lifecycle, self.builder.plan, BTC, net_size, self.builder.now)

    def send(
        self,
        drafts: Sequence[OrderDraft],
        chance: str,
        takes: Decimal,
        passed: frozenset[Leg],
        text: str,
    ) -> None:
        assert self.lifecycle.stage in (Stage.PLACE, Stage.TRACK)
        intent = intent_of(self.lifecycle, drafts, self.builder)
        sent_at = self.builder.event(intent).now
        if chance == "dropped":
            self.builder.event(unknown(intent, "timeout"))
            return
        answers = [
            self.venue.refuse(order.request, text)
            if chance == "refused"
            else self.venue.land(order.request, takes, order.leg in passed, sent_at)
            for order in intent.orders
        ]
        if chance in ("answered", "refused"):
            self.builder.event(answered(intent, answers, sent_at, sent_at))
        else:
            self.builder.event(unknown(intent, "timeout"))

    def cancel(self, orders: Sequence[Order], chance: str) -> None:
        """Nothing is written when the cancellation's own outcome is not known."""
        if chance == "dropped":
            return
        answers = tuple(self.venue.cancel(order.cloid) for order in orders)
        if chance == "answered":
            cloids = tuple(order.cloid for order in orders)
            self.builder.event(
                CancelSent(
                    asked_at=self.builder.now, cloids=cloids, answers=answers, reason="no more"
                )
            )

    @precondition(is_tracked)
    @rule(
        data=st.data(),
        hide=st.sampled_from(["nothing", "nothing", "some"]),
        is_odd=rarely,
        is_old=rarely,
    )
    def observe(self, data: st.DataObject, hide: str, is_odd: bool, is_old: bool) -> None:
        """Reports of some orders, one of them perhaps old or of an unknown status; trades."""
        asked = [o for o in self.lifecycle.unsettled() if not o.state.is_over]
        known = [o for o in asked if o.cloid in self.venue.orders]
        if hide == "some":
            known = data.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
        fresh = [self.venue.orders[order.cloid].report(self.builder.now) for order in known]
        reports = {r.cloid: made_odd(r) if is_odd else r for r in fresh if r.cloid}
        if self.stale and is_old:
            old = data.draw(st.sampled_from(self.stale))
            reports |= {old.cloid: old} if old.cloid in reports else {}
        self.stale.extend(fresh)
        self.tell(reports, data if hide == "some" else None)

    def ended_unheard(self) -> frozenset[str]:
        """The orders that have ended at the venue, and still work in the journal."""
        working = [o for o in self.lifecycle.working(*Leg) if o.state not in DOUBTFUL]
        return frozenset(o.cloid for o in working if not self.venue.orders[o.cloid].is_working)

    @precondition(lambda self: self.is_tracked() and bool(self.ended_unheard()))
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        """The venue knows an order no more that has ended, and tells its trades, perhaps late."""
        event("forgotten")
        self.tell({}, data, self.ended_unheard())

    def tell(
        self,
        reports: dict[str, OrderReport],
        data: st.DataObject | None = None,
        forgotten: frozenset[str] = frozenset(),
    ) -> None:
        """Trades come in any order, some twice; recent ones may be missing."""
        fills: list[Fill] = []
        suspected = lost_position_suspected(self.lifecycle, self.builder.now)
        if forgotten or suspected or wants_fills(self.lifecycle, reports):
            fills = self.venue.fills()
        if data is not None and fills:
            old = [f for f in fills if self.builder.now >= f.traded_at + TRADES_LAG]
            seen = data.draw(st.lists(st.sampled_from(fills)))
            fills = data.draw(st.permutations([*seen, *old]))
        facts = VenueFacts(reports, tuple(fills), forgotten)
        news = follow(self.lifecycle, facts, self.builder.now)
        if news:
            self.builder.event(*news)

    def tell_what_must_be_visible(self) -> None:
        """The trades that the venue's lag can hide no more."""
        now = self.builder.now
        old = tuple(f for f in self.venue.fills() if now >= f.traded_at + TRADES_LAG)
        news = follow(self.lifecycle, VenueFacts({}, old), now)
        if news:
            self.builder.event(*news)

    @precondition(lambda self: self.is_tracked() and bool(self.lifecycle.unanswered))
    @rule(is_sent_again=st.booleans(), takes=lots)
    def resolve(self, is_sent_again: bool, takes: Decimal) -> None:
        """A doubt ends by proof: by what the venue has, by another copy, or by death."""
        for intent_id in sorted(self.lifecycle.unanswered):
            intent = self.lifecycle.intents[intent_id]
            has_landed = any(o.request.cloid in self.venue.orders for o in intent.orders)
            if not has_landed and is_sent_again:
                now = self.builder.now
                answers = [self.venue.land(o.request, takes, False, now) for o in intent.orders]
                self.builder.event(answered(intent, answers, now, now))
            elif not has_landed:
                cloids = self.lifecycle.doubtful(intent_id)
                dead = IntentDied(intent_id=intent_id, cloids=cloids, proof="expired", reason="-")
                self.builder.event(dead)
            else:
                cloids = self.lifecycle.doubtful(intent_id)
                self.tell({c: self.venue.orders[c].report(self.builder.now) for c in cloids})

    # What the world does

    @precondition(lambda self: self.is_tracked() and bool(self.venue.working()))
    @rule(data=st.data(), size=st.integers(1, 10).map(lambda number: number * LOT))
    def trade(self, data: st.DataObject, size: Decimal) -> None:
        order: ModelOrder = data.draw(st.sampled_from(self.venue.working()))
        if order.request.trigger is not None:
            self.venue.fire(order, size, self.builder.now)
        else:
            self.venue.trade(order, size, self.builder.now)

    @precondition(lambda self: self.is_tracked() and bool(self.venue.working()))
    @rule(data=st.data(), status=st.sampled_from(["canceled", "marginCanceled"]))
    def venue_cancels(self, data: st.DataObject, status: str) -> None:
        order: ModelOrder = data.draw(st.sampled_from(self.venue.working()))
        order.end(VenueOrderState.CANCELLED, status)

    @precondition(lambda self: self.is_tracked() and self.venue.position != 0)
    @rule(really=rarely)
    def other_hands(self, really: bool) -> None:
        if really:
            self.venue.close_by_hand()
            self.has_other_hands = True

    @precondition(is_tracked)
    @rule(close=st.booleans(), really=rarely)
    def operator_cancels(self, close: bool, really: bool) -> None:
        if self.lifecycle.cancel is None and really:
            asked = CancelRequested(requested_by="operator", close_position=close, reason="asked")
            self.builder.event(asked)

    @precondition(is_tracked)
    @rule(length=waits)
    def time_passes(self, length: timedelta) -> None:
        self.builder.wait(length)

    @precondition(lambda self: hasattr(self, "builder") and self.lifecycle.stage is Stage.ANALYZE)
    @rule()
    def after_the_end(self) -> None:
        """All that the venue could still say is known."""
        orders = self.venue.orders.values()
        reports = {order.request.cloid: order.report(self.builder.now) for order in orders}
        facts = VenueFacts(reports, tuple(self.venue.fills()))
        assert follow(self.lifecycle, facts, self.builder.now) == ()

    # What must hold

    def check_protection(self, drafts: Sequence[OrderDraft]) -> None:
        held = self.lifecycle.position.size
        for draft in drafts:
            assert draft.reduce_only
            assert 0 < draft.size <= abs(held)
            assert draft.side is (Side.SELL if held > 0 else Side.BUY)
        assert not self.lifecycle.working(Leg.EXIT)

    def check_end(self) -> None:
        """A plan ends, or is armed again, only when the venue has nothing of it any more."""
        if self.lifecycle.stage is Stage.TRACK:
            return
        event(f"{self.lifecycle.stage}: {self.lifecycle.outcome}")
        assert self.venue.working() == []
        assert sorted(f.trade_id for f in self.lifecycle.fills) == sorted(
            f.trade_id for f in self.venue.fills()
        )
        if self.lifecycle.outcome is Outcome.CLOSED_EXTERNALLY:
            assert self.has_other_hands
        else:
            assert self.lifecycle.position.size == 0

    @invariant()
    def the_journal_alone_gives_the_same_plan(self) -> None:
        if hasattr(self, "builder"):
            assert PLANS.fold(self.builder.strands) == self.lifecycle

    @invariant()
    def every_order_adds_up(self) -> None:
        if not hasattr(self, "builder"):
            return
        for order in self.lifecycle.orders.values():
            if not order.state.is_over:
                assert order.filled + order.remaining == order.request.size
            assert self.filled.get(order.cloid, ZERO) <= order.filled <= order.request.size
            assert order.anomalies == ()
            self.filled[order.cloid] = order.filled

    @invariant()
    def every_trade_is_booked_once_and_is_one_of_the_venues(self) -> None:
        if not hasattr(self, "builder"):
            return
        booked = self.lifecycle.fills
        assert len({(f.trade_id, f.order_id) for f in booked}) == len(booked)
        assert set(booked) <= set(self.venue.fills())
        signed = sum((f.side.sign * f.size for f in booked), ZERO)
        assert self.lifecycle.position.size == signed

    @invariant()
    def there_is_one_way_out_at_a_time(self) -> None:
        if hasattr(self, "builder"):
            assert len(self.lifecycle.working(Leg.EXIT)) <= 1

    @invariant()
    def what_never_landed_is_not_at_the_venue(self) -> None:
        if hasattr(self, "builder"):
            dead = [o for o in self.lifecycle.orders.values() if o.state is OrderState.NEVER_LANDED]
            assert not any(order.cloid in self.venue.orders for order in dead)

    def teardown(self) -> None:
        """With the venue in full sight every plan comes to its end, in a few steps."""
        if not self.is_tracked():
            return
        if self.lifecycle.cancel is None:
            asked = CancelRequested(requested_by="end", close_position=True, reason="the end")
            self.builder.event(asked)
        elif not self.lifecycle.cancel.close_position:
            self.builder.wait(timedelta(hours=9))
        for _ in range(40):
            if self.lifecycle.stage is not Stage.TRACK:
                return
            self.resolve(is_sent_again=False, takes=SIZE)
            asked_of = [o for o in self.lifecycle.unsettled() if not o.state.is_over]
            self.tell({o.cloid: self.venue.orders[o.cloid].report(self.builder.now)
                       for o in asked_of if o.cloid in self.venue.orders})  # fmt: skip
            self.act("answered", SIZE * 2, frozenset(), "")
            self.builder.wait(TRADES_LAG)
        raise AssertionError(f"the plan did not end: {self.lifecycle}")


TestOrderMachine = OrderMachine.TestCase
TestOrderMachine.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
