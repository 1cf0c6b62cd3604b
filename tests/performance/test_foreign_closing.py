"""What others closed is accounted for exactly, or not at all."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.performance.trades import Trade, opened, prices, result_of, some_trades
from tests.support.lifecycles import SECOND, LifecycleBuilder, Number
from trader.lifecycle.foreign_closing import ForeignHand, ForeignTrades
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg, Outcome
from trader.performance.analyzer import PerformanceAnalyzer
from trader.performance.foreign_closing import (
    CLOCK_TOLERANCE,
    MOST_TRADES,
    TradesAwaited,
    closing_trades,
    require_trades,
    trades_meanwhile,
)
from trader.plans.plan import Direction
from trader.venues.instrument import Side
from trader.venues.orders import Fill

PATIENCE = timedelta(minutes=3)
HOURS = timedelta(hours=2) - 3 * SECOND


def by_hand(
    lifecycle: Lifecycle,
    size: Number = "1",
    price: Number = "30600",
    *,
    before: Number | None = None,
    side: Side = Side.SELL,
    **changes: object,
) -> Fill:
    """A trade of the account's owner, just before the plan's end; closes by default."""
    known: dict[str, object] = {
        "trade_id": 9_001,
        "order_id": 8_001,
        "cloid": None,
        "symbol": "BTC",
        "side": side,
        "price": Decimal(price),
        "size": Decimal(size),
        "fee": Decimal("9.18"),
        "fee_token": "USDC",
        "is_taker": True,
        "realised": Decimal(0),
        "position_before": lifecycle.position.size if before is None else Decimal(before),
        "traded_at": lifecycle.updated_at - SECOND,
    }
    return Fill.model_validate(known | changes)


def lost(size: Number = "1") -> Lifecycle:
    """A long plan that held so much for two hours, and lost it."""
    return LifecycleBuilder().entered(size=size, fee="12").wait(HOURS).lost().lifecycle


def known(*fills: Fill, rivals: Sequence[str] = ()) -> ForeignTrades:
    return ForeignTrades(trades=tuple(fills), rivals=tuple(rivals))


def test_a_position_closed_by_hand_has_its_profit_and_says_who_closed_it() -> None:
    lifecycle = lost()
    foreign = known(by_hand(lifecycle))
    analysis = PerformanceAnalyzer().analyze(lifecycle, foreign)

    result = analysis.result
    assert (result.gross, result.net, result.left_open) == (600, Decimal("578.82"), 1)
    assert analysis.foreign == foreign
    closing = result.foreign_closing
    assert closing is not None
    assert closing.by == (ForeignHand.OTHER_HANDS,)
    assert (closing.size, closing.price, closing.fees) == (1, 30600, Decimal("9.18"))
    assert closing.trade_ids == (9_001,)
    assert analysis.actual_outcome == "1.9294% gain in 1 hour 59 minutes, closed by other hands"
    assert analysis.reason == (
        "closed by other hands after 1 hour 59 minutes: 1 at 30600; "
        "entered long 1 at 30000, exactly at the decision price 30000; "
        "a profit of 578.82 US dollars after 21.18 US dollars of fees (1.9294% gain)"
    )
    assert analysis.execution_quality.fees == 12
    assert analysis.execution_quality.exit_price is None


@pytest.mark.parametrize(
    ("liquidations", "by", "said"),
    [
        ((True, True), (ForeignHand.LIQUIDATION,), "closed by a liquidation"),
        ((True, False), tuple(ForeignHand), "closed by other hands and a liquidation"),
    ],
)
def test_a_liquidation_is_called_one(
    liquidations: tuple[bool, bool], by: tuple[ForeignHand, ...], said: str
) -> None:
    lifecycle = lost()
    fills = [
        by_hand(lifecycle, "0.5", before=before, trade_id=number, is_liquidation=is_liquidation)
        for number, (before, is_liquidation) in enumerate(
            zip(("1", "0.5"), liquidations, strict=True), start=1
        )
    ]
    analysis = PerformanceAnalyzer().analyze(lifecycle, known(*fills))
    assert analysis.result.foreign_closing is not None
    assert analysis.result.foreign_closing.by == by
    assert said in analysis.reason
    assert analysis.actual_outcome.endswith(said)


def test_what_its_own_exit_left_over_is_enough() -> None:
    builder = LifecycleBuilder().entered(size="2").intended(Leg.TARGET, size="2", trigger="31000")
    lifecycle = builder.answered().filled("31000", "0.5", Leg.TARGET).lost().lifecycle
    closed = by_hand(lifecycle, "1.5", "30200", fee=Decimal(0))
    result = result_of(lifecycle, closing_trades(lifecycle, known(closed)))
    assert (result.gross, result.left_open) == (800, Decimal("1.5"))


Told = Callable[[Lifecycle], ForeignTrades | None]

INEXACT: dict[str, Told] = {
    "nothing is known": lambda _: None,
    "no trade": lambda _: known(),
    "too little": lambda lc: known(by_hand(lc, "0.9")),
    "too much": lambda lc: known(by_hand(lc, "1.1", before="1.1")),
    "the other side": lambda lc: known(by_hand(lc, side=Side.BUY)),
    "there and back": lambda lc: known(
        by_hand(lc, "1", before="1", side=Side.BUY), by_hand(lc, "2", before="2", trade_id=2)
    ),
    "beyond flat": lambda lc: known(by_hand(lc, before="0.4")),
    "from the other side": lambda lc: known(by_hand(lc, before="-3")),
    "to flat from both sides": lambda lc: known(
        by_hand(lc, "2", before="2"), by_hand(lc, side=Side.BUY, before="-1", trade_id=2)
    ),
    "another symbol": lambda lc: known(by_hand(lc, symbol="ETH")),
    "before it held anything": lambda lc: known(
        by_hand(lc, traded_at=lc.fills[0].traded_at - SECOND / 1000)
    ),
    "after its end": lambda lc: known(
        by_hand(lc, traded_at=lc.updated_at + CLOCK_TOLERANCE + SECOND / 1000)
    ),
    "another plan lost something": lambda lc: known(by_hand(lc), rivals=["lifecycle-2"]),
    "more trades than are recorded": lambda lc: known(
        *(by_hand(lc, "0.001", trade_id=number) for number in range(MOST_TRADES + 1))
    ),
}


@pytest.mark.parametrize("told", INEXACT.values(), ids=INEXACT)
def test_what_is_not_exact_stays_unknown(told: Told) -> None:
    lifecycle = lost()
    analysis = PerformanceAnalyzer().analyze(lifecycle, told(lifecycle))
    assert analysis.result.net is None
    assert analysis.result.foreign_closing is None
    assert analysis.actual_outcome == "profit unknown: 1 was not closed by the plan's own orders"


@pytest.mark.parametrize("net_size", [None, Decimal(-1), Decimal(1)])
def test_an_account_that_is_not_flat_in_the_end_accounts_for_nothing(
    net_size: Decimal | None,
) -> None:
    builder = LifecycleBuilder().entered().finished(Outcome.CLOSED_EXTERNALLY, net_size)
    assert closing_trades(builder.lifecycle, known(by_hand(builder.lifecycle))) == ()


def test_a_plan_that_closed_itself_has_nobody_elses_trades() -> None:
    lifecycle = LifecycleBuilder().entered().left("31000").lifecycle
    closed = by_hand(lifecycle, before="1")
    assert PerformanceAnalyzer().analyze(lifecycle, known(closed)).result.gross == 1000


@pytest.mark.parametrize("at", ["the first trade", "the end"])
def test_both_ends_of_the_time_count(at: str) -> None:
    lifecycle = lost()
    edges = {
        "the first trade": lifecycle.fills[0].traded_at,
        "the end": lifecycle.updated_at + CLOCK_TOLERANCE,
    }
    fill = by_hand(lifecycle, traded_at=edges[at])
    assert trades_meanwhile(lifecycle, [fill]) == (fill,)


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ("no trade", True),
        ("too little", True),
        ("nothing is known", False),
        ("too much", False),
        ("the other side", False),
        ("another plan lost something", False),
    ],
)
def test_what_may_become_exact_is_waited_for_and_not_longer(told: str, waits: bool) -> None:
    lifecycle = lost()
    foreign = INEXACT[told](lifecycle)
    if waits:
        with pytest.raises(TradesAwaited, match="BTC of lifecycle lifecycle-1 were closed by"):
            require_trades(lifecycle, foreign, lifecycle.updated_at + PATIENCE - SECOND, PATIENCE)
    else:
        require_trades(lifecycle, foreign, lifecycle.updated_at, PATIENCE)
    require_trades(lifecycle, foreign, lifecycle.updated_at + PATIENCE, PATIENCE)


def test_what_is_exact_is_not_waited_for() -> None:
    lifecycle = lost()
    require_trades(lifecycle, known(by_hand(lifecycle)), lifecycle.updated_at, PATIENCE)


@given(
    st.sampled_from(Direction),
    some_trades,
    st.lists(st.tuples(prices, st.decimals("0.01", "1", places=2)), min_size=1, max_size=5),
    st.permutations(range(5)),
)
def test_the_sums_are_those_of_all_trades(
    direction: Direction,
    entries: list[Trade],
    parts: list[tuple[Decimal, Decimal]],
    order: list[int],
) -> None:
    """Profit is the money that all trades moved, less every fee, in whatever order they are told;

    and a trade left out, or one too many, leaves it unknown.
    """
    lifecycle = opened(direction, entries).wait(timedelta(hours=1)).lost().lifecycle
    held = lifecycle.position.size
    fills = closings(lifecycle, parts)
    told = [fills[index] for index in order if index < len(fills)]
    closing = closing_trades(lifecycle, known(*told))
    assert closing == tuple(fills)

    result = result_of(lifecycle, closing)
    assert result.gross is not None
    assert result.foreign_closing is not None
    every = [*lifecycle.fills, *fills]
    cash = -sum(fill.side.sign * fill.price * fill.size for fill in every)
    assert abs(result.gross - cash) <= Decimal("0.00000001")
    assert result.net == result.gross - sum((fill.fee for fill in every), Decimal(0))
    assert result.foreign_closing.size == abs(held) == abs(result.left_open)

    assert closing_trades(lifecycle, known(*fills[1:])) == ()
    one_more = fills[0].model_copy(update={"trade_id": 77})
    assert closing_trades(lifecycle, known(*fills, one_more)) == ()


def closings(lifecycle: Lifecycle, parts: list[tuple[Decimal, Decimal]]) -> list[Fill]:
    """Trades at these prices that close all that the plan held, in these proportions."""
    held = lifecycle.position.size
    whole = sum(share for _, share in parts)
    sizes = [(abs(held) * share / whole).quantize(Decimal("1e-9")) for _, share in parts[:-1]]
    sizes.append(abs(held) - sum(sizes, Decimal(0)))
    sign, left, fills = (1 if held > 0 else -1), abs(held), []
    for number, ((price, _), size) in enumerate(zip(parts, sizes, strict=True)):
        fills.append(
            by_hand(
                lifecycle,
                size,
                price,
                before=sign * left,
                side=Side.SELL if held > 0 else Side.BUY,
                trade_id=number + 1,
                fee=Decimal("0.25"),
                traded_at=lifecycle.updated_at - timedelta(minutes=5 - number),
            )
        )
        left -= size
    return fills
