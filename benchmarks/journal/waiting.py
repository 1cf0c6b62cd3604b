"""Plans that wait, to be written to: their market, and events as the Trader writes them."""

from datetime import datetime
from decimal import Decimal

from benchmarks.journal.pattern import SYMBOL
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import ConditionArmed, PlanAccepted
from trader.lifecycle.stage import Stage
from trader.strands.store import StrandStore
from trader.venues.quote import Quote

_MID = Decimal(100_000)


def quote(now: datetime) -> Quote:
    """The market, far below every level that is waited for."""
    return Quote(symbol=SYMBOL, observed_at=now, mid=_MID, mark=_MID, bid=_MID, ask=_MID)


def armed(now: datetime) -> ConditionArmed:
    """Something small, after which the plan goes on waiting."""
    return ConditionArmed(legs=("0",), quote=quote(now), reason=f"mid {_MID} is not above")


def accepted_again(waiting: Lifecycle, plan_id: str) -> PlanAccepted:
    """Another plan is taken in, which waits for the same."""
    _, first = waiting.history[0]
    assert isinstance(first, PlanAccepted), f"{waiting.lifecycle_id} began with another event"
    plan = first.plan.model_copy(update={"plan_id": plan_id})
    return first.model_copy(update={"plan": plan, "source_id": f"source-of-{plan_id}"})


def some_waiting(store: StrandStore, number: int) -> list[Lifecycle]:
    """So many of them, spread evenly over all."""
    heads = list(store.heads(Stage.MONITOR))
    chosen = heads[:: max(len(heads) // number, 1)][:number]
    return list(Journal(store).load_all(chosen).values())
