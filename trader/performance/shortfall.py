"""The entry's implementation shortfall in US dollars. Pure."""

import pandas as pd

from trader.lifecycle.analysis_events import Shortfall
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Leg
from trader.performance.benchmarks import arrival_price, decision_price
from trader.performance.fills_frame import of_legs, total
from trader.performance.rounding import money
from trader.performance.subject import plan_of


def shortfall(lifecycle: Lifecycle, fills: pd.DataFrame) -> Shortfall | None:
    """Delay, trading and fees of the entry; None when it did not trade or a mid is not known.

    Raises NotAnalysable without a plan.
    """
    sign = plan_of(lifecycle).direction.sign
    entries = of_legs(fills, Leg.ENTRY)
    decision, arrival = decision_price(lifecycle), arrival_price(lifecycle)
    if entries.empty or decision is None or arrival is None:
        return None
    size = total(entries, "size")
    delay = money(sign * (arrival - decision) * size)
    trading = money(sign * (total(entries, "notional") - arrival * size))
    fees = money(total(entries, "fee"))
    return Shortfall(delay=delay, trading=trading, fees=fees, total=delay + trading + fees)
