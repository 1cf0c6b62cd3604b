from decimal import Decimal

import pytest

from local_exchange.engine.instruments import PerpInstrument
from local_exchange.engine.listing import default_universe
from local_exchange.engine.precision import ceil_to_tick, floor_to_tick, is_on_lot, is_on_tick

PERPS = default_universe().perps_by_name


def perp(name: str) -> PerpInstrument:
    return PERPS[name]


@pytest.mark.parametrize(
    ("coin", "price", "valid"),
    [
        ("BTC", "100000", True),
        ("BTC", "123456", True),
        ("BTC", "12345.6", False),
        ("BTC", "1234.5", True),
        ("BTC", "123.45", False),
        ("ETH", "3000.1", True),
        ("ETH", "3000.10", True),
        ("ETH", "3000.12", False),
        ("ETH", "99.123", False),
        ("kPEPE", "0.012345", True),
        ("kPEPE", "0.0123456", False),
        ("DOGE", "0.20001", True),
        ("DOGE", "0.200012", False),
        ("DOGE", "1E+3", True),
    ],
)
def test_prices_have_five_figures_and_six_less_lot_decimals(
    coin: str, price: str, valid: bool
) -> None:
    assert is_on_tick(perp(coin), Decimal(price)) is valid


@pytest.mark.parametrize(
    ("coin", "size", "valid"),
    [
        ("BTC", "0.00001", True),
        ("BTC", "0.000001", False),
        ("DOGE", "3", True),
        ("DOGE", "3.0", True),
        ("DOGE", "3.5", False),
    ],
)
def test_sizes_have_lot_decimals(coin: str, size: str, valid: bool) -> None:
    assert is_on_lot(perp(coin), Decimal(size)) is valid


@pytest.mark.parametrize(
    ("coin", "price", "below", "above"),
    [
        ("ETH", "3000.12", "3000.1", "3000.2"),
        ("ETH", "12345.6", "12345", "12346"),
        ("BTC", "123456.7", "123456", "123457"),
        ("kPEPE", "0.0123456", "0.012345", "0.012346"),
    ],
)
def test_rounding_to_the_grid(coin: str, price: str, below: str, above: str) -> None:
    assert floor_to_tick(perp(coin), Decimal(price)) == Decimal(below)
    assert ceil_to_tick(perp(coin), Decimal(price)) == Decimal(above)
