"""Why one order is refused: the venue's text and the status that the order is recorded with."""

from enum import Enum

from local_exchange.engine.orders import OrderStatus

MISSING_ORDER = "Order was never placed, already canceled, or filled."


class Reason(Enum):
    """A documented refusal of one order."""

    TICK = (OrderStatus.TICK_REJECTED, "Price must be divisible by tick size.")
    MIN_TRADE_NTL = (
        OrderStatus.MIN_TRADE_NTL_REJECTED,
        "Order must have minimum value of $10.",
    )
    PERP_MARGIN = (OrderStatus.PERP_MARGIN_REJECTED, "Insufficient margin to place order.")
    REDUCE_ONLY = (
        OrderStatus.REDUCE_ONLY_REJECTED,
        "Reduce only order would increase position.",
    )
    BAD_ALO_PX = (
        OrderStatus.BAD_ALO_PX_REJECTED,
        "Post only order would have immediately matched, bbo was {bbo}.",
    )
    IOC_CANCEL = (
        OrderStatus.IOC_CANCEL_REJECTED,
        "Order could not immediately match against any resting orders.",
    )
    BAD_TRIGGER_PX = (OrderStatus.BAD_TRIGGER_PX_REJECTED, "Invalid TP/SL price.")
    NO_LIQUIDITY = (
        OrderStatus.MARKET_ORDER_NO_LIQUIDITY_REJECTED,
        "No liquidity available for market order.",
    )
    PERP_MAX_POSITION = (
        OrderStatus.PERP_MAX_POSITION_REJECTED,
        "Order would cause position to exceed margin tier limit at current leverage",
    )
    TOO_MANY_OPEN_ORDERS = (
        OrderStatus.TOO_MANY_OPEN_ORDERS_REJECTED,
        "Too many open orders.",
    )

    def __init__(self, status: OrderStatus, text: str) -> None:
        self.status = status
        self.text = text


def with_asset(text: str, asset: int) -> str:
    """The text as the live venue sends it."""
    return f"{text} asset={asset}"
