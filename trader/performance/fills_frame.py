"""A plan's own trades as a table."""

from decimal import Decimal

import pandas as pd

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.performance.subject import ZERO
from trader.positions.position import fee_in_dollars
from trader.venues.orders import Fill

COLUMNS = ("leg", "side", "price", "size", "notional", "fee", "is_taker", "traded_at")


def fills_frame(lifecycle: Lifecycle) -> pd.DataFrame:
    """One row a trade, oldest first, with the COLUMNS.

    `price`, `size`, `notional` (price times size) and `fee` (US dollars) hold Decimal objects,
    `leg` and `side` their enums, `traded_at` UTC timestamps. Empty when nothing traded.
    """
    rows = [_row(order.leg, fill) for order in lifecycle.orders.values() for fill in order.fills]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    typed = frame.astype({"is_taker": "bool", "traded_at": "datetime64[us, UTC]"})
    return typed.sort_values("traded_at", kind="stable", ignore_index=True)


def of_legs(frame: pd.DataFrame, *legs: Leg) -> pd.DataFrame:
    """The rows of these legs."""
    return frame[frame["leg"].isin(legs)]


def total(frame: pd.DataFrame, column: str) -> Decimal:
    """The sum of a Decimal column; 0 without rows."""
    return sum(frame[column], ZERO)


def average_price(frame: pd.DataFrame) -> Decimal | None:
    """The size-weighted average price (VWAP); None without rows."""
    if frame.empty:
        return None
    return total(frame, "notional") / total(frame, "size")


def _row(leg: Leg, fill: Fill) -> tuple[object, ...]:
    notional = fill.price * fill.size
    fee = fee_in_dollars(fill)
    return (leg, fill.side, fill.price, fill.size, notional, fee, fill.is_taker, fill.traded_at)
