"""Tick and lot rules, by the venue's examples and by properties."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.builders import BTC, KPEPE, instrument
from trader.venues.instrument import Side

size_decimals = st.integers(0, 5)
prices = st.decimals("0.00001", "9999999", allow_nan=False, places=9).filter(lambda p: p > 0)
sizes = st.decimals("0", "1000000", allow_nan=False, places=9)
sides = st.sampled_from(Side)


@pytest.mark.parametrize(
    ("size_places", "price", "is_valid"),
    [
        (1, "1234.5", True),
        (1, "1234.56", False),
        (0, "0.001234", True),
        (0, "0.0012345", False),
        (1, "0.01234", True),
        (1, "0.012345", False),
        (5, "123456", True),
        (5, "12345.6", False),
        (5, "1234567", True),
        (5, "60000.0", True),
        (5, "60000.1", False),
        (0, "0.012345", True),
        (0, "0.0123456", False),
        (0, "0.0123450", True),
        (0, "0", False),
        (0, "-1", False),
    ],
)
def test_valid_prices(size_places: int, price: str, is_valid: bool) -> None:
    assert instrument(size_decimals=size_places).is_valid_price(Decimal(price)) is is_valid


@pytest.mark.parametrize(
    ("size", "rounded"), [("0.0000199", "0.00001"), ("1.5", "1.5"), ("0.000009", "0")]
)
def test_sizes_round_down(size: str, rounded: str) -> None:
    assert BTC.round_size(Decimal(size)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("price", "towards", "rounded"),
    [
        ("0.0123456", Side.BUY, "0.012346"),
        ("0.0123456", Side.SELL, "0.012345"),
        ("123456.4", Side.BUY, "123457"),
        ("123456.4", Side.SELL, "123456"),
        ("9.999991", Side.BUY, "10"),
        ("0.0000001", Side.BUY, "0.000001"),
    ],
)
def test_prices_round_towards_trading(price: str, towards: Side, rounded: str) -> None:
    assert KPEPE.round_price(Decimal(price), towards) == Decimal(rounded)


@given(size_decimals, prices, sides)
def test_rounded_price_is_the_nearest_valid_one_on_its_side(
    places: int, price: Decimal, side: Side
) -> None:
    item = instrument(size_decimals=places)
    rounded = item.round_price(price, side)
    assert rounded == 0 or item.is_valid_price(rounded)
    assert (rounded - price) * side.sign >= 0
    assert abs(rounded - price) < item.tick_at(price)


@given(size_decimals, prices, sides)
def test_rounding_a_price_again_changes_nothing(places: int, price: Decimal, side: Side) -> None:
    item = instrument(size_decimals=places)
    rounded = item.round_price(price, side)
    assert rounded == 0 or item.round_price(rounded, side) == rounded
    assert rounded == 0 or item.round_price(rounded, side.opposite) == rounded


@given(size_decimals, sizes)
def test_rounded_size_is_valid_and_never_larger(places: int, size: Decimal) -> None:
    item = instrument(size_decimals=places)
    rounded = item.round_size(size)
    assert rounded <= size < rounded + Decimal(1).scaleb(-places)
    assert rounded == 0 or item.is_valid_size(rounded)
