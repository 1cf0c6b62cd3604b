"""Which trades are written down, and the time before which all of them are."""

from dataclasses import dataclass, replace
from enum import Enum, auto

from hypothesis import given
from hypothesis import strategies as st

from tests.reconciliation.builders import ACCOUNT, OTHER_CLOID, a_fill
from tests.support.lifecycles import SECOND, START, LifecycleBuilder
from trader.lifecycle.stage import Leg
from trader.reconciliation.account import FillKey, key_of
from trader.reconciliation.recorded import RecordedTrades, recorded_trades
from trader.venues.orders import Fill


class Hands(Enum):
    """Who traded."""

    TRACKED_PLAN = auto()
    FINISHED_PLAN = auto()
    STRANGER = auto()


@dataclass(frozen=True)
class Trade:
    """A trade as the venue lists it, and whether somebody wrote it down."""

    second: int
    hands: Hands
    is_recorded: bool


trades = st.lists(
    st.builds(Trade, st.integers(0, 120), st.sampled_from(Hands), st.booleans()), max_size=12
)


class Books:
    """Has a tracked plan whose order fills in parts, and what else is written down."""

    def __init__(self) -> None:
        self.plan = LifecycleBuilder().accepted().triggered().intended(size="100").answered()
        self.booked: set[str] = set()
        self.published: set[FillKey] = set()

    def fill(self, number: int, trade: Trade) -> Fill:
        """The trade as the venue lists it, written down or not."""
        cloids = {
            Hands.TRACKED_PLAN: self.plan.lifecycle.orders_of(Leg.ENTRY)[0].cloid,
            Hands.FINISHED_PLAN: OTHER_CLOID,
            Hands.STRANGER: None,
        }
        at = START + trade.second * SECOND
        fill = a_fill(cloids[trade.hands], trade_id=number, traded_at=at)
        if trade.is_recorded:
            self.write(fill, trade.hands)
        return fill

    def write(self, fill: Fill, hands: Hands) -> None:
        """Where the trade belongs."""
        match hands:
            case Hands.TRACKED_PLAN:
                self.plan.event(self.plan.fill_event(fill))
            case Hands.FINISHED_PLAN:
                self.booked.add(str(fill.trade_id))
            case Hands.STRANGER:
                self.published.add(key_of(fill))

    def recorded(self) -> RecordedTrades:
        """All that is written down."""
        account = replace(ACCOUNT, fill_keys=frozenset(self.published))
        return recorded_trades([self.plan.lifecycle], account, frozenset(self.booked))


@given(trades)
def test_all_is_written_down_until_the_oldest_that_is_not(listed: list[Trade]) -> None:
    books = Books()
    fills = [books.fill(number, trade) for number, trade in enumerate(listed)]
    recorded = books.recorded()
    assert [recorded.has(fill) for fill in fills] == [trade.is_recorded for trade in listed]

    until = recorded.complete_until(fills)
    missing = [START + trade.second * SECOND for trade in listed if not trade.is_recorded]
    newest = max((fill.traded_at for fill in fills), default=None)
    assert until == (min(missing) if missing else newest)


@given(trades)
def test_strange_is_what_no_plan_made_and_nobody_wrote_down(listed: list[Trade]) -> None:
    books = Books()
    fills = [books.fill(number, trade) for number, trade in enumerate(listed)]
    assert list(books.recorded().strange(fills)) == [
        fill
        for fill, trade in zip(fills, listed, strict=True)
        if trade.hands is not Hands.TRACKED_PLAN and not trade.is_recorded
    ]


def test_a_tracked_plans_trade_is_written_down_by_that_plan_alone() -> None:
    """The account may have published it while the plan could not be read."""
    books = Books()
    fill = books.fill(1, Trade(0, Hands.TRACKED_PLAN, is_recorded=False))
    for elsewhere in (Hands.STRANGER, Hands.FINISHED_PLAN):
        books.write(fill, elsewhere)
    assert not books.recorded().has(fill)
    books.write(fill, Hands.TRACKED_PLAN)
    assert books.recorded().has(fill)
