"""What a venue is to the Trader, and how its calls fail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from trader.errors import OutcomeUnknown, Permanent, Retryable
from trader.strands.strand import Json
from trader.venues.instrument import Instrument
from trader.venues.orders import Account, Fill, OrderAnswer, OrderReport, OrderRequest
from trader.venues.quote import Quote
from trader.venues.refusal_cause import RefusalCause

Action: TypeAlias = dict[str, Json]
"""An action exactly as the venue hashes it: key order matters, numbers are strings."""


class VenueUnavailable(Retryable):
    """A read failed, or a write was surely not admitted (refused connection, rate limit)."""


class BudgetExhausted(VenueUnavailable):
    """Requests have run short, by our own count or the venue's; `seconds` says how long to wait.

    This request was not sent, or surely not admitted; an earlier copy of it may have been. `cause`
    is of which there are too few.
    """

    def __init__(self, text: str, seconds: float, cause: RefusalCause) -> None:
        super().__init__(text, seconds, cause)
        self.text = text
        self.seconds = seconds
        self.cause = cause

    def __str__(self) -> str:
        return f"{self.text}: wait {self.seconds:.1f} s"


class ActionRefused(Permanent):
    """The venue refused this copy of the action, which had no effect; the text is its own.

    It says nothing of an earlier copy with the same nonce. `cause` is what the text means for the
    orders, where it is about them.
    """

    def __init__(self, text: str, cause: RefusalCause = RefusalCause.UNKNOWN) -> None:
        super().__init__(text, cause)
        self.text = text
        self.cause = cause

    def __str__(self) -> str:
        return self.text


class BatchRefused(ActionRefused):
    """One of the action's orders is wrong in itself, and so none was executed."""


class DuplicateNonce(ActionRefused):
    """The venue has already admitted an action with this nonce: the first copy landed."""


class ActionExpired(ActionRefused):
    """The action came after its expiry: this copy never takes effect."""


class ActionOutcomeUnknown(OutcomeUnknown):
    """The action may have been admitted (timeout, dropped connection, 5xx)."""


class Venue(Protocol):
    """One account at one venue. Synchronous; one instance a process, never across a fork."""

    name: str

    @property
    def signer(self) -> str:
        """The address of the key that signs (an agent's or the account's own), lower case."""

    def instruments(self) -> Mapping[str, Instrument]:
        """What the venue lists, by symbol. Raises VenueUnavailable."""

    def quotes(self) -> Mapping[str, Quote]:
        """Mid and mark of every listed symbol. Raises VenueUnavailable."""

    def quote(self, symbol: str) -> Quote:
        """Best bid, ask and mid of one symbol, now. Raises VenueUnavailable."""

    def account(self) -> Account:
        """Equity and positions. Raises VenueUnavailable."""

    def requests_left(self) -> int | None:
        """How many more orders the venue grants the account; None while unknown. Asks nobody.

        Raises VenueUnavailable.
        """

    def compose_orders(self, orders: Sequence[OrderRequest]) -> Action:
        """The exact action that places these orders; needs no network once instruments are known.

        Raises Permanent when a price or size breaks the venue's rules.
        """

    def compose_cancel(self, cloids: Sequence[tuple[str, str]]) -> Action:
        """The exact action that cancels these orders, given as (symbol, cloid)."""

    def admit(self, action: Action, now: datetime) -> int:
        """Make room for one new action, and give the nonce that it is to be signed with.

        Its first sending by this object asks for no more room; a copy does. Raises
        VenueUnavailable, NonceUnavailable: then nothing may be intended.
        """

    def send_orders(
        self, action: Action, nonce: int, expires_after: datetime
    ) -> tuple[OrderAnswer, ...]:
        """Sign and post. The same arguments give the same bytes, so a re-send cannot double.

        One answer an order, in order. Raises ActionRefused, BatchRefused, DuplicateNonce,
        ActionExpired, VenueUnavailable, ActionOutcomeUnknown.
        """

    def send_cancel(self, action: Action, nonce: int, expires_after: datetime) -> tuple[str, ...]:
        """Sign and post a cancellation: one text an order, empty when cancelled.

        Raises as send_orders does.
        """

    def fence(self, nonce: int, expires_after: datetime) -> None:
        """Use a nonce up with an action that does nothing.

        Returns when the venue took it: nothing else signed with this nonce has landed, or can.
        Raises DuplicateNonce when the nonce is used: by what was signed first, or by an earlier
        fence. Raises besides as send_orders does.
        """

    def is_fenced(self, nonce: int) -> bool:
        """Whether a fence is known to have taken the nonce, so that nothing else with it landed.

        False may also mean that nobody heard of it. Asks the venue nothing, and never raises.
        """

    def order(self, cloid: str) -> OrderReport | None:
        """The latest order with this cloid, or None. Raises VenueUnavailable."""

    def open_orders(self) -> tuple[OrderReport, ...]:
        """The account's open orders, triggers included. Raises VenueUnavailable."""

    def fills(self, since: datetime) -> tuple[Fill, ...]:
        """All fills of the account from that time on, oldest first. Raises VenueUnavailable."""
