"""The typed queries of POST /info. A field that is null counts as absent, as at the venue."""

import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from local_exchange.wire.envelope import NotJsonError, RequestRefusedError
from local_exchange.wire.scalars import Address, Cloid, UInt64, WireModel

CORE_DEX: Final = ""

Interval = Literal[
    "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "12h", "1d", "3d", "1w", "1M"
]


class UnknownDexError(RequestRefusedError):
    """Only the core perpetuals are listed here."""

    status = 500
    text = "null"


class DexQuery(WireModel):
    type: Literal["meta", "metaAndAssetCtxs", "allMids"]
    dex: str = CORE_DEX


class VenueQuery(WireModel):
    type: Literal["spotMeta", "spotMetaAndAssetCtxs", "perpDexs", "exchangeStatus"]


class BookGrouping(WireModel):
    """How prices are grouped; a mantissa refines five significant figures only."""

    n_sig_figs: Literal[2, 3, 4, 5] | None = Field(default=None, alias="nSigFigs")
    mantissa: Literal[1, 2, 5] | None = None

    @model_validator(mode="after")
    def _mantissa_needs_five_figures(self) -> Self:
        if self.mantissa is not None and self.n_sig_figs != 5:
            raise ValueError(f"mantissa {self.mantissa} needs nSigFigs 5, not {self.n_sig_figs}")
        return self


class BookQuery(BookGrouping):
    type: Literal["l2Book"]
    coin: str


class RecentTradesQuery(WireModel):
    type: Literal["recentTrades"]
    coin: str


class TimeSpan(WireModel):
    """Milliseconds, both ends inclusive; without an end up to now."""

    start_time: UInt64 = Field(alias="startTime")
    end_time: UInt64 | None = Field(default=None, alias="endTime")


class CandleSpan(TimeSpan):
    coin: str
    interval: Interval


class CandleQuery(WireModel):
    type: Literal["candleSnapshot"]
    req: CandleSpan


class AccountQuery(WireModel):
    type: Literal[
        "clearinghouseState",
        "spotClearinghouseState",
        "openOrders",
        "frontendOpenOrders",
        "historicalOrders",
        "userFees",
        "userRateLimit",
        "userRole",
        "userAbstraction",
        "extraAgents",
        "subAccounts",
    ]
    user: Address
    dex: str = CORE_DEX


class OrderStatusQuery(WireModel):
    type: Literal["orderStatus"]
    user: Address
    oid: UInt64 | Cloid


class FillsQuery(WireModel):
    type: Literal["userFills"]
    user: Address
    aggregate_by_time: Literal[False] = Field(default=False, alias="aggregateByTime")


class FillsByTimeQuery(TimeSpan):
    type: Literal["userFillsByTime"]
    user: Address
    aggregate_by_time: Literal[False] = Field(default=False, alias="aggregateByTime")


class UserFundingQuery(TimeSpan):
    type: Literal["userFunding"]
    user: Address


class FundingHistoryQuery(TimeSpan):
    type: Literal["fundingHistory"]
    coin: str


class ActiveAssetQuery(WireModel):
    type: Literal["activeAssetData"]
    user: Address
    coin: str


Query = Annotated[
    DexQuery
    | VenueQuery
    | BookQuery
    | RecentTradesQuery
    | CandleQuery
    | AccountQuery
    | OrderStatusQuery
    | FillsQuery
    | FillsByTimeQuery
    | UserFundingQuery
    | FundingHistoryQuery
    | ActiveAssetQuery,
    Field(discriminator="type"),
]
_QUERY: Final[TypeAdapter[Query]] = TypeAdapter(Query)


def parse_query(body: bytes) -> Query:
    """The query in `body`, or RequestRefusedError as the venue refuses it."""
    try:
        payload = json.loads(body)
    except ValueError as error:
        raise NotJsonError from error
    return query_from(payload)


def query_from(payload: object) -> Query:
    """The query in already parsed JSON, as a websocket post carries it."""
    try:
        query = _QUERY.validate_python(_without_nulls(payload))
    except ValidationError as error:
        raise RequestRefusedError from error
    if getattr(query, "dex", CORE_DEX) != CORE_DEX:
        raise UnknownDexError
    return query


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value
