"""One plan in full: what it is, its orders and trades, and its strands as a timeline."""

from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import Order
from trader.strands.strand import Json
from trader.streams.event import Event


def panels(lifecycle: Lifecycle) -> RenderableType:
    """The plan as a person reads it."""
    parts: list[RenderableType] = [_summary(lifecycle)]
    anomalies = _anomalies(lifecycle)
    if anomalies:
        title = "to be looked into"
        parts.append(Panel(anomalies, title=title, title_align="left", border_style="bold red"))
    if lifecycle.orders:
        parts.append(Panel(_orders(lifecycle), title="orders", title_align="left"))
    if lifecycle.fills:
        parts.append(Panel(_fills(lifecycle), title="fills", title_align="left"))
    parts.append(Panel(_timeline(lifecycle), title="strands", title_align="left"))
    return Group(*parts)


def as_json(lifecycle: Lifecycle) -> dict[str, Json]:
    """The plan, its state, its orders with their fills, and its events; amounts as text."""
    plan = lifecycle.plan
    position = lifecycle.position
    return {
        "lifecycle_id": lifecycle.lifecycle_id,
        "stage": lifecycle.stage,
        "outcome": lifecycle.outcome,
        "plan_id": lifecycle.plan_id,
        "plan": plan.model_dump(mode="json") if plan else None,
        "position": {
            "size": str(position.size),
            "entry_price": None if position.entry_price is None else str(position.entry_price),
            "realised": str(position.realised),
            "fees": str(position.fees),
        },
        "orders": [_order_json(order) for order in lifecycle.orders.values()],
        "events": [_event_json(seq, at, event) for seq, (at, event) in _numbered(lifecycle)],
    }


def _order_json(order: Order) -> dict[str, Json]:
    return {
        "leg": order.leg,
        "attempt": order.intended.attempt,
        "state": order.state,
        "order_id": order.order_id,
        "filled": str(order.filled),
        "venue_text": order.venue_text,
        "cause": order.cause,
        "request": order.request.model_dump(mode="json"),
        "fills": [fill.model_dump(mode="json") for fill in order.fills],
        "anomalies": [found.model_dump(mode="json") for found in order.anomalies],
    }


def _event_json(seq: int, at: datetime, event: Event) -> dict[str, Json]:
    content: dict[str, Json] = event.model_dump(mode="json")
    place: dict[str, Json] = {"seq": seq, "at": at.isoformat(), "status": event.status}
    return place | content


def _numbered(lifecycle: Lifecycle) -> list[tuple[int, tuple[datetime, Event]]]:
    return list(enumerate(lifecycle.history))


def _summary(lifecycle: Lifecycle) -> Panel:
    grid = Table.grid(padding=(0, 2))
    plan = lifecycle.plan
    if plan is not None:
        grid.add_row("plan", f"{plan.plan_id}: {plan.direction} {plan.symbol}, {plan.timeframe}")
        grid.add_row("size", f"{plan.size.value} ({plan.size.unit})")
        grid.add_row("stop, target", f"{plan.stop_loss or '-'}, {plan.take_profit or '-'}")
        grid.add_row("valid until", plan.valid_until.isoformat(timespec="seconds"))
    stage = str(lifecycle.stage)
    grid.add_row("stage", stage if lifecycle.outcome is None else f"{stage}, {lifecycle.outcome}")
    if lifecycle.fills:
        position = lifecycle.position
        grid.add_row("position", f"{position.size} at {position.entry_price or '-'}")
        grid.add_row("realised", f"{position.realised:.4f}, fees {position.fees:.4f} US dollars")
    if lifecycle.analysis is not None:
        grid.add_row("came of it", lifecycle.analysis.actual_outcome)
    return Panel(grid, title=lifecycle.lifecycle_id, title_align="left")


def _anomalies(lifecycle: Lifecycle) -> Text:
    """A line for each thing that was said of an order and cannot be true."""
    told = (
        f"{found.leg}: {found.reason}" for o in lifecycle.orders.values() for found in o.anomalies
    )
    return Text("\n".join(told))


def _orders(lifecycle: Lifecycle) -> Table:
    table = _table(
        "leg", "side", "size", "limit", "trigger", "state", "filled", "order id", "cloid"
    )
    for order in lifecycle.orders.values():
        request = order.request
        table.add_row(
            f"{order.leg} {order.intended.attempt}",
            request.side,
            str(request.size),
            str(request.limit_price),
            str(request.trigger.price) if request.trigger else "-",
            str(order.state),
            str(order.filled),
            str(order.order_id or "-"),
            request.cloid,
        )
    return table


def _fills(lifecycle: Lifecycle) -> Table:
    table = _table("time", "side", "size", "price", "fee", "taker", "trade id")
    for fill in lifecycle.fills:
        table.add_row(
            fill.traded_at.strftime("%H:%M:%S.%f")[:-3],
            fill.side,
            str(fill.size),
            str(fill.price),
            f"{fill.fee} {fill.fee_token}",
            "yes" if fill.is_taker else "no",
            str(fill.trade_id),
        )
    return table


def _timeline(lifecycle: Lifecycle) -> Table:
    table = _table("seq", "time", "event", "why")
    for seq, (at, event) in _numbered(lifecycle):
        content: dict[str, Any] = event.model_dump(include={"event"})
        table.add_row(
            str(seq), at.strftime("%H:%M:%S.%f")[:-3], content["event"], Text(event.reason)
        )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
