"""Orders as a venue sees them: what we ask, what it answers, what it reports."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from trader.model import Record, UtcTime
from trader.money import Amount, NonNegativeSize, Price, SignedSize, Size
from trader.venues.instrument import Side
from trader.venues.refusal_cause import RefusalCause

Cloid = Annotated[str, Field(pattern=r"^0x[0-9a-f]{32}$")]
"""A client order id: 128 bits in lower-case hex."""


class TimeInForce(StrEnum):
    """How long a limit order stays."""

    GTC = "gtc"
    """Takes what it can, then rests until cancelled."""
    IOC = "ioc"
    """Takes what it can; the rest is cancelled."""
    POST_ONLY = "post_only"
    """Rests, or is cancelled when it would take."""


class TriggerKind(StrEnum):
    """What a trigger order protects: a loss (stop) or a gain (target)."""

    STOP = "stop"
    TARGET = "target"


class Trigger(Record):
    """A stop or target at the venue: becomes a market order when the mark touches `price`."""

    kind: TriggerKind
    price: Price


class OrderRequest(Record):
    """One order as we want it. `limit_price` is the worst acceptable price."""

    cloid: Cloid
    symbol: str
    side: Side
    size: Size
    limit_price: Price
    time_in_force: TimeInForce | None = None
    trigger: Trigger | None = None
    reduce_only: bool = False


class AnswerKind(StrEnum):
    """What the venue's reply says of one order."""

    RESTING = "resting"
    FILLED = "filled"
    """Some of it traded at once; compare `filled_size` with the size: the rest may rest."""
    WAITING = "waiting"
    """Accepted; becomes live with its parent or its trigger; has no order id yet."""
    REJECTED = "rejected"
    UNRECOGNISED = "unrecognised"
    """The reply has a form that we do not know: the order's state must be asked."""


class OrderAnswer(Record):
    """The venue's reply to one order of a request; `text` is its own wording.

    `cause` is what the wording of a rejection means.
    """

    kind: AnswerKind
    order_id: int | None = None
    filled_size: NonNegativeSize = Decimal(0)
    average_price: Price | None = None
    text: str = ""
    cause: RefusalCause | None = None


class VenueOrderState(StrEnum):
    """Where an order is, as the venue reports it, in the words of our own lifecycle."""

    OPEN = "open"
    TRIGGERED = "triggered"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNRECOGNISED = "unrecognised"
    """A status that we do not know: nothing is assumed, the order stays watched."""

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more can trade."""
        return self in _TERMINAL


_TERMINAL = frozenset({VenueOrderState.FILLED, VenueOrderState.CANCELLED, VenueOrderState.REJECTED})


class OrderReport(Record):
    """The venue's report of one order; `venue_status` is its own word for the state.

    `cause` is what that word says of why the venue refused or ended the order. Without one, the
    order goes on, or ended as it was asked to.
    """

    cloid: Cloid | None
    order_id: int
    symbol: str
    side: Side
    state: VenueOrderState
    venue_status: str
    original_size: NonNegativeSize
    remaining_size: NonNegativeSize
    is_trigger: bool = False
    cause: RefusalCause | None = None
    reported_at: UtcTime


class Fill(Record):
    """One trade of ours. `trade_id` and `order_id` together are its key.

    `fee` is in `fee_token`, negative for a rebate; `realised` is the venue's closed profit in
    US dollars before fees; `position_before` is the signed size before this trade.
    """

    trade_id: int
    order_id: int
    cloid: Cloid | None
    symbol: str
    side: Side
    price: Price
    size: Size
    fee: Amount
    fee_token: str
    is_taker: bool
    realised: Amount
    position_before: SignedSize
    is_liquidation: bool = False
    traded_at: UtcTime


class VenuePosition(Record):
    """The account's net position in one symbol; `size` is signed, never 0."""

    symbol: str
    size: SignedSize
    entry_price: Price
    unrealised: Amount
    liquidation_price: Price | None = None


class Account(Record):
    """The account that trades: US dollars, and its positions."""

    address: str
    equity: Amount
    withdrawable: Amount
    positions: tuple[VenuePosition, ...] = ()
