"""What cannot be true is recorded loudly, once, and the plan goes on with the venue's money."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.orders.builders import died, entered, guarded_plan, protected, resting, waiting
from tests.orders.desk import SIZE, Desk
from tests.orders.faults import meanwhile
from tests.orders.test_following import facts, fill, kinds, report, told
from tests.orders.test_sender import draft
from tests.support.lifecycles import LifecycleBuilder
from tests.venues.builders import BTC
from trader.lifecycle.order import Order
from trader.lifecycle.order_events import IntentDied, OrderAnomaly, OrderFilled
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import Leg, OrderState
from trader.orders.anomalies import with_anomalies
from trader.orders.following import VenueFacts
from trader.orders.sender import Placement
from trader.orders.step import Place, next_step
from trader.strands.kinds import Tag
from trader.venues.orders import AnswerKind, OrderReport, VenueOrderState

OPEN, FILLED = VenueOrderState.OPEN, VenueOrderState.FILLED
CANCELLED, REJECTED = VenueOrderState.CANCELLED, VenueOrderState.REJECTED


def entry(builder: LifecycleBuilder) -> Order:
    return builder.lifecycle.orders_of(Leg.ENTRY)[-1]


def rejected() -> LifecycleBuilder:
    return waiting().intended().answered(AnswerKind.REJECTED, text="no")


def cancelled() -> LifecycleBuilder:
    return resting().reported(CANCELLED, remaining="1")


def newer(builder: LifecycleBuilder, state: VenueOrderState, remaining: str = "1") -> VenueFacts:
    """A report that the venue dates now."""
    dated: OrderReport = report(builder, state, remaining)
    return facts(dated.model_copy(update={"reported_at": builder.now}))


@pytest.mark.parametrize(
    ("begin", "size", "state", "signal", "goes_on_as"),
    [
        (rejected, "0.4", OrderState.REJECTED, Signal.TRADED_IN_PART, OrderState.OPEN),
        (rejected, "1", OrderState.REJECTED, Signal.TRADED_IN_FULL, OrderState.FILLED),
        (
            lambda: died(waiting().intended()),
            "0.4",
            OrderState.NEVER_LANDED,
            Signal.TRADED_IN_PART,
            OrderState.OPEN,
        ),
        (resting, "1.5", OrderState.OPEN, Signal.TRADED_TOO_MUCH, OrderState.FILLED),
        (entered, "0.1", OrderState.FILLED, Signal.TRADED_TOO_MUCH, OrderState.FILLED),
    ],
)
def test_an_impossible_trade_is_booked_and_recorded(
    begin: Callable[[], LifecycleBuilder],
    size: str,
    state: OrderState,
    signal: Signal,
    goes_on_as: OrderState,
) -> None:
    builder = begin()
    held = builder.lifecycle.position.size
    known = facts(fills=(fill(builder, size, trade_id=77),))
    filled, anomaly, position = told(builder, known)
    assert isinstance(filled, OrderFilled)
    assert isinstance(anomaly, OrderAnomaly)
    assert (anomaly.state, anomaly.signal, anomaly.status) == (state, signal, "anomaly")
    assert anomaly.seen.startswith(f"trade 77, entry: buy {size} at 30000")
    assert f"it goes on as {goes_on_as}" in anomaly.reason
    assert Tag.DM_EXECUTION_FEEDBACK in anomaly.tags

    builder.event(filled, anomaly, position)
    assert builder.lifecycle.position.size == held + Decimal(size)
    assert entry(builder).state is goes_on_as
    assert entry(builder).remaining >= 0
    assert told(builder, known) == ()


def test_a_position_of_an_order_that_was_refused_is_protected_like_any_other() -> None:
    builder = rejected()
    builder.event(*told(builder, facts(fills=(fill(builder, "0.4"),))))
    step = next_step(builder.lifecycle, guarded_plan(), BTC, None, builder.now)

    assert isinstance(step, Place)
    assert {d.leg: d.size for d in step.drafts} == {
        Leg.STOP: Decimal("0.4"), Leg.TARGET: Decimal("0.4"),
    }  # fmt: skip


def test_what_was_traded_too_much_is_protected_too() -> None:
    builder = protected()
    builder.event(*told(builder, facts(fills=(fill(builder, "0.5", trade_id=77),))))
    step = next_step(builder.lifecycle, guarded_plan(), BTC, None, builder.now)

    assert isinstance(step, Place)
    assert {d.leg: d.size for d in step.drafts} == {
        Leg.STOP: Decimal("0.5"), Leg.TARGET: Decimal("0.5"),
    }  # fmt: skip


def test_a_fill_after_a_cancel_happens_and_is_no_anomaly() -> None:
    builder = cancelled()
    known = facts(fills=(fill(builder, "0.4"), fill(builder, "0.6", trade_id=2)))
    events = told(builder, known)

    assert kinds(events) == ["OrderFilled", "OrderFilled", "PositionChanged"]
    assert entry(builder.event(*events)).state is OrderState.FILLED


@pytest.mark.parametrize("state", [OPEN, VenueOrderState.TRIGGERED, CANCELLED, REJECTED])
def test_a_report_that_a_filled_order_is_anything_else_is_recorded_once(
    state: VenueOrderState,
) -> None:
    builder = entered()
    known = newer(builder, state)
    (anomaly,) = told(builder, known)
    assert isinstance(anomaly, OrderAnomaly)
    assert f"the venue reports the entry order 101 as {state}" in anomaly.seen

    builder.event(anomaly)
    assert entry(builder).state is OrderState.FILLED
    assert told(builder, known) == ()


def test_another_contradiction_is_another_anomaly() -> None:
    builder = entered()
    builder.event(*told(builder, newer(builder, OPEN)))
    builder.event(*told(builder, newer(builder, CANCELLED)))
    builder.event(*told(builder, newer(builder, OPEN)))

    assert [anomaly.signal for anomaly in entry(builder).anomalies] == [
        Signal.REPORTED_REOPENED, Signal.REPORTED_CANCELLED,
    ]  # fmt: skip


@pytest.mark.parametrize("begin", [cancelled, lambda: rejected().reported(REJECTED)])
def test_an_order_that_is_opened_again_is_watched_until_it_is_over(
    begin: Callable[[], LifecycleBuilder],
) -> None:
    builder = begin()
    known = newer(builder, OPEN)
    events = told(builder, known)
    assert kinds(events) == ["OrderReported", "OrderAnomaly"]
    assert entry(builder.event(*events)).state is OrderState.UNRECOGNISED

    builder.event(*told(builder, known))
    assert entry(builder).state is OrderState.OPEN
    builder.event(*told(builder, newer(builder, CANCELLED)))
    assert entry(builder).state is OrderState.CANCELLED
    assert len(entry(builder).anomalies) == 1


def test_an_order_that_never_landed_and_is_there_after_all_is_watched() -> None:
    builder = died(waiting().intended())
    events = told(builder, facts(report(builder, OPEN, "1")))

    assert kinds(events) == ["OrderReported", "OrderAnomaly"]
    assert entry(builder.event(*events)).state is OrderState.OPEN


@pytest.mark.parametrize("begin", [entered, cancelled, rejected])
@pytest.mark.parametrize("state", [OPEN, VenueOrderState.TRIGGERED, VenueOrderState.UNRECOGNISED])
def test_an_old_report_of_an_order_that_is_over_is_no_news(
    begin: Callable[[], LifecycleBuilder], state: VenueOrderState
) -> None:
    builder = begin()

    assert told(builder, facts(report(builder, state, "1"))) == ()


def test_a_proof_that_an_open_order_never_landed_is_a_contradiction() -> None:
    builder = resting()
    order = entry(builder)
    proof = IntentDied(
        intent_id=order.intent_id, cloids=(order.cloid,), proof="refused", reason="dead"
    )
    events = with_anomalies(builder.lifecycle, proof)
    assert kinds(events) == ["IntentDied", "OrderAnomaly"]

    assert entry(builder.event(*events)).state is OrderState.OPEN
    assert with_anomalies(builder.lifecycle, proof) == (proof,)


def test_an_answer_after_the_proof_of_death_is_recorded_and_its_order_watched(desk: Desk) -> None:
    """Its sender stood still, somebody wrote that it can never land, and then it did."""
    plan = desk.trigger()

    def prove() -> None:
        lifecycle = desk.load(plan)
        (order,) = lifecycle.orders.values()
        proof = IntentDied(
            intent_id=order.intent_id, cloids=(order.cloid,), proof="wrong", reason="wrong"
        )
        desk.journal.append(lifecycle, (proof,), desk.clock())

    desk.venue.order_faults = [meanwhile(prove)]
    after = desk.sender().place(Placement(desk.load(plan), [draft()], "because"))

    (order,) = after.orders_of(Leg.ENTRY)
    assert desk.events(plan)[-3:] == ["intent_died", "orders_answered", "order_anomaly"]
    assert (order.state, order.remaining) == (OrderState.OPEN, SIZE)
    assert [anomaly.signal for anomaly in order.anomalies] == [Signal.ANSWERED_RESTING]
