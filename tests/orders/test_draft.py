import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.orders.builders import entered, waiting
from trader.lifecycle.stage import Leg
from trader.orders.draft import OrderDraft, cloid_of, intent_id_of, number
from trader.venues.instrument import Side

keys = st.tuples(st.text(min_size=1, max_size=8), st.sampled_from(Leg), st.integers(1, 50))


def draft(leg: Leg = Leg.STOP, size: str = "1") -> OrderDraft:
    return OrderDraft(
        leg=leg,
        symbol="BTC",
        side=Side.SELL,
        size=Decimal(size),
        limit_price=Decimal(29000),
        reduce_only=True,
    )


def test_a_client_order_id_never_changes() -> None:
    """Restarts and other versions must find the orders that this one sent."""
    assert cloid_of("lifecycle-1", Leg.ENTRY, 1) == "0x33b3455af1de64a7fda29d3e95f74b14"


@given(st.lists(keys, unique=True, max_size=30))
def test_client_order_ids_are_valid_and_unique_over_lifecycles_legs_and_attempts(
    wanted: list[tuple[str, Leg, int]],
) -> None:
    cloids = [cloid_of(*key) for key in wanted]

    assert all(re.fullmatch("0x[0-9a-f]{32}", cloid) for cloid in cloids)
    assert len(set(cloids)) == len(wanted)


def test_each_order_is_the_next_attempt_at_its_leg() -> None:
    lifecycle = entered().intended(Leg.STOP, trigger="29000").lifecycle

    orders = number(lifecycle, [draft(), draft(Leg.TARGET), draft()])
    assert [(order.leg, order.attempt) for order in orders] == [
        (Leg.STOP, 2),
        (Leg.TARGET, 1),
        (Leg.STOP, 3),
    ]
    assert orders[0].request.cloid == cloid_of("lifecycle-1", Leg.STOP, 2)
    assert intent_id_of("lifecycle-1", orders) == "lifecycle-1/stop-2+target-1+stop-3"


def test_a_draft_keeps_what_it_asks_for() -> None:
    (order,) = number(waiting().lifecycle, [draft(size="0.5")])

    request = order.request
    assert (request.symbol, request.side, str(request.size)) == ("BTC", Side.SELL, "0.5")
    assert (request.limit_price, request.reduce_only) == (29000, True)
