"""The venue's replies turned into our own records."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from trader.venues.account_check import AccountRole, Role
from trader.venues.hyperliquid.causes import cause_of_status
from trader.venues.hyperliquid.replies import (
    AssetContext,
    Book,
    BookLevel,
    ClearinghouseState,
    KnownOrder,
    ListedAsset,
    Meta,
    RateLimit,
    UnknownOrder,
    WireFill,
    WireOrder,
    WirePosition,
    WireRole,
)
from trader.venues.hyperliquid.statuses import order_state
from trader.venues.instrument import Instrument, Side
from trader.venues.moments import from_milliseconds
from trader.venues.orders import Account, Fill, OrderReport, VenuePosition
from trader.venues.quote import Quote
from trader.venues.request_counter import RequestUse
from trader.venues.venue import VenueUnavailable

MAX_PRICE_DECIMALS = 6
"""Of perpetuals, less the size decimals. Source: Hyperliquid, "Tick and lot size"."""

_SIDES = {"B": Side.BUY, "A": Side.SELL}
_ROLES = {role.value: role for role in Role}


def instruments_of(meta: Meta) -> dict[str, Instrument]:
    """Every perpetual by name, delisted ones included; the place in the list is the number."""
    return {item.name: _instrument(asset, item) for asset, item in enumerate(meta.universe)}


def quotes_of(
    meta: Meta, contexts: Sequence[AssetContext], observed_at: datetime
) -> dict[str, Quote]:
    """Mid and mark of every perpetual that is not delisted. Raises VenueUnavailable."""
    if len(meta.universe) != len(contexts):
        raise VenueUnavailable(
            f"hyperliquid gave {len(contexts)} prices for {len(meta.universe)} perpetuals"
        )
    return {
        item.name: Quote(
            symbol=item.name,
            observed_at=observed_at,
            mid=_positive(context.mid_px),
            mark=_positive(context.mark_px),
        )
        for item, context in zip(meta.universe, contexts, strict=True)
        if not item.is_delisted
    }


def quote_of(symbol: str, book: Book, observed_at: datetime) -> Quote:
    """Best bid and ask, and their middle; None where a side is empty."""
    bid, ask = (_best(levels) for levels in book.levels)
    mid = None if bid is None or ask is None else (bid + ask) / 2
    return Quote(symbol=symbol, observed_at=observed_at, mid=mid, bid=bid, ask=ask)


def order_report(reply: KnownOrder | UnknownOrder) -> OrderReport | None:
    """The order of an `orderStatus` reply, or None when the venue does not know it."""
    if isinstance(reply, UnknownOrder):
        return None
    found = reply.order
    return _report(found.order, found.status, found.status_timestamp)


def open_order_report(order: WireOrder) -> OrderReport:
    """An order of `frontendOpenOrders`, reported as of its placement."""
    return _report(order, "open", order.timestamp)


def fill_of(fill: WireFill, account: str) -> Fill:
    """One fill of the account's; a liquidation is one only when it was the account's own."""
    return Fill(
        trade_id=fill.tid,
        order_id=fill.oid,
        cloid=fill.cloid,
        symbol=fill.coin,
        side=_SIDES[fill.side],
        price=fill.px,
        size=fill.sz,
        fee=fill.fee,
        fee_token=fill.fee_token,
        is_taker=fill.crossed,
        realised=fill.closed_pnl,
        position_before=fill.start_position,
        is_liquidation=_is_liquidated(fill, account),
        traded_at=from_milliseconds(fill.time),
    )


def account_of(address: str, state: ClearinghouseState) -> Account:
    """Equity and open positions. Raises VenueUnavailable."""
    positions = (item.position for item in state.asset_positions)
    return Account(
        address=address,
        equity=state.margin_summary.account_value,
        withdrawable=state.withdrawable,
        positions=tuple(_position(position) for position in positions if position.szi),
    )


def request_use_of(reply: RateLimit) -> RequestUse:
    """How many requests the address has used, of how many."""
    return RequestUse(
        used=reply.n_requests_used, granted=reply.n_requests_cap + reply.n_requests_surplus
    )


def role_of(reply: WireRole) -> AccountRole:
    """What an address is, and whom it belongs to."""
    owner = None if reply.data is None else reply.data.user or reply.data.master
    role = _ROLES.get(reply.role, Role.UNRECOGNISED)
    return AccountRole(role, None if owner is None else owner.lower())


def _instrument(asset: int, item: ListedAsset) -> Instrument:
    return Instrument(
        symbol=item.name,
        asset=asset,
        size_decimals=item.sz_decimals,
        price_decimals=MAX_PRICE_DECIMALS - item.sz_decimals,
        max_leverage=item.max_leverage,
        is_delisted=item.is_delisted,
    )


def _positive(price: Decimal | None) -> Decimal | None:
    return price if price is not None and price > 0 else None


def _best(levels: Sequence[BookLevel]) -> Decimal | None:
    return levels[0].px if levels else None


def _report(order: WireOrder, status: str, milliseconds: int) -> OrderReport:
    return OrderReport(
        cloid=order.cloid,
        order_id=order.oid,
        symbol=order.coin,
        side=_SIDES[order.side],
        state=order_state(status),
        venue_status=status,
        original_size=order.orig_sz,
        remaining_size=order.sz,
        is_trigger=order.is_trigger,
        cause=cause_of_status(status),
        reported_at=from_milliseconds(milliseconds),
    )


def _is_liquidated(fill: WireFill, account: str) -> bool:
    return fill.liquidation is not None and fill.liquidation.liquidated_user.lower() == account


def _position(position: WirePosition) -> VenuePosition:
    if position.entry_px is None:
        raise VenueUnavailable(f"hyperliquid gave the {position.coin} position no entry price")
    return VenuePosition(
        symbol=position.coin,
        size=position.szi,
        entry_price=position.entry_px,
        unrealised=position.unrealized_pnl,
        liquidation_price=_positive(position.liquidation_px),
    )
