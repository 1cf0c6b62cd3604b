"""What a plan earned. Pure."""

from datetime import timedelta
from decimal import Decimal

import pandas as pd

from trader.lifecycle.analysis_events import Result
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.performance.fills_frame import of_legs, total
from trader.performance.rounding import money, ratio
from trader.performance.subject import EXIT_LEGS


def result_of(lifecycle: Lifecycle, fills: pd.DataFrame) -> Result:
    """Profit before and after fees, the return on the entry, and the time held."""
    entries, exits = of_legs(fills, Leg.ENTRY), of_legs(fills, *EXIT_LEGS)
    position = lifecycle.position
    if fills.empty or position.size != 0:
        return _unknown(left_open=position.size)
    gross = money(position.realised)
    net = gross - money(position.fees)
    return Result(
        gross=gross,
        net=net,
        return_fraction=_return_fraction(net, entries),
        held_for=_held_for(entries, exits),
        left_open=position.size,
    )


def _unknown(left_open: Decimal) -> Result:
    return Result(gross=None, net=None, return_fraction=None, held_for=None, left_open=left_open)


def _return_fraction(net: Decimal, entries: pd.DataFrame) -> Decimal | None:
    return None if entries.empty else ratio(net, total(entries, "notional"))


def _held_for(entries: pd.DataFrame, exits: pd.DataFrame) -> timedelta | None:
    if entries.empty or exits.empty:
        return None
    held: timedelta = (exits["traded_at"].max() - entries["traded_at"].min()).to_pytimedelta()
    return held
