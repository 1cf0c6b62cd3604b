"""Since when a position has no confirmed stop, event by event. Pure."""

from dataclasses import replace
from datetime import datetime

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import OrderFilled, OrderReported
from trader.lifecycle.unprotected import Unprotected
from trader.streams.event import Event


def watched(event: Event, before: Lifecycle, after: Lifecycle, at: datetime) -> Lifecycle:
    """The lifecycle after the event, with the time in which its position lacks a confirmed stop."""
    if after.orders is before.orders and after.nettings is before.nettings:
        return after
    bare, known = after.is_bare and not after.awaiting_trades(at), after.unprotected
    if bare == (known is not None and known.until is None):
        return after
    moment = _moment_of(event, at)
    if bare:
        return replace(after, unprotected=Unprotected(known.since if known else moment))
    return replace(after, unprotected=known.ended(moment) if known is not None else None)


def _moment_of(event: Event, at: datetime) -> datetime:
    """When it happened, where that is told; its strand may be later."""
    match event:
        case OrderFilled(fill=fill):
            return min(at, fill.traded_at)
        case OrderReported(report=report):
            return min(at, report.reported_at)
        case _:
            return at
