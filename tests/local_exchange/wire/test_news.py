"""How events are sorted, and the payloads of what happens to a user without an order of theirs."""

from decimal import Decimal
from typing import Any

import pytest

from local_exchange.engine.events import (
    BookChanged,
    CandleChanged,
    Event,
    FundingPaid,
    Liquidated,
    MidsChanged,
    NonUserCanceled,
)
from local_exchange.wire.news import News, news_of

USER = "0x" + "ab" * 20


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        (
            NonUserCanceled(USER, "ETH", 7),
            {"nonUserCancel": [{"coin": "ETH", "oid": 7}]},
        ),
        (
            FundingPaid(USER, "ETH", 99, Decimal("-0.5"), Decimal(2), Decimal("0.0001"), 24),
            {
                "funding": {
                    "time": 99,
                    "coin": "ETH",
                    "usdc": "-0.5",
                    "szi": "2.0",
                    "fundingRate": "0.0001",
                    "nSamples": 24,
                }
            },
        ),
        (
            Liquidated(USER, 3, 99, Decimal(1000), Decimal("12.5")),
            {
                "liquidation": {
                    "lid": 3,
                    "liquidator": "0x" + "0" * 40,
                    "liquidated_user": USER,
                    "liquidated_ntl_pos": "1000.0",
                    "liquidated_account_value": "12.5",
                }
            },
        ),
    ],
)
def test_user_event_payload(event: Event, payload: dict[str, Any]) -> None:
    assert news_of([event]).other_events == {USER: [payload]}


def test_market_news_names_what_changed() -> None:
    news = news_of([BookChanged("BTC"), MidsChanged(), CandleChanged("ETH"), BookChanged("ETH")])
    assert (news.books, news.candles, news.mids_changed) == (["BTC", "ETH"], ["ETH"], True)


def test_nothing_happened() -> None:
    assert news_of([]) == News()
