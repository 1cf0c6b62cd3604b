"""Reads the exchange's side: what it did, which nothing disturbs, and what it holds."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import requests

from chaos.verdict.records import AcceptedOrder, Ledger, Trade
from trader.venues.moments import from_milliseconds

TIMEOUT_SECONDS = 10
WORKING = {"open", "triggered"}
SIGNS = {"B": 1, "A": -1}

Json = Mapping[str, Any]


def read_ledger(url: str, address: str) -> Ledger:
    """Everything of the account; the exchange must answer without faults."""
    return replace(read_history(url, address), positions=_positions(url, address.lower()))


def read_history(url: str, address: str) -> Ledger:
    """Orders and trades, which the exchange tells also while it fails otherwise."""
    answer = requests.get(f"{url}/_local/ledger", timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    ledger, user = answer.json(), address.lower()
    orders = [order for order in ledger["orders"] if order["user"] == user]
    fills = [fill for fill in ledger["fills"] if fill["user"] == user]
    by_hand = {order["oid"] for order in orders if order["signer"] == user}
    return Ledger(
        orders=tuple(_accepted(order) for order in orders if order["oid"] not in by_hand),
        trades=tuple(_traded(fill) for fill in fills if fill["oid"] not in by_hand),
        owners_orders=tuple(_accepted(order) for order in orders if order["oid"] in by_hand),
        owners_trades=tuple(_traded(fill) for fill in fills if fill["oid"] in by_hand),
    )


def _positions(url: str, user: str) -> dict[str, Decimal]:
    query = {"type": "clearinghouseState", "user": user}
    answer = requests.post(f"{url}/info", json=query, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    held = [entry["position"] for entry in answer.json()["assetPositions"]]
    return {position["coin"]: Decimal(position["szi"]) for position in held}


def _accepted(order: Json) -> AcceptedOrder:
    return AcceptedOrder(
        cloid=order["cloid"],
        order_id=order["oid"],
        symbol=order["coin"],
        signer=order["signer"],
        nonce=order["nonce"],
        size=Decimal(order["size"]),
        filled=Decimal(order["filledSize"]),
        accepted_at=from_milliseconds(order["time"]),
        ended_at=None if order["status"] in WORKING else from_milliseconds(order["statusTime"]),
    )


def _traded(fill: Json) -> Trade:
    return Trade(
        trade_id=fill["tid"],
        order_id=fill["oid"],
        cloid=fill.get("cloid"),
        symbol=fill["coin"],
        size=SIGNS[fill["side"]] * Decimal(fill["sz"]),
        price=Decimal(fill["px"]),
        fee=Decimal(fill["fee"]),
        traded_at=from_milliseconds(fill["time"]),
    )
