"""The venue's `/info` replies, as far as we read them.

The venue adds fields without notice, so fields that we do not read are allowed; a field that we
do read must be there and have its type. Numbers are strings on the wire.
Source: Hyperliquid, "Info endpoint".
"""

from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from trader.money import Amount, NonNegativeSize, Price, SignedSize, Size
from trader.strands.strand import Json
from trader.venues.orders import Cloid
from trader.venues.venue import VenueUnavailable

T = TypeVar("T")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


WireCloid = Annotated[Cloid, BeforeValidator(_lower)]
Milliseconds = Annotated[int, Field(ge=0, lt=253_402_300_800_000)]
"""A time before the year 10 000."""


class Reply(BaseModel):
    """A part of a reply: camel-case keys, immutable, unread fields allowed."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, alias_generator=to_camel
    )


class ListedAsset(Reply):
    """One perpetual of `meta.universe`; its asset number is its place in the list."""

    name: str
    sz_decimals: int
    max_leverage: int
    is_delisted: bool = False


class Meta(Reply):
    """The reply to `meta`."""

    universe: tuple[ListedAsset, ...]


class AssetContext(Reply):
    """Prices of one perpetual in `metaAndAssetCtxs`; `mid_px` is null when a side is empty."""

    mark_px: Amount | None = None
    mid_px: Amount | None = None


class BookLevel(Reply):
    """One price level of `l2Book`."""

    px: Price


class Book(Reply):
    """The reply to `l2Book`: bids, then asks, each best first."""

    levels: tuple[tuple[BookLevel, ...], tuple[BookLevel, ...]]


class WireOrder(Reply):
    """One order of `frontendOpenOrders`, and inside `orderStatus`."""

    coin: str
    side: Literal["B", "A"]
    sz: NonNegativeSize
    orig_sz: NonNegativeSize
    oid: int
    timestamp: Milliseconds
    is_trigger: bool = False
    cloid: WireCloid | None = None


class OrderWithStatus(Reply):
    """An order and where it is, of `orderStatus`."""

    order: WireOrder
    status: str
    status_timestamp: Milliseconds


class KnownOrder(Reply):
    """The reply to `orderStatus` for an order that the venue knows."""

    status: Literal["order"]
    order: OrderWithStatus


class UnknownOrder(Reply):
    """The reply to `orderStatus` for an order that the venue does not know."""

    status: Literal["unknownOid"]


class Liquidation(Reply):
    """Whose position was liquidated by a fill."""

    liquidated_user: str


class WireFill(Reply):
    """One fill of `userFillsByTime`."""

    coin: str
    px: Price
    sz: Size
    side: Literal["B", "A"]
    time: Milliseconds
    start_position: SignedSize
    closed_pnl: Amount
    oid: int
    tid: int
    crossed: bool
    fee: Amount
    fee_token: str
    cloid: WireCloid | None = None
    liquidation: Liquidation | None = None


class WirePosition(Reply):
    """One position of `clearinghouseState`."""

    coin: str
    szi: SignedSize
    entry_px: Price | None = None
    unrealized_pnl: Amount
    liquidation_px: Amount | None = None


class AssetPosition(Reply):
    """The wrapper around a position."""

    position: WirePosition


class MarginSummary(Reply):
    """The account's totals."""

    account_value: Amount


class ClearinghouseState(Reply):
    """The reply to `clearinghouseState`."""

    asset_positions: tuple[AssetPosition, ...]
    margin_summary: MarginSummary
    withdrawable: Amount


class RateLimit(Reply):
    """The reply to `userRateLimit`; the surplus is what is left of requests bought besides."""

    n_requests_used: int
    n_requests_cap: int
    n_requests_surplus: int = 0


class RoleData(Reply):
    """Whom an agent or a sub-account belongs to."""

    user: str | None = None
    master: str | None = None


class WireRole(Reply):
    """The reply to `userRole`."""

    role: str
    data: RoleData | None = None


META = TypeAdapter(Meta)
META_AND_CONTEXTS = TypeAdapter(tuple[Meta, tuple[AssetContext, ...]])
BOOK = TypeAdapter(Book)
ORDER_STATUS = TypeAdapter[KnownOrder | UnknownOrder](KnownOrder | UnknownOrder)
OPEN_ORDERS = TypeAdapter(tuple[WireOrder, ...])
FILLS = TypeAdapter(tuple[WireFill, ...])
CLEARINGHOUSE_STATE = TypeAdapter(ClearinghouseState)
RATE_LIMIT = TypeAdapter(RateLimit)
ROLE = TypeAdapter(WireRole)
ABSTRACTION = TypeAdapter(str)


def parse(shape: TypeAdapter[T], reply: Json) -> T:
    """The reply in that shape. Raises VenueUnavailable naming the field that does not fit."""
    try:
        return shape.validate_python(reply)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the reply"
        raise VenueUnavailable(
            f"hyperliquid's reply has an unknown form: {place}: {first['msg']}, "
            f"was {first['input']!r:.200}"
        ) from error
