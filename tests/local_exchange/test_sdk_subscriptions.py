"""The official client's websocket, unmodified, against this exchange."""

import queue
from collections.abc import Iterator
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount
from hyperliquid.exchange import Exchange
from hyperliquid.info import Info
from hyperliquid.utils.types import Cloid

from tests.local_exchange.controls import TIMEOUT_SECONDS, Controls

CLOID = Cloid.from_str("0x000000000000000000000000000000ab")


class Feed:
    """A websocket client whose messages are waited for, channel by channel."""

    def __init__(self, url: str) -> None:
        self.info = Info(url, timeout=TIMEOUT_SECONDS)
        self._messages: dict[str, queue.Queue[dict[str, Any]]] = {}

    def subscribe(self, **subscription: Any) -> None:
        channel = "user" if subscription["type"] == "userEvents" else subscription["type"]
        inbox = self._messages.setdefault(channel, queue.Queue())
        self.info.subscribe(subscription, inbox.put)

    def wait_for(self, channel: str) -> Any:
        return self._messages[channel].get(timeout=TIMEOUT_SECONDS)["data"]

    def close(self) -> None:
        self.info.disconnect_websocket()
        self.info.session.close()


@pytest.fixture
def feed(exchange_server: str) -> Iterator[Feed]:
    client = Feed(exchange_server)
    yield client
    client.close()


def test_subscriptions_to_an_account(feed: Feed, exchange: Exchange, wallet: LocalAccount) -> None:
    user = wallet.address
    for kind in ("orderUpdates", "userEvents", "userFills"):
        feed.subscribe(type=kind, user=user)
    snapshot = feed.wait_for("userFills")
    assert snapshot == {"isSnapshot": True, "user": user.lower(), "fills": []}
    opened = exchange.market_open("ETH", True, 0.1, cloid=CLOID)
    oid = opened["response"]["data"]["statuses"][0]["filled"]["oid"]
    updates = feed.wait_for("orderUpdates")
    assert {update["order"]["oid"] for update in updates} == {oid}
    assert updates[-1]["status"] == "filled"
    (fill,) = feed.wait_for("userFills")["fills"]
    assert (fill["oid"], fill["cloid"], fill["crossed"]) == (oid, CLOID.to_raw(), True)
    assert feed.wait_for("user") == {"fills": [fill]}


def test_subscriptions_to_the_market(feed: Feed, exchange: Exchange, controls: Controls) -> None:
    for kind in ("bbo", "l2Book", "trades"):
        feed.subscribe(type=kind, coin="ETH")
    feed.subscribe(type="candle", coin="ETH", interval="1m")
    feed.subscribe(type="allMids")
    assert len(feed.wait_for("l2Book")["levels"][0]) == 20
    bid, ask = feed.wait_for("bbo")["bbo"]
    assert float(bid["px"]) < 3000 < float(ask["px"])
    assert feed.wait_for("allMids")["mids"]["ETH"] == "3000.0"
    assert feed.wait_for("candle")["i"] == "1m"
    exchange.market_open("ETH", True, 0.1)
    (trade,) = feed.wait_for("trades")
    assert (trade["coin"], trade["side"], trade["sz"]) == ("ETH", "B", "0.1")
    controls.set_mid("ETH", "3100")
    while feed.wait_for("allMids")["mids"]["ETH"] != "3100.0":
        pass
