"""What is recorded of a position that others than the plan's own orders closed."""

from enum import StrEnum

from trader.model import Record
from trader.money import Amount, Price, Size
from trader.venues.orders import Fill


class ForeignHand(StrEnum):
    """Who closed a position that the plan's own orders did not close."""

    OTHER_HANDS = "other_hands"
    """The account's owner, or another program."""
    LIQUIDATION = "liquidation"
    """The venue."""


class ForeignTrades(Record):
    """What the account's journal told of a lost position when its plan was analysed.

    `trades` are those of other hands in the plan's symbol, from the plan's first trade to its end.
    `rivals` are other plans of the symbol that lost something meanwhile: some of these trades may
    have closed theirs.
    """

    trades: tuple[Fill, ...] = ()
    rivals: tuple[str, ...] = ()


class ForeignClosing(Record):
    """The trades that closed what the plan's own orders did not, and account for it exactly.

    `price` is their size-weighted average; `fees` (US dollars) are theirs.
    """

    by: tuple[ForeignHand, ...]
    size: Size
    price: Price
    fees: Amount
    trade_ids: tuple[int, ...]
