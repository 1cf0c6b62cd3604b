from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lifecycles import a_plan
from tests.venues.builders import instrument
from trader.orders.sizing import entry_size, needs_equity
from trader.plans.plan import EquityFraction, Notional, PositionSize, Quantity

EQUITY = Decimal(100_000)
prices = st.decimals("0.0001", "200000", places=4)


@pytest.mark.parametrize(
    ("size", "price", "equity", "size_decimals", "expected"),
    [
        (Quantity(value=Decimal("0.5")), 30000, None, 5, "0.5"),
        (Quantity(value=Decimal("0.123456789")), 30000, None, 5, "0.12345"),
        (Quantity(value=Decimal("0.9")), 30000, None, 0, "0"),
        (Notional(value=Decimal(1000)), 30000, None, 5, "0.03333"),
        (Notional(value=Decimal(1000)), 3, None, 0, "333"),
        (EquityFraction(value=Decimal("0.1")), 30000, EQUITY, 5, "0.33333"),
        (EquityFraction(value=Decimal(1)), 30000, Decimal(-5), 5, "0"),
    ],
)
def test_the_size_is_rounded_down_to_the_lot(
    size: PositionSize, price: int, equity: Decimal | None, size_decimals: int, expected: str
) -> None:
    market = instrument(size_decimals=size_decimals)

    assert entry_size(a_plan(size=size), Decimal(price), equity, market) == Decimal(expected)


@given(
    st.decimals("0.000001", "1000000", places=6),
    prices,
    st.decimals("-1000", "10000000", places=2),
    st.integers(0, 5),
    st.sampled_from([Quantity, Notional, EquityFraction]),
)
def test_never_more_than_the_plan_says_and_always_in_lots(
    value: Decimal,
    price: Decimal,
    equity: Decimal,
    size_decimals: int,
    unit: type[Quantity | Notional | EquityFraction],
) -> None:
    value = min(value, Decimal(1)) if unit is EquityFraction else value
    market = instrument(size_decimals=size_decimals)
    size = entry_size(a_plan(size=unit(value=value)), price, equity, market)

    most = {
        Quantity: value,
        Notional: value / price,
        EquityFraction: max(equity, Decimal(0)) * value / price,
    }[unit]
    lot = Decimal(1).scaleb(-size_decimals)
    assert 0 <= size <= most
    assert most - size < lot
    assert size == 0 or market.is_valid_size(size)


def test_only_a_fraction_of_equity_asks_for_the_account() -> None:
    fraction = EquityFraction(value=Decimal("0.1"))

    assert needs_equity(a_plan(size=fraction))
    assert not needs_equity(a_plan(size=Notional(value=Decimal(10))))
    with pytest.raises(ValueError, match="needs the account's equity"):
        entry_size(a_plan(size=fraction), Decimal(30000), None, instrument())
