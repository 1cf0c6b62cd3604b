from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lifecycles import SECOND, START
from trader.positions.position import Position, fee_in_dollars, position_of
from trader.venues.instrument import Side
from trader.venues.orders import Fill

CLOSE_ENOUGH = Decimal("1e-15")


def trade(
    signed: str | Decimal,
    price: str | Decimal,
    fee: str | Decimal = "0",
    *,
    number: int = 1,
    fee_token: str = "USDC",
) -> Fill:
    """A trade of this signed size, `number` seconds after the start."""
    size = Decimal(signed)
    return Fill(
        trade_id=number,
        order_id=1,
        cloid=None,
        symbol="BTC",
        side=Side.BUY if size > 0 else Side.SELL,
        price=Decimal(price),
        size=abs(size),
        fee=Decimal(fee),
        fee_token=fee_token,
        is_taker=True,
        realised=Decimal(0),
        position_before=Decimal(0),
        traded_at=START + number * SECOND,
    )


def traded(*signed_at: tuple[str | Decimal, str | Decimal]) -> Position:
    return position_of(
        trade(signed, price, number=number)
        for number, (signed, price) in enumerate(signed_at, start=1)
    )


@pytest.mark.parametrize(
    ("trades", "size", "entry", "realised"),
    [
        ([], "0", None, "0"),
        ([("1", "100")], "1", "100", "0"),
        ([("-1", "100")], "-1", "100", "0"),
        ([("1", "100"), ("3", "120")], "4", "115", "0"),
        ([("-1", "100"), ("-3", "120")], "-4", "115", "0"),
        ([("2", "100"), ("-1", "110")], "1", "100", "10"),
        ([("-2", "100"), ("1", "110")], "-1", "100", "-10"),
        ([("2", "100"), ("-2", "110")], "0", None, "20"),
        ([("-2", "100"), ("2", "90")], "0", None, "20"),
        ([("2", "100"), ("-3", "110")], "-1", "110", "20"),
        ([("-2", "100"), ("3", "110")], "1", "110", "-20"),
        ([("1", "100"), ("-1", "110"), ("1", "120"), ("-1", "125")], "0", None, "15"),
        ([("2", "100"), ("-1", "110"), ("1", "130"), ("-2", "120")], "0", None, "20"),
    ],
)
def test_what_trades_add_up_to(
    trades: list[tuple[str, str]], size: str, entry: str | None, realised: str
) -> None:
    position = traded(*trades)

    assert position.size == Decimal(size)
    assert position.entry_price == (None if entry is None else Decimal(entry))
    assert position.realised == Decimal(realised)
    assert position.traded == sum(abs(Decimal(signed)) for signed, _ in trades)


def test_trades_are_taken_in_the_order_of_their_times() -> None:
    bought, sold = trade("2", "100", number=1), trade("-3", "110", number=2)

    assert position_of([sold, bought]) == position_of([bought, sold])
    assert position_of([sold, bought]).entry_price == 110


@pytest.mark.parametrize(
    ("fee", "token", "dollars"),
    [("1.5", "USDC", "1.5"), ("-0.2", "USDC", "-0.2"), ("0.01", "BTC", "300")],
)
def test_fees_in_dollars(fee: str, token: str, dollars: str) -> None:
    fill = trade("1", "30000", fee, fee_token=token)

    assert fee_in_dollars(fill) == Decimal(dollars)
    assert position_of([fill]).fees == Decimal(dollars)


prices = st.decimals("0.01", "100000", places=2)
sizes = st.decimals("-100", "100", places=3).filter(bool)
some_trades = st.lists(st.tuples(sizes, prices), max_size=8)


@given(some_trades)
def test_size_and_volume_are_the_sums_of_the_trades(trades: list[tuple[Decimal, Decimal]]) -> None:
    position = traded(*trades)

    assert position.size == sum(signed for signed, _ in trades)
    assert position.traded == sum(abs(signed) for signed, _ in trades)
    assert (position.entry_price is None) == (position.size == 0)


@given(some_trades)
def test_cash_is_conserved(trades: list[tuple[Decimal, Decimal]]) -> None:
    """What was realised, less what is tied up in the open part, is the money that moved."""
    position = traded(*trades)
    tied_up = position.size * (position.entry_price or 0)

    cash = -sum(signed * price for signed, price in trades)
    assert abs(position.realised - tied_up - cash) <= CLOSE_ENOUGH


@given(some_trades)
def test_a_short_is_the_mirror_of_a_long(trades: list[tuple[Decimal, Decimal]]) -> None:
    position, mirror = traded(*trades), traded(*((-signed, price) for signed, price in trades))

    assert mirror.size == -position.size
    assert mirror.entry_price == position.entry_price
    assert mirror.realised == -position.realised


@given(st.lists(st.tuples(st.decimals("0.001", "100", places=3), prices), min_size=1, max_size=6))
def test_the_entry_lies_between_the_best_and_the_worst_price(
    trades: list[tuple[Decimal, Decimal]],
) -> None:
    entry = traded(*trades).entry_price

    assert entry is not None
    paid = [price for _, price in trades]
    assert min(paid) - CLOSE_ENOUGH <= entry <= max(paid) + CLOSE_ENOUGH


@given(some_trades, st.lists(st.decimals("-1", "10", places=4), min_size=8, max_size=8))
def test_fees_add_up_and_leave_the_gross_alone(
    trades: list[tuple[Decimal, Decimal]], fees: list[Decimal]
) -> None:
    fills = [
        trade(signed, price, fee, number=number)
        for number, ((signed, price), fee) in enumerate(zip(trades, fees, strict=False))
    ]
    position = position_of(fills)

    assert position.fees == sum((fill.fee for fill in fills), Decimal(0))
    assert position.realised == traded(*trades).realised


@given(some_trades)
def test_trades_one_by_one_give_what_they_give_at_once(
    trades: list[tuple[Decimal, Decimal]],
) -> None:
    fills = [trade(signed, price, number=n) for n, (signed, price) in enumerate(trades)]
    *_, last = accumulate(fills, Position.after, initial=Position())

    assert last == position_of(fills)
