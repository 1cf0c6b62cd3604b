"""The limits of orders that mean to trade at once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.builders import BTC, KPEPE, NOW, instrument
from trader.errors import Permanent
from trader.venues.instrument import Instrument, Side
from trader.venues.limit_prices import marketable_price, trigger_limit_price
from trader.venues.quote import Quote
from trader.venues.venue import VenueUnavailable

sides = st.sampled_from(Side)
mids = st.decimals("0.001", "999999", allow_nan=False, places=7)


def quote(mid: Decimal | None) -> Quote:
    return Quote(symbol="BTC", observed_at=NOW, mid=mid)


@pytest.mark.parametrize(
    ("item", "mid", "side", "bps", "price"),
    [
        (BTC, "60000", Side.BUY, "50", "60300"),
        (BTC, "60000", Side.SELL, "50", "59700"),
        (BTC, "60000.5", Side.BUY, "1", "60006"),
        (BTC, "60000.5", Side.SELL, "1", "59995"),
        (BTC, "123456", Side.BUY, "10", "123579"),
        (KPEPE, "0.0123456", Side.BUY, "50", "0.012407"),
        (KPEPE, "0.0123456", Side.SELL, "50", "0.012284"),
    ],
)
def test_marketable_price(item: Instrument, mid: str, side: Side, bps: str, price: str) -> None:
    assert marketable_price(item, quote(Decimal(mid)), side, Decimal(bps)) == Decimal(price)


@given(mids, sides, st.decimals("1", "1000", allow_nan=False, places=1), st.integers(0, 2))
def test_marketable_price_is_the_last_tick_within_the_bound(
    mid: Decimal, side: Side, bps: Decimal, places: int
) -> None:
    item = instrument(size_decimals=places)
    bound = mid * (1 + side.sign * bps / 10_000)
    price = marketable_price(item, quote(mid), side, bps)
    assert item.is_valid_price(price)
    assert 0 <= (bound - price) * side.sign < item.tick_at(bound)


def test_without_a_mid_there_is_no_marketable_price() -> None:
    with pytest.raises(VenueUnavailable, match="BTC has no mid price"):
        marketable_price(BTC, quote(None), Side.BUY, Decimal(50))


@pytest.mark.parametrize("bps", ["0", "-1", "10000"])
def test_a_bound_of_nothing_or_everything_is_refused(bps: str) -> None:
    with pytest.raises(Permanent, match=f"was {bps}"):
        marketable_price(BTC, quote(Decimal(60_000)), Side.SELL, Decimal(bps))


def test_no_tick_within_the_bound_is_refused() -> None:
    with pytest.raises(Permanent, match="no allowed price within 50 bps"):
        marketable_price(KPEPE, quote(Decimal("0.0000001")), Side.BUY, Decimal(50))


@pytest.mark.parametrize(
    ("item", "trigger", "side", "price"),
    [
        (BTC, "50000", Side.SELL, "45000"),
        (BTC, "50000", Side.BUY, "55000"),
        (BTC, "55555", Side.SELL, "49999"),
        (BTC, "55555", Side.BUY, "61111"),
        (KPEPE, "0.012345", Side.SELL, "0.01111"),
        (KPEPE, "0.000001", Side.SELL, "0.000001"),
    ],
)
def test_trigger_limit_price(item: Instrument, trigger: str, side: Side, price: str) -> None:
    assert trigger_limit_price(item, Decimal(trigger), side) == Decimal(price)


@given(mids, sides, st.integers(0, 5))
def test_trigger_limit_is_valid_and_able_to_trade_at_the_trigger(
    raw_trigger: Decimal, side: Side, places: int
) -> None:
    item = instrument(size_decimals=places)
    trigger = item.round_price(raw_trigger, Side.BUY)
    price = trigger_limit_price(item, trigger, side)
    assert item.is_valid_price(price)
    assert (price - trigger) * side.sign >= 0
