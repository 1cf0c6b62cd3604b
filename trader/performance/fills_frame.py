"""A plan's own trades as a table."""

from datetime import datetime
from decimal import Decimal

import pandas as pd

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.performance.subject import ZERO
from trader.positions.position import fee_in_dollars
from trader.venues.instrument import Side
from trader.venues.orders import Fill

_Row = tuple[Leg, Side, Decimal, Decimal, Decimal, Decimal, bool, datetime]

_TYPES = (*["object"] * 6, "bool", "datetime64[us, UTC]")
COLUMNS = ("leg", "side", "price", "size", "notional", "fee", "is_taker", "traded_at")


def fills_frame(lifecycle: Lifecycle) -> pd.DataFrame:
    """One row a trade, oldest first, with the COLUMNS.

    `price`, `size`, `notional` (price times size) and `fee` (US dollars) hold Decimal objects,
    `leg` and `side` their enums, `traded_at` UTC timestamps. Empty when nothing traded.
    """
    rows = [_row(order.leg, fill) for order in lifecycle.orders.values() for fill in order.fills]
    rows.sort(key=lambda row: row[-1])
    columns = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
    series = zip(COLUMNS, columns, _TYPES, strict=True)
    return pd.DataFrame({name: pd.Series(list(column), dtype=t) for name, column, t in series})


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


def _row(leg: Leg, fill: Fill) -> _Row:
    notional = fill.price * fill.size
    fee = fee_in_dollars(fill)
    return (leg, fill.side, fill.price, fill.size, notional, fee, fill.is_taker, fill.traded_at)
