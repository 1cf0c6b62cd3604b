"""Which waiting plans are to be checked, after a tick and after a refresh."""

from decimal import Decimal

import pytest

from tests.support.lifecycles import START, LifecycleBuilder, a_plan
from trader.conditions.condition import (
    BreakoutAbove,
    Condition,
    Immediately,
    PriceAbove,
    PriceBelow,
)
from trader.lifecycle.changes import Changes
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import ConditionArmed
from trader.risk.control import Control
from trader.risk.events import EntryDenied
from trader.stream.waiting import WaitingPlans
from trader.venues.quote import PriceSource, Quote

NONE = frozenset[str]()


def waiting(key: str, entry: Condition, symbol: str = "BTC") -> LifecycleBuilder:
    return LifecycleBuilder(a_plan(entry=entry, symbol=symbol), key).accepted()


def above(level: int, source: PriceSource = PriceSource.MID) -> PriceAbove:
    return PriceAbove(level=Decimal(level), source=source)


class Market:
    """The plans that wait, and the mids that move."""

    def __init__(self) -> None:
        self.plans = WaitingPlans()
        self._mids: dict[str, Decimal] = {}

    def refresh(self, *lifecycles: Lifecycle, gone: frozenset[str] = NONE) -> frozenset[str]:
        return self.plans.refresh(Changes(lifecycles, gone), self._quote)

    def move(self, mid: int, symbol: str = "BTC") -> frozenset[str]:
        before, self._mids[symbol] = self._mids.get(symbol), Decimal(mid)
        moves = {PriceSource.MID: (before, Decimal(mid))}
        return self.plans.moved(moves, self._quote(symbol))

    def _quote(self, symbol: str) -> Quote:
        return Quote(symbol=symbol, observed_at=START, mid=self._mids.get(symbol))


@pytest.fixture
def market() -> Market:
    return Market()


def test_a_crossed_level_calls_for_a_check(market: Market) -> None:
    market.refresh(
        waiting("up", above(100)).lifecycle,
        waiting("down", PriceBelow(level=Decimal(50))).lifecycle,
        waiting("other", above(100), symbol="ETH").lifecycle,
    )
    assert market.move(70) == NONE
    assert market.move(101) == {"up"}
    assert market.move(102) == NONE
    assert market.move(99) == NONE, "touched, but it does not hold"
    assert market.move(40) == {"down"}
    assert market.move(200, symbol="ETH") == {"other"}


def test_what_arms_is_called_once_and_then_fires(market: Market) -> None:
    plan = waiting("b", BreakoutAbove(level=Decimal(100)))
    market.refresh(plan.lifecycle)
    assert market.move(120) == NONE, "never seen below"
    assert market.move(99) == {"b"}, "arms"
    assert market.move(98) == NONE
    assert market.move(101) == {"b"}, "fires"


def test_what_others_armed_counts(market: Market) -> None:
    plan = waiting("b", BreakoutAbove(level=Decimal(100)))
    market.move(120)
    assert market.refresh(plan.lifecycle) == NONE
    quote = Quote(symbol="BTC", observed_at=START, mid=Decimal(99))
    armed = plan.event(ConditionArmed(legs=("0",), quote=quote, reason="seen below"))
    assert market.refresh(armed.lifecycle) == {"b"}
    assert market.refresh() == NONE, "nothing has changed since"


def test_a_new_plan_is_judged_on_the_last_prices(market: Market) -> None:
    market.move(101)
    assert market.refresh(
        waiting("now", above(100)).lifecycle,
        waiting("at once", Immediately()).lifecycle,
        waiting("later", above(200)).lifecycle,
        waiting("unseen", above(100), symbol="ETH").lifecycle,
    ) == {"now", "at once"}


def test_a_plan_that_was_denied_waits_for_the_next_movement(market: Market) -> None:
    denied = waiting("d", above(100)).triggered()
    denied.event(
        EntryDenied(
            control=next(iter(Control)), limit="1", value="2", is_final=False, reason="not now"
        )
    )
    market.move(150)
    assert market.refresh(denied.lifecycle) == NONE
    assert market.move(90) == NONE
    assert market.move(150) == {"d"}


def test_what_no_longer_waits_is_forgotten(market: Market) -> None:
    plan, gone = waiting("a", above(100)), waiting("b", above(100), symbol="ETH")
    market.refresh(plan.lifecycle, gone.lifecycle)
    assert market.plans.symbols == {"BTC", "ETH"}
    market.refresh(plan.triggered().lifecycle)
    assert market.plans.symbols == {"ETH"}
    market.refresh(gone=frozenset({"b", "never seen"}))
    assert market.plans.symbols == NONE
    assert market.move(150) == NONE
    assert market.move(150, symbol="ETH") == NONE


def test_it_knows_where_a_mark_is_waited_for(market: Market) -> None:
    market.refresh(
        waiting("a", above(100)).lifecycle,
        waiting("b", above(100, PriceSource.MARK), symbol="ETH").lifecycle,
    )
    assert market.plans.marked == {"ETH"}
