"""The official client, unmodified, does against this exchange what its examples show."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from hyperliquid.exchange import Exchange
from hyperliquid.info import Info
from hyperliquid.utils.types import Cloid

from tests.local_exchange.controls import TIMEOUT_SECONDS, Controls

GTC = {"limit": {"tif": "Gtc"}}
ALO = {"limit": {"tif": "Alo"}}
CLOID = Cloid.from_str("0x000000000000000000000000000000ab")


def statuses(answer: dict[str, Any]) -> list[Any]:
    assert answer["status"] == "ok", answer
    entries: list[Any] = answer["response"]["data"]["statuses"]
    return entries


def resting_oid(answer: dict[str, Any]) -> int:
    oid: int = statuses(answer)[0]["resting"]["oid"]
    return oid


def trigger(price: float, tpsl: str) -> dict[str, Any]:
    return {"trigger": {"triggerPx": price, "isMarket": True, "tpsl": tpsl}}


def test_basic_order(exchange: Exchange, info: Info, wallet: LocalAccount) -> None:
    assert info.user_state(wallet.address)["assetPositions"] == []
    oid = resting_oid(exchange.order("ETH", True, 0.2, 1100, GTC))
    shown = info.query_order_by_oid(wallet.address, oid)
    assert shown["order"]["status"] == "open"
    assert shown["order"]["order"]["limitPx"] == "1100.0"
    assert shown["order"]["order"]["tif"] == "Gtc"
    assert [order["oid"] for order in info.open_orders(wallet.address)] == [oid]
    assert statuses(exchange.cancel("ETH", oid)) == ["success"]
    assert info.query_order_by_oid(wallet.address, oid)["order"]["status"] == "canceled"


def test_order_with_cloid(
    exchange: Exchange, info: Info, wallet: LocalAccount, controls: Controls
) -> None:
    placed = statuses(exchange.order("ETH", True, 0.2, 1100, GTC, cloid=CLOID))
    assert placed[0]["resting"]["cloid"] == CLOID.to_raw()
    shown = info.query_order_by_cloid(wallet.address, CLOID)
    assert shown["order"]["order"]["cloid"] == CLOID.to_raw()
    (accepted,) = controls.ledger_orders()
    assert accepted["cloid"] == CLOID.to_raw()
    assert accepted["user"] == accepted["signer"] == wallet.address.lower()
    assert abs(accepted["nonce"] - accepted["time"]) < TIMEOUT_SECONDS * 1000


def test_cancel_by_cloid(exchange: Exchange, info: Info, wallet: LocalAccount) -> None:
    exchange.order("ETH", True, 0.2, 1100, GTC, cloid=CLOID)
    assert statuses(exchange.cancel_by_cloid("ETH", CLOID)) == ["success"]
    assert info.open_orders(wallet.address) == []
    assert statuses(exchange.cancel_by_cloid("ETH", CLOID)) == [
        {"error": "Order was never placed, already canceled, or filled. asset=1"}
    ]


@pytest.mark.parametrize("by_cloid", [False, True])
def test_modify(exchange: Exchange, info: Info, wallet: LocalAccount, by_cloid: bool) -> None:
    oid = resting_oid(exchange.order("ETH", True, 0.2, 1100, GTC, cloid=CLOID))
    target = CLOID if by_cloid else oid
    modified = resting_oid(exchange.modify_order(target, "ETH", True, 0.1, 1105, GTC, cloid=CLOID))
    assert modified != oid
    (order,) = info.open_orders(wallet.address)
    assert (order["oid"], order["limitPx"], order["sz"]) == (modified, "1105.0", "0.1")
    assert order["cloid"] == CLOID.to_raw()


def test_stop_and_target_that_stand_alone(
    exchange: Exchange, info: Info, wallet: LocalAccount, controls: Controls
) -> None:
    exchange.market_open("ETH", True, 0.1)
    resting_oid(exchange.order("ETH", False, 0.1, 2500, trigger(2900, "sl"), reduce_only=True))
    resting_oid(exchange.order("ETH", False, 0.1, 3000, trigger(3200, "tp"), reduce_only=True))
    orders = {order["orderType"]: order for order in info.frontend_open_orders(wallet.address)}
    assert set(orders) == {"Stop Market", "Take Profit Market"}
    assert orders["Stop Market"]["triggerPx"] == "2900.0"
    assert orders["Stop Market"]["isTrigger"]
    controls.set_mid("ETH", "2890")
    assert info.user_state(wallet.address)["assetPositions"] == []
    assert info.open_orders(wallet.address) == []


def test_entry_with_its_stop_and_target(
    exchange: Exchange, info: Info, wallet: LocalAccount
) -> None:
    def order(is_buy: bool, price: float, kind: dict[str, Any], reduce: bool) -> dict[str, Any]:
        return {
            "coin": "ETH",
            "is_buy": is_buy,
            "sz": 0.1,
            "limit_px": price,
            "order_type": kind,
            "reduce_only": reduce,
        }

    group = [
        order(True, 2950, GTC, False),
        order(False, 3300, trigger(3300, "tp"), True),
        order(False, 2500, trigger(2800, "sl"), True),
    ]
    entry, *children = statuses(exchange.bulk_orders(group, grouping="normalTpsl"))
    assert "resting" in entry
    assert children == ["waitingForFill", "waitingForFill"]
    (shown,) = info.frontend_open_orders(wallet.address)
    assert len(shown["children"]) == 2


def test_market_open_and_close(
    exchange: Exchange, info: Info, wallet: LocalAccount, controls: Controls
) -> None:
    filled = statuses(exchange.market_open("ETH", True, 0.1))[0]["filled"]
    assert filled["totalSz"] == "0.1"
    (position,) = info.user_state(wallet.address)["assetPositions"]
    assert position["position"]["szi"] == "0.1"
    statuses(exchange.market_close("ETH"))
    assert info.user_state(wallet.address)["assetPositions"] == []
    directions = [fill["dir"] for fill in info.user_fills(wallet.address)]
    assert directions == ["Close Long", "Open Long"]
    assert {fill["tid"] for fill in controls.ledger_fills()} == {
        fill["tid"] for fill in info.user_fills(wallet.address)
    }
    assert info.user_fills_by_time(wallet.address, 0)[0]["dir"] == "Open Long"


def test_close_without_a_position_sends_nothing(exchange: Exchange, controls: Controls) -> None:
    assert exchange.market_close("ETH") is None
    assert controls.ledger_orders() == []


def test_leverage(exchange: Exchange, info: Info, wallet: LocalAccount) -> None:
    assert exchange.update_leverage(21, "ETH") == {"status": "ok", "response": {"type": "default"}}
    assert exchange.update_leverage(5, "BTC", is_cross=False)["status"] == "ok"
    exchange.market_open("BTC", True, 0.01)
    (position,) = info.user_state(wallet.address)["assetPositions"]
    leverage = position["position"]["leverage"]
    assert (leverage["type"], leverage["value"]) == ("isolated", 5)
    assert exchange.update_leverage(1000, "ETH") == {
        "status": "err",
        "response": "Invalid leverage value",
    }


def test_isolated_margin(exchange: Exchange, info: Info, wallet: LocalAccount) -> None:
    def margin_used() -> float:
        (position,) = info.user_state(wallet.address)["assetPositions"]
        return float(position["position"]["marginUsed"])

    exchange.update_leverage(5, "BTC", is_cross=False)
    exchange.market_open("BTC", True, 0.01)
    before = margin_used()
    assert exchange.update_isolated_margin(50, "BTC")["status"] == "ok"
    assert margin_used() == pytest.approx(before + 50)
    assert exchange.update_isolated_margin(1, "ETH")["status"] == "err"


def test_schedule_cancel(exchange: Exchange, info: Info, wallet: LocalAccount) -> None:
    exchange.order("ETH", True, 0.2, 1100, GTC)
    now_ms = time.time_ns() // 1_000_000
    assert exchange.schedule_cancel(now_ms + 60_000)["status"] == "ok"
    assert exchange.schedule_cancel(None)["status"] == "ok"
    assert exchange.schedule_cancel(now_ms + 1_000)["status"] == "err"
    assert len(info.open_orders(wallet.address)) == 1


@pytest.mark.parametrize("name", [None, "executor"])
def test_an_agent_trades_for_its_master(
    exchange_server: str,
    exchange: Exchange,
    info: Info,
    wallet: LocalAccount,
    controls: Controls,
    name: str | None,
) -> None:
    approved, key = exchange.approve_agent(name)
    assert approved["status"] == "ok"
    agent_wallet = Account.from_key(key)
    agent = Exchange(
        agent_wallet, exchange_server, account_address=wallet.address, timeout=TIMEOUT_SECONDS
    )
    oid = resting_oid(agent.order("ETH", True, 0.2, 1100, GTC))
    agent.session.close()
    agent.info.session.close()
    assert [order["oid"] for order in info.open_orders(wallet.address)] == [oid]
    assert info.open_orders(agent_wallet.address) == []
    (accepted,) = controls.ledger_orders()
    assert accepted["user"] == wallet.address.lower()
    assert accepted["signer"] == agent_wallet.address.lower()
    role = info.user_role(agent_wallet.address)
    assert role == {"role": "agent", "data": {"user": wallet.address.lower()}}
    named = [agent["name"] for agent in info.extra_agents(wallet.address)]
    assert named == ([] if name is None else [name])


def test_an_unknown_wallet_does_not_exist(exchange_server: str) -> None:
    stranger = Account.create()
    client = Exchange(stranger, exchange_server, timeout=TIMEOUT_SECONDS)
    answer = client.order("ETH", True, 0.2, 1100, GTC)
    client.session.close()
    client.info.session.close()
    assert answer == {
        "status": "err",
        "response": f"User or API Wallet {stranger.address.lower()} does not exist.",
    }


def test_an_expired_action_is_refused(exchange: Exchange, controls: Controls) -> None:
    exchange.set_expires_after(time.time_ns() // 1_000_000 - 1)
    answer = exchange.order("ETH", True, 0.2, 1100, GTC)
    assert answer == {"status": "err", "response": "Action already expired"}
    assert controls.ledger_orders() == []


def test_noop_uses_its_nonce_up(exchange: Exchange) -> None:
    nonce = time.time_ns() // 1_000_000
    assert exchange.noop(nonce)["status"] == "ok"
    assert exchange.noop(nonce) == {
        "status": "err",
        "response": f"Invalid nonce: duplicate nonce {nonce}",
    }


def test_client_construction_learns_the_universe(info: Info) -> None:
    assert info.name_to_asset("BTC") == 0
    assert info.name_to_asset("HYPE/USDC") == 10107
    assert info.asset_to_sz_decimals[info.name_to_asset("ETH")] == 4


@pytest.mark.parametrize(
    "ask",
    [
        lambda info: info.all_mids(),
        lambda info: info.meta_and_asset_ctxs(),
        lambda info: info.spot_meta_and_asset_ctxs(),
        lambda info: info.l2_snapshot("BTC"),
        lambda info: info.candles_snapshot("BTC", "1m", 0, 2**53),
        lambda info: info.funding_history("BTC", 0),
        lambda info: info.perp_dexs(),
    ],
)
def test_market_query_is_answered(info: Info, ask: Callable[[Info], Any]) -> None:
    assert ask(info) is not None


@pytest.mark.parametrize(
    "ask",
    [
        Info.user_state,
        Info.spot_user_state,
        Info.open_orders,
        Info.frontend_open_orders,
        Info.historical_orders,
        Info.user_fills,
        Info.user_fees,
        Info.user_rate_limit,
        Info.user_role,
        Info.extra_agents,
        Info.query_user_abstraction_state,
    ],
)
def test_account_query_is_answered(
    info: Info, wallet: LocalAccount, ask: Callable[[Info, str], Any]
) -> None:
    assert ask(info, wallet.address) is not None
