"""What an entry order may meet at the venue, and what stops it before."""

from decimal import Decimal

import pytest

from tests.flows.plans import a_plan, in_seconds
from tests.flows.ways import ENDED, INTENDED, PROTECTED, PROTECTION, RESTING, TRIGGERED
from tests.support.flow import Flow
from tests.support.lifecycles import covered
from trader.lifecycle.stage import Leg, Outcome
from trader.strands.strand import Json

PARTLY_ENTERED = [
    *INTENDED,
    "orders_answered filled",
    "order_filled entry partially_filled",
    "position_changed open",
]
REST_FILLED = ["order_reported entry filled", "order_filled entry filled", "position_changed open"]
LIMIT_3001: Json = {"type": "limit", "price": "3001"}
LIMIT_2950: Json = {"type": "limit", "price": "2950"}


@pytest.mark.parametrize(
    ("size", "adaptation", "stops"),
    [
        ("0.3", PROTECTION, {"0.1": "reduceOnlyCanceled", "0.2": "reduceOnlyCanceled"}),
        (
            "0.102",  # the rest is too small for orders of its own: new ones cover the whole
            [
                *PROTECTION,
                "cancel_sent cancelling",
                "order_reported stop cancelled",
                "order_reported target cancelled",
            ],
            {"0.1": "canceled", "0.102": "reduceOnlyCanceled"},
        ),
    ],
    ids=["large rest", "small rest"],
)
def test_a_partial_fill_is_protected_and_the_protection_grows_with_the_rest(
    flow: Flow, size: str, adaptation: list[str], stops: dict[str, str]
) -> None:
    flow.market.set_depth("ETH", [["2999", "9"]], [["3001", "0.1"], ["3010", "9"]])
    quantity: Json = {"unit": "quantity", "value": size}
    lifecycle_id = flow.submit(a_plan(order=LIMIT_3001, size=quantity))
    partly = flow.wait_until_working(lifecycle_id, Leg.ENTRY, Leg.STOP, Leg.TARGET)
    assert flow.way(lifecycle_id) == [*PARTLY_ENTERED, *PROTECTION]
    assert str(partly.position.size) == "0.1"
    assert covered(partly, Leg.STOP) == covered(partly, Leg.TARGET) == partly.position.size

    flow.market.set_depth("ETH", [["2999", "9"]], [["3001", "0.3"], ["3010", "9"]])
    whole = flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    adapted = [*PARTLY_ENTERED, *PROTECTION, *REST_FILLED, *adaptation]
    assert flow.way(lifecycle_id) == adapted
    assert str(whole.position.size) == size
    assert covered(whole, Leg.STOP) == covered(whole, Leg.TARGET) == whole.position.size

    flow.market.set_mid("ETH", "3100")
    flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id)[: len(adapted)] == adapted
    assert flow.way(lifecycle_id)[-3:] == ENDED
    assert _statuses(flow, lifecycle_id, Leg.STOP) == {Decimal(k): v for k, v in stops.items()}


def test_an_immediate_order_that_finds_half_is_protected_as_it_is(flow: Flow) -> None:
    flow.market.set_depth("ETH", [["2999", "9"]], [["3001", "0.05"], ["3100", "9"]])
    lifecycle_id = flow.submit(a_plan())
    lifecycle = flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    assert flow.way(lifecycle_id) == [*PARTLY_ENTERED, *PROTECTION]
    assert str(covered(lifecycle, Leg.STOP)) == "0.05"

    flow.market.set_mid("ETH", "2900")
    flow.wait_until_done(lifecycle_id)
    assert _statuses(flow, lifecycle_id, Leg.ENTRY) == {Decimal("0.2"): "canceled"}
    quality = flow.strands(lifecycle_id)[-1]["content"]["execution_quality"]
    assert Decimal(quality["fill_ratio"]) == Decimal("0.25")


def test_a_resting_entry_is_filled_when_the_market_comes_to_it(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan(order=LIMIT_2950))
    flow.wait_until_working(lifecycle_id, Leg.ENTRY)
    assert flow.way(lifecycle_id) == RESTING

    flow.market.set_mid("ETH", "2940")
    flow.wait_until_working(lifecycle_id, Leg.STOP, Leg.TARGET)
    assert flow.way(lifecycle_id) == [*RESTING, *REST_FILLED, *PROTECTION]
    (fill,) = flow.venue_fills(lifecycle_id)
    assert (fill["px"], fill["crossed"]) == ("2950.0", False)


def test_a_resting_entry_is_withdrawn_when_the_plan_expires(flow: Flow) -> None:
    lifecycle_id = flow.submit(a_plan(order=LIMIT_2950, valid_until=in_seconds(2)))
    lifecycle = flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [
        *RESTING,
        "cancel_sent cancelling",
        "order_reported entry cancelled",
        "execution_finished expired",
        "plan_analyzed analyzed",
    ]
    assert lifecycle.outcome is Outcome.EXPIRED
    assert _statuses(flow, lifecycle_id, Leg.ENTRY) == {Decimal("0.2"): "canceled"}


@pytest.mark.parametrize("close_position", [False, True])
def test_a_resting_entry_is_withdrawn_when_somebody_cancels(
    flow: Flow, close_position: bool
) -> None:
    lifecycle_id = flow.submit(a_plan(order=LIMIT_2950))
    flow.wait_until_working(lifecycle_id, Leg.ENTRY)
    flow.cancel(lifecycle_id, close_position)
    lifecycle = flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [
        *RESTING,
        "cancel_requested cancelling",
        "cancel_sent cancelling",
        "order_reported entry cancelled",
        "execution_finished cancelled",
        "plan_analyzed analyzed",
    ]
    assert lifecycle.outcome is Outcome.CANCELLED
    assert _statuses(flow, lifecycle_id, Leg.ENTRY) == {Decimal("0.2"): "canceled"}


@pytest.mark.parametrize(
    ("plan", "depth", "text"),
    [
        (
            {"size": {"unit": "notional", "value": "5000000"}},
            None,
            "Insufficient margin to place order.",
        ),
        (
            {"order": {"type": "limit", "price": "3010", "post_only": True}},
            None,
            "Post only order would have immediately matched",
        ),
        (
            {},
            ([["2950", "9"]], [["3050", "9"]]),
            "Order could not immediately match against any resting orders.",
        ),
    ],
    ids=["margin", "post only", "nothing to take"],
)
def test_an_entry_that_the_venue_rejects_ends_the_plan(
    flow: Flow,
    plan: dict[str, Json],
    depth: tuple[list[list[str]], list[list[str]]] | None,
    text: str,
) -> None:
    if depth is not None:
        flow.market.set_depth("ETH", *depth)
    lifecycle_id = flow.submit(a_plan(**plan))
    lifecycle = flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [
        *INTENDED,
        "orders_answered rejected",
        "execution_finished rejected",
        "plan_analyzed analyzed",
    ]
    assert lifecycle.outcome is Outcome.REJECTED
    (answer,) = flow.strands(lifecycle_id)[3]["content"]["answers"]
    assert answer["answer"]["text"].startswith(text)
    assert flow.venue_orders(lifecycle_id) == []


@pytest.mark.parametrize(
    ("plan", "control", "limit", "value"),
    [
        (
            {"size": {"unit": "quantity", "value": "4000"}},
            "max_order_notional",
            "10000000",
            "12060000",
        ),
        ({"stop_loss": "3050"}, "exit_already_passed", "3050", "3000"),
        (
            {"order": {"type": "limit", "price": "3200"}, "take_profit": "3300"},
            "price_collar",
            "500",
            "666.67",
        ),
    ],
)
def test_an_entry_that_a_control_denies_never_reaches_the_venue(
    flow: Flow, plan: dict[str, Json], control: str, limit: str, value: str
) -> None:
    lifecycle_id = flow.submit(a_plan(**plan))
    lifecycle = flow.wait_until_done(lifecycle_id)
    assert flow.way(lifecycle_id) == [*TRIGGERED, "entry_denied denied"]
    assert lifecycle.outcome is Outcome.DENIED
    said = flow.strands(lifecycle_id)[-1]["content"]
    assert (said["control"], said["limit"], float(said["value"])) == (control, limit, float(value))
    assert flow.venue_orders(lifecycle_id) == []


def test_the_other_direction_of_a_symbol_is_denied_while_a_plan_holds_it(flow: Flow) -> None:
    holder = flow.submit(a_plan())
    flow.wait_until_working(holder, Leg.STOP, Leg.TARGET)
    other = flow.submit(a_plan(direction="short", stop_loss="3100", take_profit="2900"))
    flow.wait_until_done(other)
    assert flow.way(other) == [*TRIGGERED, "entry_denied denied"]
    said = flow.strands(other)[-1]["content"]
    assert (said["control"], said["value"]) == ("opposing_position", holder)
    assert flow.way(holder) == PROTECTED


def _statuses(flow: Flow, lifecycle_id: str, leg: Leg) -> dict[Decimal, str]:
    """The ledger's status of each of the leg's orders, by the size that was asked."""
    lifecycle = flow.lifecycle(lifecycle_id)
    assert lifecycle is not None
    at_venue = {order["cloid"]: order["status"] for order in flow.venue_orders(lifecycle_id)}
    return {order.request.size: at_venue[order.cloid] for order in lifecycle.orders_of(leg)}
