"""Arbitrary histories of one plan: what may happen after its entry was intended, in any order."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from hypothesis import strategies as st

from tests.support.lifecycles import LifecycleBuilder
from trader.lifecycle.order_events import CancelSent, IntentDied, IntentUnknown, OrderFilled
from trader.lifecycle.plan_events import CancelRequested
from trader.lifecycle.stage import ExitReason, Leg
from trader.venues.orders import AnswerKind, VenueOrderState

Step = Callable[[LifecycleBuilder], object]


def _unknown(builder: LifecycleBuilder) -> None:
    intent_id = list(builder.lifecycle.intents)[-1]
    builder.event(IntentUnknown(intent_id=intent_id, error="timeout", reason="no answer"))


def _died(builder: LifecycleBuilder) -> None:
    intent_id = list(builder.lifecycle.intents)[-1]
    cloids = builder.lifecycle.doubtful(intent_id)
    builder.event(IntentDied(intent_id=intent_id, cloids=cloids, proof="noop", reason="dead"))


def _cancel_sent(builder: LifecycleBuilder) -> None:
    cloids = tuple(order.cloid for order in builder.lifecycle.working(*Leg))
    builder.event(
        CancelSent(
            asked_at=builder.now, cloids=cloids, answers=("",) * len(cloids), reason="no more"
        )
    )


def _cancel_requested(builder: LifecycleBuilder) -> None:
    builder.event(CancelRequested(requested_by="me", close_position=True, reason="asked"))


def _filled_again(builder: LifecycleBuilder) -> None:
    """The latest trade, reported once more."""
    trades = [event for _, event in builder.lifecycle.history if isinstance(event, OrderFilled)]
    builder.event(*trades[-1:] or [])


def _filled(price: Decimal, size: Decimal, builder: LifecycleBuilder) -> None:
    builder.filled(price, size)


def _leg(leg: Leg, builder: LifecycleBuilder) -> None:
    builder.intended(leg, trigger="29000")


_cents = st.decimals("0.01", "1000", places=2)

steps: st.SearchStrategy[Step] = st.one_of(
    st.sampled_from(AnswerKind).map(lambda kind: partial(LifecycleBuilder.answered, kind=kind)),
    st.sampled_from(VenueOrderState).map(
        lambda state: partial(LifecycleBuilder.reported, state=state)
    ),
    st.sampled_from(ExitReason).map(lambda why: partial(LifecycleBuilder.leaving, why=why)),
    st.sampled_from([Leg.STOP, Leg.TARGET]).map(lambda leg: partial(_leg, leg)),
    st.builds(lambda price, size: partial(_filled, price, size), _cents, _cents),
    st.sampled_from([_unknown, _died, _cancel_sent, _cancel_requested, _filled_again]),
)


def _happened(then: list[Step]) -> LifecycleBuilder:
    builder = LifecycleBuilder().accepted().triggered().intended(size="1000")
    for step in then:
        step(builder)
    return builder


histories = st.lists(steps, max_size=8).map(_happened)
"""Builders with an intended entry, and up to eight events of any kind after it."""
