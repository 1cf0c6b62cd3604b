"""The one way from a strand to a plan that may be executed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from trader.conditions.quoting import as_written
from trader.plans import native, trading_plan
from trader.plans.envelope import PLAN_FIELD, agree_with_row, open_envelope
from trader.plans.fields import Fields
from trader.plans.plan import Plan
from trader.plans.refusal import PlanRefused, Refusal, RefusalCode
from trader.plans.venue_rules import obey_venue
from trader.strands.strand import Strand
from trader.venues.instrument import Instrument


@dataclass(frozen=True, slots=True)
class _Shape:
    """A way to write a plan; `limit_price` is what it calls the price of a limit order."""

    read: Callable[[Fields, Strand, datetime], Plan]
    limit_price: str


_NATIVE: Final = _Shape(native.read_native, native.LIMIT_PRICE)
_TRADING_PLAN: Final = _Shape(trading_plan.read_trading_plan, trading_plan.LIMIT_PRICE)

_CONTRADICTIONS: Final = {
    "stop_side": (RefusalCode.STOP_SIDE, "stop_loss"),
    "target_side": (RefusalCode.TARGET_SIDE, "take_profit"),
}
"""By the type of Plan's own errors: the code, and the field that is to be mended."""


def read_plan(
    strand: Strand, instruments: Mapping[str, Instrument], now: datetime
) -> Plan | Refusal:
    """The plan that the strand carries, or the first reason why it is not executed.

    `instruments` is what the venue lists, by symbol. Whatever the content, nothing is raised.
    """
    read = read_or_refuse(strand, instruments, now)
    return read if isinstance(read, Plan) else read[0]


def read_or_refuse(
    strand: Strand, instruments: Mapping[str, Instrument] | None, now: datetime
) -> Plan | tuple[Refusal, ...]:
    """The plan, or every reason that is found why it is not executed.

    What the venue lists, and what it takes, is not looked at when `instruments` is None.
    """
    try:
        fields = open_envelope(strand)
        agree_with_row(fields, strand)
        shape = _NATIVE if native.MARKERS & fields.values.keys() else _TRADING_PLAN
        plan = shape.read(fields, strand, now)
        if instruments is not None:
            obey_venue(plan, instruments, fields, shape.limit_price)
    except PlanRefused as refused:
        return refused.refusals
    except ValidationError as error:
        return (_refusal_of(error),)
    return plan


def _refusal_of(error: ValidationError) -> Refusal:
    """The rules that only the whole plan can break."""
    problem = error.errors(include_url=False)[0]
    known = _CONTRADICTIONS.get(problem["type"])
    if known is not None:
        code, field = known
        value = problem["ctx"][field]
    else:
        code, value = RefusalCode.INVALID_VALUE, problem["input"]
        field = ".".join(str(part) for part in problem["loc"])
    return Refusal(
        code=code, field=f"{PLAN_FIELD}.{field}", value=as_written(value), reason=problem["msg"]
    )
