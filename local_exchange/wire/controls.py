"""`/_local`: what no venue offers. The ledger is the witness; the rest sets up a situation."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, PlainSerializer, model_validator

from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import OrderStatus
from local_exchange.engine.views import BookLevel, LedgerOrder
from local_exchange.wire import order_shapes
from local_exchange.wire.scalars import (
    Address,
    Cloid,
    UInt64,
    WireDecimal,
    WireModel,
    amount,
    decimal_text,
    parse_decimal,
)

Json = dict[str, Any]
PriceLevel = tuple[WireDecimal, WireDecimal]
"""A price and a size."""


def _number(value: object) -> Decimal:
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return parse_decimal(str(value) if is_integer else value)


PlainAmount = Annotated[
    Decimal, BeforeValidator(_number), PlainSerializer(decimal_text, return_type=str)
]
"""A decimal string, or an integer for those who type it by hand."""


class Deposit(WireModel):
    """Open the account of `address` if need be, and credit it."""

    address: Address
    usdc: PlainAmount


class MarketMove(WireModel):
    """Move a coin's mid, mark and oracle at once."""

    coin: str
    mid: PlainAmount


class Depth(WireModel):
    """Fix a coin's book to these levels; without any the exchange quotes again by itself."""

    coin: str
    bids: tuple[PriceLevel, ...] | None = None
    asks: tuple[PriceLevel, ...] | None = None

    @model_validator(mode="after")
    def _both_sides_or_none(self) -> Self:
        if (self.bids is None) != (self.asks is None):
            raise ValueError("give both bids and asks, or neither to restore the ladder")
        return self

    def levels(self) -> tuple[list[BookLevel], list[BookLevel]] | None:
        """The book as the engine takes it."""
        if self.bids is None or self.asks is None:
            return None
        return _levels(self.bids), _levels(self.asks)


class EndOrder(WireModel):
    """End a working order as the venue does by itself, with a status such as `marginCanceled`."""

    status: OrderStatus
    oid: UInt64 | None = None
    cloid: Cloid | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.oid is None) == (self.cloid is None):
            raise ValueError("give either the oid or the cloid of the order to end")
        return self

    @property
    def target(self) -> int | str:
        """The oid, or the cloid."""
        target = self.oid if self.cloid is None else self.cloid
        assert target is not None
        return target


class ExpireAgent(WireModel):
    """End an agent's approval now; only another approval lets it sign again."""

    address: Address


def ledger(exchange: Exchange) -> Json:
    """Every order that was accepted and every fill of a user, in order of acceptance."""
    book = exchange.ledger()
    return {
        "orders": [_ledger_order(order) for order in book.orders],
        "fills": [{"user": fill.user} | order_shapes.fill(fill) for fill in book.fills],
    }


def _levels(levels: tuple[PriceLevel, ...]) -> list[BookLevel]:
    return [BookLevel(price, size, orders=1) for price, size in levels]


def _ledger_order(order: LedgerOrder) -> Json:
    return {
        "oid": order.oid,
        "cloid": order.cloid,
        "user": order.user,
        "signer": order.signer,
        "nonce": order.nonce,
        "asset": order.asset,
        "coin": order.coin,
        "side": order.side,
        "size": amount(order.size),
        "price": amount(order.price),
        "filledSize": amount(order.filled_size),
        "time": order.time,
        "status": order.status,
        "statusTime": order.status_time,
    }
