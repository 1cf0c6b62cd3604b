"""A venue whose connection fails on demand: what was really sent is for the exchange to say."""

from collections.abc import Callable, Sequence, Set
from datetime import datetime
from typing import TypeVar

from trader.venues.hyperliquid.integration import HyperliquidIntegration
from trader.venues.orders import Fill, OrderAnswer, OrderReport
from trader.venues.quote import Quote
from trader.venues.venue import Action, ActionOutcomeUnknown, ActionRefused, VenueUnavailable

T = TypeVar("T")
Send = Callable[[], tuple[T, ...]]
Fault = Callable[[Send[T]], tuple[T, ...]]


def loses_the_reply(send: Send[T]) -> tuple[T, ...]:
    """The request lands; nobody hears of it."""
    send()
    raise ActionOutcomeUnknown("read timed out")


def drops_the_request(_: Send[T]) -> tuple[T, ...]:
    """The request never arrives; to the sender that looks the same."""
    raise ActionOutcomeUnknown("read timed out")


def cannot_connect(_: Send[T]) -> tuple[T, ...]:
    """The request surely never left."""
    raise VenueUnavailable("connection refused")


def is_refused_by_a_gateway(_: Send[T]) -> tuple[T, ...]:
    """Something between us and the venue refuses this copy."""
    raise ActionRefused("HTTP 403: forbidden")


def sends_twice(send: Send[T]) -> tuple[T, ...]:
    """A retrying connection: the second copy's reply is the one that comes back."""
    send()
    return send()


class Killed(Exception):
    """The worker was killed at this point."""


def kills_before(_: Send[T]) -> tuple[T, ...]:
    """The worker dies with its intent written and nothing sent."""
    raise Killed


def kills_after(send: Send[T]) -> tuple[T, ...]:
    """The worker dies with its order at the venue and nothing recorded."""
    send()
    raise Killed


def no_fault(send: Send[T]) -> tuple[T, ...]:
    """All is well."""
    return send()


def meanwhile(act: Callable[[], object], then: Fault[T] = no_fault) -> Fault[T]:
    """Something happens while the request is on its way."""

    def fault(send: Send[T]) -> tuple[T, ...]:
        act()
        return then(send)

    return fault


class FaultyVenue(HyperliquidIntegration):
    """The real venue, whose next calls fail as told, one fault a call; then all is well.

    `before_quote` happens once, before the next quote is read; the book of `silent_symbols` has
    one empty side; `hidden_orders` and `hidden_fills` hide what the venue would tell;
    `other_signer` is the address of a key that took the place of the first.
    """

    order_faults: Sequence[Fault[OrderAnswer]] = ()
    cancel_faults: Sequence[Fault[str]] = ()
    before_quote: Callable[[], object] | None = None
    silent_symbols: Set[str] = frozenset()
    hidden_orders: bool = False
    hidden_fills: bool = False
    other_signer: str | None = None

    @property
    def signer(self) -> str:
        return self.other_signer or super().signer

    def send_orders(
        self, action: Action, nonce: int, expires_after: datetime
    ) -> tuple[OrderAnswer, ...]:
        fault, *self.order_faults = self.order_faults or (no_fault,)
        send = super().send_orders
        return fault(lambda: send(action, nonce, expires_after))

    def send_cancel(self, action: Action, nonce: int, expires_after: datetime) -> tuple[str, ...]:
        fault, *self.cancel_faults = self.cancel_faults or (no_fault,)
        send = super().send_cancel
        return fault(lambda: send(action, nonce, expires_after))

    def quote(self, symbol: str) -> Quote:
        act, self.before_quote = self.before_quote, None
        if act is not None:
            act()
        quote = super().quote(symbol)
        is_silent = symbol in self.silent_symbols
        return quote.model_copy(update={"mid": None, "bid": None}) if is_silent else quote

    def order(self, cloid: str) -> OrderReport | None:
        return None if self.hidden_orders else super().order(cloid)

    def fills(self, since: datetime) -> tuple[Fill, ...]:
        return () if self.hidden_fills else super().fills(since)
