"""A venue in a few lines, as the truth that the order machine is held to.

It knows one position. Reduce-only orders are shrunk to it when they trade, and end with it. It
takes no order that is worth less than its minimum, unless that closes the whole position.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from tests.orders.builders import GONE, PASSED
from trader.venues.hyperliquid.causes import cause_of_status, cause_of_words
from trader.venues.orders import (
    AnswerKind,
    Fill,
    OrderAnswer,
    OrderReport,
    OrderRequest,
    TimeInForce,
    VenueOrderState,
)

ZERO = Decimal(0)
PRICE = Decimal(30000)
MINIMUM_NOTIONAL = Decimal(10)
TOO_SMALL = "Order must have minimum value of $10. asset=0"


@dataclass
class ModelOrder:
    """One order at the venue; `left` is what its reports call the remaining size."""

    request: OrderRequest
    order_id: int
    left: Decimal
    state: VenueOrderState = VenueOrderState.OPEN
    status: str = "open"
    fills: list[Fill] = field(default_factory=list)

    @property
    def is_working(self) -> bool:
        return not self.state.is_terminal

    def end(self, state: VenueOrderState, status: str) -> None:
        self.state, self.status = state, status

    def report(self, now: datetime) -> OrderReport:
        return OrderReport(
            cloid=self.request.cloid,
            order_id=self.order_id,
            symbol="BTC",
            side=self.request.side,
            state=self.state,
            venue_status=self.status,
            cause=cause_of_status(self.status),
            original_size=self.request.size,
            remaining_size=self.left,
            reported_at=now,
        )


class ModelVenue:
    """Every order that landed, by client order id; each client order id lands once.

    `beside` is what other plans of the account hold in the symbol.
    """

    def __init__(self, beside: Decimal = ZERO) -> None:
        self.orders: dict[str, ModelOrder] = {}
        self.position = beside
        self._ids = count(101)

    def fills(self) -> list[Fill]:
        return [fill for order in self.orders.values() for fill in order.fills]

    def working(self) -> list[ModelOrder]:
        return [order for order in self.orders.values() if order.is_working]

    def land(
        self, request: OrderRequest, takes: Decimal, is_passed: bool, now: datetime
    ) -> OrderAnswer:
        """Take an order; `takes` is what the book gives it at once."""
        assert request.cloid not in self.orders, "the same order landed twice"
        order = ModelOrder(request, next(self._ids), request.size)
        self.orders[request.cloid] = order
        if request.reduce_only and not self._can_reduce(order):
            return self._reject(order, "reduceOnlyRejected", GONE)
        if self._is_too_small(request):
            return self._reject(order, "minTradeNtlRejected", TOO_SMALL)
        if request.trigger is not None:
            if is_passed:
                return self._reject(order, "badTriggerPxRejected", PASSED)
            return OrderAnswer(kind=AnswerKind.RESTING, order_id=order.order_id)
        return self._take(order, takes, now)

    def refuse(self, request: OrderRequest, text: str) -> OrderAnswer:
        """Refuse an order for whatever reason."""
        order = ModelOrder(request, next(self._ids), request.size)
        self.orders[request.cloid] = order
        return self._reject(order, "rejected", text)

    def _is_too_small(self, request: OrderRequest) -> bool:
        is_whole = request.reduce_only and request.size >= abs(self.position)
        return not is_whole and request.size * request.limit_price < MINIMUM_NOTIONAL

    def _take(self, order: ModelOrder, takes: Decimal, now: datetime) -> OrderAnswer:
        traded = self.trade(order, takes, now)
        is_immediate = order.request.time_in_force is TimeInForce.IOC
        if is_immediate and not traded:
            return self._reject(order, "iocCancelRejected", "Order could not immediately match")
        if is_immediate and order.is_working:
            order.end(VenueOrderState.CANCELLED, "canceled")
        if not traded:
            return OrderAnswer(kind=AnswerKind.RESTING, order_id=order.order_id)
        return OrderAnswer(
            kind=AnswerKind.FILLED,
            order_id=order.order_id,
            filled_size=traded,
            average_price=PRICE,
        )

    def _reject(self, order: ModelOrder, status: str, text: str) -> OrderAnswer:
        order.end(VenueOrderState.REJECTED, status)
        return OrderAnswer(kind=AnswerKind.REJECTED, text=text, cause=cause_of_words(text))

    def trade(self, order: ModelOrder, size: Decimal, now: datetime) -> Decimal:
        """Trade up to `size` of a working order; what has traded."""
        if order.request.reduce_only:
            order.left = min(order.left, abs(self.position))
        size = min(size, order.left)
        if size == 0:
            return ZERO
        order.fills.append(self._fill(order, size, now))
        order.left -= size
        self.position += order.request.side.sign * size
        if order.left == 0:
            order.end(VenueOrderState.FILLED, "filled")
        self._end_what_cannot_reduce()
        return size

    def fire(self, order: ModelOrder, size: Decimal, now: datetime) -> None:
        """A stop or target becomes a market order: what the book does not give is cancelled."""
        self.trade(order, size, now)
        if order.is_working:
            order.end(VenueOrderState.CANCELLED, "canceled")

    def cancel(self, cloid: str) -> str:
        """Cancel an order; the venue's words, empty when it is done."""
        order = self.orders.get(cloid)
        if order is None or not order.is_working:
            return "Order was never placed, already canceled, or filled."
        order.end(VenueOrderState.CANCELLED, "canceled")
        return ""

    def close_by_hand(self) -> None:
        """The account's owner closes the position without us."""
        self.position = ZERO
        self._end_what_cannot_reduce()

    def _end_what_cannot_reduce(self) -> None:
        for order in self._reducing():
            if not self._can_reduce(order):
                order.end(VenueOrderState.CANCELLED, "reduceOnlyCanceled")

    def _reducing(self) -> Iterator[ModelOrder]:
        return (order for order in self.working() if order.request.reduce_only)

    def _can_reduce(self, order: ModelOrder) -> bool:
        return self.position * order.request.side.sign < 0

    def _fill(self, order: ModelOrder, size: Decimal, now: datetime) -> Fill:
        return Fill(
            trade_id=next(self._ids),
            order_id=order.order_id,
            cloid=order.request.cloid,
            symbol="BTC",
            side=order.request.side,
            price=PRICE,
            size=size,
            fee=ZERO,
            fee_token="USDC",
            is_taker=True,
            realised=ZERO,
            position_before=self.position,
            traded_at=now,
        )
