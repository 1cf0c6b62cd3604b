"""Orders and actions as the venue hashes and signs them.

The venue recovers the signer from a msgpack of the action, so the order of the keys and the
spelling of every number are part of the signature.
Source: Hyperliquid, "Exchange endpoint" and "Signing".
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from trader.errors import Permanent
from trader.strands.strand import Json
from trader.venues.instrument import Instrument, Side
from trader.venues.orders import OrderRequest, TimeInForce, Trigger, TriggerKind
from trader.venues.venue import Action

MAX_ORDERS_PER_ACTION = 200

_TIME_IN_FORCE = {
    TimeInForce.GTC: "Gtc",
    TimeInForce.IOC: "Ioc",
    TimeInForce.POST_ONLY: "Alo",
}
_TRIGGER_KIND = {TriggerKind.STOP: "sl", TriggerKind.TARGET: "tp"}


def decimal_to_wire(number: Decimal) -> str:
    """Plain notation without an exponent or trailing zeros: 1E+2 is "100", 0.10 is "0.1"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def order_action(orders: Sequence[OrderRequest], instruments: Mapping[str, Instrument]) -> Action:
    """The action that places these orders. Raises Permanent naming the rule that one breaks."""
    _check_batch([order.cloid for order in orders])
    return {
        "type": "order",
        "orders": [order_to_wire(order, listed(instruments, order.symbol)) for order in orders],
        "grouping": "na",
    }


def cancel_action(
    cloids: Sequence[tuple[str, str]], instruments: Mapping[str, Instrument]
) -> Action:
    """The action that cancels these orders, given as (symbol, cloid). Raises Permanent."""
    _check_batch([cloid for _, cloid in cloids])
    return {
        "type": "cancelByCloid",
        "cancels": [
            {"asset": listed(instruments, symbol).asset, "cloid": cloid} for symbol, cloid in cloids
        ],
    }


def order_to_wire(order: OrderRequest, instrument: Instrument) -> dict[str, Json]:
    """One order in the venue's keys. Raises Permanent naming the rule that it breaks."""
    _check_numbers(order, instrument)
    return {
        "a": instrument.asset,
        "b": order.side is Side.BUY,
        "p": decimal_to_wire(order.limit_price),
        "s": decimal_to_wire(order.size),
        "r": order.reduce_only,
        "t": _order_type(order),
        "c": order.cloid,
    }


def listed(instruments: Mapping[str, Instrument], symbol: str) -> Instrument:
    """The instrument of that symbol. Raises Permanent when the venue does not list it."""
    instrument = instruments.get(symbol)
    if instrument is None:
        raise Permanent(f"hyperliquid does not list {symbol!r}: use a name from its universe")
    return instrument


def _check_batch(cloids: Sequence[str]) -> None:
    if not 0 < len(cloids) <= MAX_ORDERS_PER_ACTION:
        raise Permanent(f"an action takes 1 to {MAX_ORDERS_PER_ACTION} orders, was {len(cloids)}")
    if len(set(cloids)) < len(cloids):
        raise Permanent("two orders of one action have the same cloid")


def _check_numbers(order: OrderRequest, instrument: Instrument) -> None:
    name = f"{order.symbol} order {order.cloid}"
    if not instrument.is_valid_size(order.size):
        raise Permanent(
            f"{name}: size {order.size} has more than {instrument.size_decimals} decimals"
        )
    for label, price in _prices(order):
        if not instrument.is_valid_price(price):
            raise Permanent(
                f"{name}: {label} {price} is not a multiple of {instrument.tick_at(price)}"
            )


def _prices(order: OrderRequest) -> list[tuple[str, Decimal]]:
    limit = ("limit price", order.limit_price)
    return [limit] if order.trigger is None else [limit, ("trigger price", order.trigger.price)]


def _order_type(order: OrderRequest) -> Json:
    if order.trigger is None and order.time_in_force is not None:
        return {"limit": {"tif": _TIME_IN_FORCE[order.time_in_force]}}
    if order.trigger is not None and order.time_in_force is None:
        _check_trigger(order, order.trigger)
        return {"trigger": _trigger_to_wire(order.trigger)}
    raise Permanent(
        f"{order.symbol} order {order.cloid} needs a time in force or a trigger, not both"
    )


def _trigger_to_wire(trigger: Trigger) -> Json:
    return {
        "isMarket": True,
        "triggerPx": decimal_to_wire(trigger.price),
        "tpsl": _TRIGGER_KIND[trigger.kind],
    }


def _check_trigger(order: OrderRequest, trigger: Trigger) -> None:
    name = f"{order.symbol} order {order.cloid}"
    if not order.reduce_only:
        raise Permanent(f"{name}: a stop or target must be reduce-only")
    if (order.limit_price - trigger.price) * order.side.sign < 0:
        raise Permanent(
            f"{name}: limit price {order.limit_price} is on the wrong side of the trigger "
            f"{trigger.price}: a {order.side} must be able to trade when it triggers"
        )
