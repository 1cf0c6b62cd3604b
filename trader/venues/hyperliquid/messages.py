"""What the venue's websocket tells, as typed messages. What is unknown is named, never fatal.

Source: Hyperliquid, "Subscriptions"; shapes of orders and fills are those of "Info endpoint".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError

from trader.money import Amount
from trader.venues.hyperliquid import reports
from trader.venues.hyperliquid.replies import (
    AssetContext,
    BookLevel,
    KnownOrder,
    OrderWithStatus,
    Reply,
    WireFill,
)
from trader.venues.hyperliquid.subscriptions import Channel, Subscription
from trader.venues.orders import Fill, OrderReport


@dataclass(frozen=True, slots=True)
class Mids:
    """The middle price of every coin."""

    mids: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class BestPrices:
    """Best bid and ask of a coin; None: that side of its book is empty."""

    coin: str
    bid: Decimal | None
    ask: Decimal | None


@dataclass(frozen=True, slots=True)
class MarkAndMid:
    """Mark and mid of a coin; None: there is none."""

    coin: str
    mark: Decimal | None
    mid: Decimal | None


@dataclass(frozen=True, slots=True)
class OrderNews:
    """What became of orders of the account."""

    reports: tuple[OrderReport, ...]


@dataclass(frozen=True, slots=True)
class FillNews:
    """Trades of the account; a snapshot repeats old ones when the channel is subscribed."""

    fills: tuple[Fill, ...]
    is_snapshot: bool


@dataclass(frozen=True, slots=True)
class AccountNews:
    """Something else happened to the account: fills, funding, liquidation, nonUserCancel, ..."""

    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A subscription that has begun."""

    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping, or the confirmation of an end: nothing but a sign of life."""


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A message that we do not understand, or the venue's own complaint (channel `error`)."""

    channel: str
    what: str


Message: TypeAlias = (
    Mids
    | BestPrices
    | MarkAndMid
    | OrderNews
    | FillNews
    | AccountNews
    | Confirmed
    | Pong
    | Unrecognised
)


class _Envelope(Reply):
    channel: str
    data: Any = None


class _Mids(Reply):
    mids: dict[str, Amount]


class _BestPrices(Reply):
    coin: str
    bbo: tuple[BookLevel | None, BookLevel | None]


class _Context(Reply):
    coin: str
    ctx: AssetContext


class _Fills(Reply):
    fills: tuple[WireFill, ...]
    is_snapshot: bool = False


class _Subscribed(Reply):
    type: Channel
    coin: str | None = None
    user: str | None = None


class _Response(Reply):
    method: Literal["subscribe", "unsubscribe"]
    subscription: _Subscribed


_ENVELOPE = TypeAdapter(_Envelope)
_UPDATES = TypeAdapter(tuple[OrderWithStatus, ...])
_EVENTS = TypeAdapter(dict[str, Any])


def parse_message(text: str, account: str) -> Message:
    """One message as it came; fills are the account's own."""
    channel = "?"
    try:
        envelope = _ENVELOPE.validate_json(text)
        channel = envelope.channel
        if channel not in _PARSERS:
            return Unrecognised(channel, f"{envelope.data!r:.300}")
        return _PARSERS[channel](envelope.data, account)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        return Unrecognised(channel, f"{place}: {first['msg']}, in {text:.300}")


def _mids(data: object, _account: str) -> Message:
    mids = _Mids.model_validate(data).mids
    return Mids({coin: mid for coin, mid in mids.items() if mid > 0})


def _best_prices(data: object, _account: str) -> Message:
    told = _BestPrices.model_validate(data)
    bid, ask = (None if level is None else level.px for level in told.bbo)
    return BestPrices(told.coin, bid, ask)


def _context(data: object, _account: str) -> Message:
    told = _Context.model_validate(data)
    return MarkAndMid(told.coin, _positive(told.ctx.mark_px), _positive(told.ctx.mid_px))


def _orders(data: object, _account: str) -> Message:
    found = (KnownOrder(status="order", order=update) for update in _UPDATES.validate_python(data))
    told = (reports.order_report(order) for order in found)
    return OrderNews(tuple(report for report in told if report is not None))


def _fills(data: object, account: str) -> Message:
    told = _Fills.model_validate(data)
    return FillNews(tuple(reports.fill_of(f, account) for f in told.fills), told.is_snapshot)


def _account_news(data: object, _account: str) -> Message:
    return AccountNews(frozenset(_EVENTS.validate_python(data)))


def _response(data: object, _account: str) -> Message:
    response = _Response.model_validate(data)
    if response.method == "unsubscribe":
        return Pong()
    told = response.subscription
    user = None if told.user is None else told.user.lower()
    return Confirmed(Subscription(told.type, told.coin, user))


def _pong(_data: object, _account: str) -> Message:
    return Pong()


_PARSERS: dict[str, Callable[[object, str], Message]] = {
    "allMids": _mids,
    "bbo": _best_prices,
    "activeAssetCtx": _context,
    "orderUpdates": _orders,
    "userFills": _fills,
    "user": _account_news,
    "subscriptionResponse": _response,
    "pong": _pong,
}


def _positive(price: Decimal | None) -> Decimal | None:
    return price if price is not None and price > 0 else None
