"""What a plan earned. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd

from trader.lifecycle.analysis_events import Result
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.performance.fills_frame import of_legs, total
from trader.performance.foreign_closing import describe_closing
from trader.performance.rounding import money, ratio
from trader.performance.subject import EXIT_LEGS
from trader.positions.position import position_of
from trader.venues.orders import Fill


def result_of(lifecycle: Lifecycle, fills: pd.DataFrame, closing: Sequence[Fill] = ()) -> Result:
    """Profit before and after fees, the return on the entry, and the time held.

    `closing` are the trades of others that closed what the plan's own orders did not.
    """
    entries, exits = of_legs(fills, Leg.ENTRY), of_legs(fills, *EXIT_LEGS)
    position = position_of((*lifecycle.fills, *closing), lifecycle.nettings)
    if fills.empty or position.size != 0:
        return _unknown(left_open=lifecycle.position.size)
    gross = money(position.realised)
    net = gross - money(position.fees)
    return Result(
        gross=gross,
        net=net,
        return_fraction=_return_fraction(net, entries),
        held_for=_held_for(
            entries,
            [
                *exits["traded_at"],
                *(fill.traded_at for fill in closing),
                *(netting.at for netting in lifecycle.nettings),
            ],
        ),
        left_open=lifecycle.position.size,
        foreign_closing=describe_closing(closing),
    )


def _unknown(left_open: Decimal) -> Result:
    return Result(gross=None, net=None, return_fraction=None, held_for=None, left_open=left_open)


def _return_fraction(net: Decimal, entries: pd.DataFrame) -> Decimal | None:
    return None if entries.empty else ratio(net, total(entries, "notional"))


def _held_for(entries: pd.DataFrame, left_at: Sequence[datetime]) -> timedelta | None:
    if entries.empty or not left_at:
        return None
    held: timedelta = pd.Timedelta(max(left_at) - entries["traded_at"].min()).to_pytimedelta()
    return held
