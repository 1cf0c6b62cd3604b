"""What can be analysed: a lifecycle with a plan."""

from decimal import Decimal

from trader.errors import Permanent
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.lifecycle.stage import Leg
from trader.plans.plan import Plan

ZERO = Decimal(0)
EXIT_LEGS = (Leg.STOP, Leg.TARGET, Leg.EXIT)


class NotAnalysable(Permanent):
    """The lifecycle has no accepted plan, or its execution has not ended."""


def plan_of(lifecycle: Lifecycle) -> Plan:
    """The accepted plan. Raises NotAnalysable."""
    if lifecycle.plan is None:
        raise NotAnalysable(
            f"lifecycle {lifecycle.lifecycle_id} has no accepted plan (outcome "
            f"{lifecycle.outcome}): there is no execution to analyse"
        )
    return lifecycle.plan


def entry_of(lifecycle: Lifecycle) -> Order | None:
    """The entry order that counts: the last attempt, for earlier ones are proved dead."""
    entries = lifecycle.orders_of(Leg.ENTRY)
    return entries[-1] if entries else None
