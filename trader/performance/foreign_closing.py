"""Which trades of other hands closed what a plan lost. Pure.

A loss is accounted for exactly, or its profit stays unknown: from the plan's first trade to its
end, all trades of other hands in its symbol together are what it lost, each of them brought the
account nearer to flat, at the end the account held nothing beyond the other plans, and no other
plan lost anything of the symbol meanwhile. Then there was nothing else that they could close.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from trader.errors import Retryable
from trader.lifecycle.foreign_closing import ForeignClosing, ForeignHand, ForeignTrades
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.position_events import ExecutionFinished
from trader.lifecycle.stage import Outcome
from trader.performance.rounding import money
from trader.performance.subject import ZERO, plan_of
from trader.positions.position import fee_in_dollars
from trader.venues.orders import Fill

CLOCK_TOLERANCE = timedelta(seconds=2)
"""How far the venue's clock, which stamps trades, may be from ours, which stamps a plan's end."""

MOST_TRADES = 500
"""More are not recorded with an analysis, and account for nothing."""


class TradesAwaited(Retryable):
    """The trades that closed a position may not all be in the account's journal yet."""


def trades_meanwhile(lifecycle: Lifecycle, fills: Iterable[Fill]) -> tuple[Fill, ...]:
    """Those of the plan's symbol from its first trade to its end, oldest first."""
    finished = _finished(lifecycle)
    if finished is None or not lifecycle.fills:
        return ()
    since, until = lifecycle.fills[0].traded_at, finished[0] + CLOCK_TOLERANCE
    symbol = plan_of(lifecycle).symbol
    found = [f for f in fills if f.symbol == symbol and since <= f.traded_at <= until]
    return tuple(sorted(found, key=lambda fill: (fill.traded_at, fill.trade_id)))


def closing_trades(lifecycle: Lifecycle, foreign: ForeignTrades | None) -> tuple[Fill, ...]:
    """The trades that closed what the plan's own orders did not; none when that is not exact."""
    if foreign is None or not _is_alone(lifecycle, foreign):
        return ()
    trades = trades_meanwhile(lifecycle, foreign.trades)
    return trades if _sum(trades) == -lifecycle.position.size else ()


def describe_closing(trades: Sequence[Fill]) -> ForeignClosing | None:
    """These trades together; None when there are none."""
    if not trades:
        return None
    size = sum((fill.size for fill in trades), ZERO)
    hands = {_hand(fill) for fill in trades}
    return ForeignClosing(
        by=tuple(hand for hand in ForeignHand if hand in hands),
        size=size,
        price=sum((fill.price * fill.size for fill in trades), ZERO) / size,
        fees=money(sum((fee_in_dollars(fill) for fill in trades), ZERO)),
        trade_ids=tuple(fill.trade_id for fill in trades),
    )


def require_trades(
    lifecycle: Lifecycle, foreign: ForeignTrades | None, now: datetime, patience: timedelta
) -> None:
    """Raise TradesAwaited while more trades may come that make the account of a loss exact."""
    finished = _finished(lifecycle)
    if foreign is None or finished is None or not _is_alone(lifecycle, foreign):
        return
    missing = abs(lifecycle.position.size) - abs(_sum(foreign.trades))
    if missing > 0 and now < finished[0] + patience:
        raise TradesAwaited(
            f"{missing} {plan_of(lifecycle).symbol} of lifecycle {lifecycle.lifecycle_id} were "
            "closed by trades that the account's journal does not have yet"
        )


def _is_alone(lifecycle: Lifecycle, foreign: ForeignTrades) -> bool:
    """Whether these trades can have closed nothing but what the plan lost."""
    finished = _finished(lifecycle)
    if finished is None or finished[1].outcome is not Outcome.CLOSED_EXTERNALLY:
        return False
    is_all_gone = finished[1].net_size == 0 and not foreign.rivals
    is_told = len(foreign.trades) <= MOST_TRADES
    return is_all_gone and is_told and all(_reduces(f, lifecycle) for f in foreign.trades)


def _reduces(fill: Fill, lifecycle: Lifecycle) -> bool:
    """Whether the trade brought the account nearer to flat, from the plan's side and not beyond."""
    before, signed = fill.position_before, fill.side.sign * fill.size
    is_from_our_side = before * lifecycle.position.size > 0
    return is_from_our_side and before * signed < 0 and fill.size <= abs(before)


def _finished(lifecycle: Lifecycle) -> tuple[datetime, ExecutionFinished] | None:
    told = ((at, e) for at, e in lifecycle.history if isinstance(e, ExecutionFinished))
    return next(told, None)


def _sum(trades: Iterable[Fill]) -> Decimal:
    return sum((fill.side.sign * fill.size for fill in trades), ZERO)


def _hand(fill: Fill) -> ForeignHand:
    return ForeignHand.LIQUIDATION if fill.is_liquidation else ForeignHand.OTHER_HANDS
