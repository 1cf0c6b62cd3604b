"""ccxt's client, unmodified but for its URLs, trades on this exchange."""

from collections.abc import Iterator
from typing import Any

import ccxt
import pytest
from eth_account import Account

from tests.local_exchange.controls import Controls

SYMBOL = "ETH/USDC:USDC"


@pytest.fixture
def client(exchange_server: str, controls: Controls) -> Iterator[Any]:
    wallet = Account.create()
    controls.deposit(wallet.address)
    exchange = ccxt.hyperliquid(
        {
            "walletAddress": wallet.address,
            "privateKey": wallet.key.hex(),
            "enableRateLimit": False,
            "options": {"sandboxMode": True},
        }
    )
    exchange.urls["api"] = {"public": exchange_server, "private": exchange_server}
    exchange.load_markets()
    yield exchange
    exchange.session.close()


def test_markets(client: Any) -> None:
    market = client.market(SYMBOL)
    assert (market["swap"], market["baseId"]) == (True, "1")
    assert market["precision"]["amount"] == 0.0001
    assert client.market("PURR/USDC")["spot"]


def test_ticker_and_book(client: Any) -> None:
    assert client.fetch_ticker(SYMBOL)["last"] == 3000.0
    book = client.fetch_order_book(SYMBOL)
    assert book["bids"][0][0] < 3000 < book["asks"][0][0]


def test_limit_order_rests_until_it_is_cancelled(client: Any) -> None:
    placed = client.create_order(SYMBOL, "limit", "buy", 0.2, 2000)
    (open_order,) = client.fetch_open_orders(SYMBOL)
    assert open_order["id"] == placed["id"]
    assert (open_order["price"], open_order["remaining"]) == (2000.0, 0.2)
    client.cancel_order(placed["id"], SYMBOL)
    assert client.fetch_open_orders(SYMBOL) == []
    assert client.fetch_order(placed["id"], SYMBOL)["status"] == "canceled"


def test_market_order_makes_a_position(client: Any, controls: Controls) -> None:
    client.create_order(SYMBOL, "market", "buy", 0.1, 3000)
    (position,) = client.fetch_positions([SYMBOL])
    assert (position["side"], position["contracts"]) == ("long", 0.1)
    (mine,) = client.fetch_my_trades(SYMBOL)
    (booked,) = controls.ledger_fills()
    assert mine["id"] == str(booked["tid"])
    assert mine["fee"]["cost"] == float(booked["fee"])
    balance = client.fetch_balance()["USDC"]
    assert balance["used"] > 0
    assert 9990 < balance["total"] < 10000


def test_reduce_only_order_closes_the_position(client: Any) -> None:
    client.create_order(SYMBOL, "market", "buy", 0.1, 3000)
    client.create_order(SYMBOL, "market", "sell", 0.1, 3000, {"reduceOnly": True})
    assert client.fetch_positions([SYMBOL]) == []


def test_client_order_id_finds_the_order(client: Any) -> None:
    cloid = "0x000000000000000000000000000000ab"
    client.create_order(SYMBOL, "limit", "buy", 0.2, 2000, {"clientOrderId": cloid})
    found = client.fetch_order(None, SYMBOL, {"clientOrderId": cloid})
    assert found["clientOrderId"] == cloid
    client.cancel_order(None, SYMBOL, {"clientOrderId": cloid})
    assert client.fetch_open_orders(SYMBOL) == []


def test_edited_order_is_replaced(client: Any) -> None:
    placed = client.create_order(SYMBOL, "limit", "buy", 0.2, 2000)
    client.edit_order(placed["id"], SYMBOL, "limit", "buy", 0.3, 2100)
    (order,) = client.fetch_open_orders(SYMBOL)
    assert (order["price"], order["amount"]) == (2100.0, 0.3)


def test_candles(client: Any) -> None:
    assert isinstance(client.fetch_ohlcv(SYMBOL, "1m"), list)


def test_refusal_is_an_exception(client: Any) -> None:
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(SYMBOL, "limit", "buy", 1000, 2900)


def test_cancelled_twice_is_not_found(client: Any) -> None:
    placed = client.create_order(SYMBOL, "limit", "buy", 0.2, 2000)
    client.cancel_order(placed["id"], SYMBOL)
    with pytest.raises(ccxt.OrderNotFound):
        client.cancel_order(placed["id"], SYMBOL)
