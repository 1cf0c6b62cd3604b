"""What each message tells of prices, and what it leaves standing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from trader.stream.prices import LatestPrices, PriceMessage
from trader.venues.hyperliquid.messages import BestPrices, MarkAndMid, Mids
from trader.venues.quote import PriceSource

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
Told = dict[str, str | None]


def price(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def best(bid: str | None, ask: str | None, coin: str = "BTC") -> BestPrices:
    return BestPrices(coin, price(bid), price(ask))


def mids(**told: str) -> Mids:
    return Mids({coin: Decimal(mid) for coin, mid in told.items()})


def context(mark: str | None, mid: str | None) -> MarkAndMid:
    return MarkAndMid("BTC", price(mark), price(mid))


def tell(prices: LatestPrices, message: PriceMessage) -> dict[str, Told]:
    told: dict[str, Told] = {}
    for found in prices.observations(message, {"BTC", "ETH"}, NOW):
        prices.take(found)
        told[found.symbol] = {
            str(source): None if p is None else str(p) for source, p in found.prices.items()
        }
    return told


@pytest.mark.parametrize(
    ("before", "message", "told"),
    [
        (None, best("9", "11"), {"BTC": {"bid": "9", "ask": "11", "mid": "1E+1"}}),
        (None, best(None, "11"), {"BTC": {"bid": None, "ask": "11", "mid": None}}),
        (None, best("9", "11", coin="SOL"), {}),
        (None, mids(BTC="10", ETH="3", SOL="1"), {"BTC": {"mid": "10"}, "ETH": {"mid": "3"}}),
        (best("9", "11"), mids(BTC="10"), {"BTC": {"mid": "10", "bid": "9", "ask": "11"}}),
        (best("9", "11"), mids(BTC="10.5"), {"BTC": {"mid": "10.5"}}),
        (best("9", None), mids(BTC="9"), {"BTC": {"mid": "9"}}),
        (None, context("10.1", "10"), {"BTC": {"mark": "10.1", "mid": "10"}}),
        (None, context("10.1", None), {"BTC": {"mark": "10.1", "mid": None}}),
        (
            best("9", "11"),
            context("10.1", "10"),
            {"BTC": {"mark": "10.1", "mid": "10", "bid": "9", "ask": "11"}},
        ),
    ],
)
def test_what_a_message_tells(
    before: PriceMessage | None, message: PriceMessage, told: dict[str, Told]
) -> None:
    prices = LatestPrices()
    if before is not None:
        tell(prices, before)
    found = tell(prices, message)
    assert {symbol: numbers(of) for symbol, of in found.items()} == {
        symbol: numbers(of) for symbol, of in told.items()
    }


def numbers(told: Told) -> dict[str, Decimal | None]:
    return {source: price(text) for source, text in told.items()}


def test_movements_are_from_the_last_price_told() -> None:
    prices = LatestPrices()
    tell(prices, best("9", "11"))
    (found,) = prices.observations(best("9", None), {"BTC"}, NOW)
    nine, ten, eleven = Decimal(9), Decimal(10), Decimal(11)
    assert prices.take(found) == {
        PriceSource.BID: (nine, nine),
        PriceSource.ASK: (eleven, None),
        PriceSource.MID: (ten, None),
    }


def test_the_quote_is_the_last_of_each() -> None:
    prices = LatestPrices()
    tell(prices, best("9", "11"))
    tell(prices, context("10.1", "10.2"))
    quote = prices.quote("BTC", NOW)
    assert [quote.price(source) for source in PriceSource] == [
        *map(Decimal, ("10.2", "10.1", "9", "11"))
    ]
    assert prices.quote("ETH", NOW).mid is None
