"""How a plan's orders were executed. Pure."""

from decimal import Decimal

import pandas as pd

from trader.lifecycle.analysis_events import ExecutionQuality
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.performance.benchmarks import (
    arrival_price,
    arrival_quote,
    decision_price,
    exit_benchmark,
    slippage_bps,
    spread_bps,
)
from trader.performance.fills_frame import average_price, of_legs, total
from trader.performance.rounding import money, ratio
from trader.performance.subject import EXIT_LEGS, entry_of, plan_of


def execution_quality(lifecycle: Lifecycle, fills: pd.DataFrame) -> ExecutionQuality:
    """Prices, slippages, fees and fill ratio so far, from the plan and its `fills_frame`.

    Raises NotAnalysable without a plan.
    """
    entries, exits = of_legs(fills, Leg.ENTRY), of_legs(fills, *EXIT_LEGS)
    decision, arrival = decision_price(lifecycle), arrival_price(lifecycle)
    entry, leaving, aim = average_price(entries), average_price(exits), exit_benchmark(lifecycle)
    sign = plan_of(lifecycle).direction.sign
    return ExecutionQuality(
        decision_price=decision,
        arrival_price=arrival,
        arrival_spread_bps=spread_bps(arrival_quote(lifecycle)),
        entry_price=entry,
        exit_price=leaving,
        exit_benchmark=aim,
        slippage_to_decision_bps=slippage_bps(entry, decision, sign),
        slippage_to_arrival_bps=slippage_bps(entry, arrival, sign),
        exit_slippage_bps=slippage_bps(leaving, aim, -sign),
        entry_size=total(entries, "size"),
        fill_ratio=_fill_ratio(lifecycle, total(entries, "size")),
        fees=money(total(fills, "fee")),
        taker_share=_taker_share(fills),
    )


def _fill_ratio(lifecycle: Lifecycle, traded: Decimal) -> Decimal | None:
    entry = entry_of(lifecycle)
    return None if entry is None else ratio(traded, entry.request.size)


def _taker_share(fills: pd.DataFrame) -> Decimal | None:
    if fills.empty:
        return None
    return ratio(total(fills[fills["is_taker"]], "notional"), total(fills, "notional"))
