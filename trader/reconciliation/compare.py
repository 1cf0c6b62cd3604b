"""The venue held against the journal. Pure: the same two give the same differences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import OrderState
from trader.orders.attention import wants_tracking
from trader.reconciliation.account import AccountState
from trader.reconciliation.events import (
    AccountEvent,
    ExternalFillFound,
    ExternalOrderFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.reconciliation.recorded import RecordedTrades
from trader.venues.instrument import Instrument
from trader.venues.orders import Fill, OrderReport, VenuePosition

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class VenueSnapshot:
    """The account as the venue tells it, asked before the journal was read.

    So whatever it shows of ours was intended before: an intent precedes its order.
    """

    open_orders: Sequence[OrderReport]
    fills: Sequence[Fill]
    positions: Sequence[VenuePosition]


@dataclass(frozen=True, slots=True)
class Differences:
    """What to publish, and which plans to track because of it, the most urgent first."""

    events: tuple[AccountEvent, ...]
    to_track: tuple[str, ...]


def compare(
    tracked: Sequence[Lifecycle],
    recorded: RecordedTrades,
    account: AccountState,
    snapshot: VenueSnapshot,
    instruments: Mapping[str, Instrument],
    now: datetime,
    grace: timedelta,
) -> Differences:
    """Everything in which the venue and the journal differ, and is not recorded yet."""
    reports = {o.cloid: o for o in snapshot.open_orders if o.cloid is not None}
    to_track = {
        lifecycle.lifecycle_id
        for lifecycle in tracked
        if wants_tracking(lifecycle, reports, instruments, now, grace)
    }
    to_track |= _owners_of_news(recorded, snapshot.fills)
    to_track |= _without_position(tracked, snapshot.positions)
    settled = {lc.lifecycle_id for lc in tracked} - to_track
    events = (
        *_external_orders(snapshot.open_orders, recorded.owners, account),
        *_external_fills(snapshot.fills, recorded),
        *_positions(tracked, settled, account, snapshot.positions),
    )
    touched = {event.fill.symbol for event in events if isinstance(event, LiquidationFound)}
    to_track |= {lc.lifecycle_id for lc in tracked if lc.plan and lc.plan.symbol in touched}
    urgent_first = sorted((lc for lc in tracked if lc.lifecycle_id in to_track), key=_urgency)
    return Differences(events, tuple(lc.lifecycle_id for lc in urgent_first))


def confirmed(
    events: Iterable[AccountEvent],
    open_orders: Sequence[OrderReport],
    positions: Sequence[VenuePosition],
) -> tuple[AccountEvent, ...]:
    """Those that still hold, as the venue tells it after the journal was read.

    A plan that ended between the venue's first word and the journal's is none of the tracked:
    its order looked like a stranger's, and its position like nobody's.
    """
    open_ids = {order.order_id for order in open_orders}
    at_venue = {position.symbol: position.size for position in positions}
    return tuple(event for event in events if _holds(event, open_ids, at_venue))


def _holds(event: AccountEvent, open_ids: set[int], at_venue: Mapping[str, Decimal]) -> bool:
    match event:
        case ExternalOrderFound(order=order):
            return order.order_id in open_ids
        case PositionDiffers(symbol=symbol):
            return at_venue.get(symbol, ZERO) == event.at_venue
        case _:
            return True


def _urgency(lifecycle: Lifecycle) -> tuple[bool, bool, str]:
    """Orders in doubt go before positions, and those before what only rests: queues may be long."""
    return (not lifecycle.unanswered, lifecycle.position.size == 0, lifecycle.lifecycle_id)


def _owners_of_news(recorded: RecordedTrades, fills: Iterable[Fill]) -> set[str]:
    """The plans that have not booked one of these trades."""
    owners = (recorded.owner_of(fill) for fill in fills if not recorded.has(fill))
    return {owner.lifecycle_id for owner in owners if owner is not None}


def _without_position(tracked: Iterable[Lifecycle], positions: Iterable[VenuePosition]) -> set[str]:
    """The plans that hold something of which the venue shows nothing, or the other side."""
    at_venue = {position.symbol: position.size for position in positions}
    return {
        lifecycle.lifecycle_id
        for lifecycle in tracked
        if lifecycle.plan is not None
        and lifecycle.position.size != 0
        and lifecycle.position.size * at_venue.get(lifecycle.plan.symbol, ZERO) <= 0
    }


def _external_orders(
    open_orders: Sequence[OrderReport],
    owners: Mapping[str, Lifecycle],
    account: AccountState,
) -> Iterable[ExternalOrderFound]:
    for order in open_orders:
        is_known = order.cloid in owners or order.order_id in account.order_ids
        if not is_known:
            yield ExternalOrderFound(
                order=order,
                reason=f"{order.side} {order.remaining_size} {order.symbol} rests at the venue as "
                f"{order.order_id}, and no tracked plan placed it",
            )


def _external_fills(
    fills: Sequence[Fill], recorded: RecordedTrades
) -> Iterable[ExternalFillFound | LiquidationFound]:
    for fill in recorded.strange(fills):
        said = f"{fill.side} {fill.size} {fill.symbol} at {fill.price}"
        if fill.is_liquidation:
            yield LiquidationFound(fill=fill, reason=f"the venue liquidated: {said}")
        else:
            yield ExternalFillFound(fill=fill, reason=f"traded by other hands: {said}")


def _positions(
    tracked: Sequence[Lifecycle],
    settled: set[str],
    account: AccountState,
    positions: Sequence[VenuePosition],
) -> Iterable[PositionDiffers]:
    """Symbols whose plans are all up to date, and whose sum is another than was recorded."""
    at_venue = {position.symbol: position.size for position in positions}
    in_journal: dict[str, Decimal] = {}
    unsure: set[str] = set()
    for lifecycle in tracked:
        symbol = lifecycle.plan.symbol if lifecycle.plan else ""
        in_journal[symbol] = in_journal.get(symbol, ZERO) + lifecycle.position.size
        if lifecycle.lifecycle_id not in settled or _is_moving(lifecycle):
            unsure.add(symbol)
    for symbol in sorted({*at_venue, *in_journal, *account.differences} - unsure):
        venue, journal = at_venue.get(symbol, ZERO), in_journal.get(symbol, ZERO)
        if venue - journal != account.differences.get(symbol, ZERO):
            yield PositionDiffers(
                symbol=symbol,
                at_venue=venue,
                in_journal=journal,
                reason=f"the venue holds {venue} {symbol}, the plans add up to {journal}",
            )


def _is_moving(lifecycle: Lifecycle) -> bool:
    """Whether an order may trade, or may have traded, between the venue's word and ours."""
    moving = (OrderState.PENDING, OrderState.UNKNOWN, OrderState.TRIGGERED)
    return any(order.state in moving for order in lifecycle.orders.values())
