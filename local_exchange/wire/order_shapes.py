"""Orders and fills as the venue's JSON shows them."""

from typing import Any

from local_exchange.engine.fills import FEE_TOKEN, Fill, Trade
from local_exchange.engine.orders import (
    Canceled,
    CancelOutcome,
    Filled,
    OrderOutcome,
    OrderRecord,
    OrderSnapshot,
    Rejected,
    Resting,
    WaitingForFill,
    WaitingForTrigger,
)
from local_exchange.wire.scalars import amount

Json = dict[str, Any]


def order_outcome(outcome: OrderOutcome) -> Json | str:
    """One entry of `statuses` in the answer to an order or a batch of modifications."""
    match outcome:
        case Resting(oid, cloid):
            return {"resting": {"oid": oid} | _cloid(cloid)}
        case Filled(oid, cloid, total_size, average_price):
            filled = {"totalSz": amount(total_size), "avgPx": amount(average_price), "oid": oid}
            return {"filled": filled | _cloid(cloid)}
        case Rejected(text):
            return {"error": text}
        case WaitingForFill():
            return "waitingForFill"
        case WaitingForTrigger():
            return "waitingForTrigger"


def cancel_outcome(outcome: CancelOutcome) -> Json | str:
    """One entry of `statuses` in the answer to a cancel."""
    match outcome:
        case Canceled():
            return "success"
        case Rejected(text):
            return {"error": text}


def open_order(order: OrderSnapshot) -> Json:
    """The short form, of `openOrders` and of `orderUpdates`: trigger fields stay hidden."""
    short = _basics(order) | _cloid(order.cloid)
    return short | ({"reduceOnly": True} if order.reduce_only else {})


def frontend_order(order: OrderSnapshot) -> Json:
    """The long form, of `frontendOpenOrders`, `orderStatus` and `historicalOrders`."""
    trigger = order.trigger
    return _basics(order) | {
        "triggerCondition": order.trigger_condition,
        "isTrigger": trigger is not None,
        "triggerPx": "0.0" if trigger is None else amount(trigger.price),
        "children": [frontend_order(child) for child in order.children],
        "isPositionTpsl": order.is_position_tpsl,
        "reduceOnly": order.reduce_only,
        "orderType": order.order_type,
        "tif": order.tif,
        "cloid": order.cloid,
    }


def order_record(record: OrderRecord) -> Json:
    """An order with its status, long form."""
    return {
        "order": frontend_order(record.order),
        "status": record.status,
        "statusTimestamp": record.status_time,
    }


def order_update(record: OrderRecord) -> Json:
    """An order with its status, as `orderUpdates` carries it."""
    return {
        "order": open_order(record.order),
        "status": record.status,
        "statusTimestamp": record.status_time,
    }


def fill(entry: Fill) -> Json:
    """One user's fill."""
    shape: Json = {
        "coin": entry.coin,
        "px": amount(entry.price),
        "sz": amount(entry.size),
        "side": entry.side,
        "time": entry.time,
        "startPosition": amount(entry.start_position),
        "dir": entry.direction,
        "closedPnl": amount(entry.closed_pnl),
        "hash": entry.hash,
        "oid": entry.oid,
        "crossed": entry.crossed,
        "fee": amount(entry.fee),
        "tid": entry.tid,
        "feeToken": FEE_TOKEN,
        "twapId": None,
    }
    if entry.liquidation is not None:
        shape["liquidation"] = {
            "liquidatedUser": entry.liquidation.liquidated_user,
            "markPx": amount(entry.liquidation.mark_price),
            "method": entry.liquidation.method,
        }
    return shape | _cloid(entry.cloid)


def trade(entry: Trade) -> Json:
    """A public trade; `users` are buyer and seller."""
    return {
        "coin": entry.coin,
        "side": entry.side,
        "px": amount(entry.price),
        "sz": amount(entry.size),
        "time": entry.time,
        "hash": entry.hash,
        "tid": entry.tid,
        "users": [entry.buyer, entry.seller],
    }


def _basics(order: OrderSnapshot) -> Json:
    return {
        "coin": order.coin,
        "side": order.side,
        "limitPx": amount(order.limit_price),
        "sz": amount(order.size),
        "oid": order.oid,
        "timestamp": order.time,
        "origSz": amount(order.original_size),
    }


def _cloid(cloid: str | None) -> Json:
    return {} if cloid is None else {"cloid": cloid}
