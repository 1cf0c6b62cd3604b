"""Differences between the venue and the journal, each published as a strand of the account."""

from typing import ClassVar, Literal

from trader.model import UtcTime
from trader.money import SignedSize
from trader.strands.kinds import StrandKind, Tag, TeamMember
from trader.streams.event import POSITION_TAGS, Event
from trader.venues.orders import Fill, OrderReport


class AccountEvent(Event):
    """Something about the whole account, not about one plan."""

    kind: ClassVar[StrandKind] = StrandKind.POSITION_TRACKING
    member: ClassVar[TeamMember] = TeamMember.POSITION_TRACKER
    tags: ClassVar[tuple[Tag, ...]] = POSITION_TAGS


class AccountOpened(AccountEvent):
    """The Trader begins to watch the account; what traded before is not its concern."""

    event: Literal["account_opened"] = "account_opened"
    venue: str
    address: str
    since: UtcTime

    @property
    def status(self) -> str:
        """Under watch."""
        return "watched"


class ExternalOrderFound(AccountEvent):
    """An order rests at the venue that no tracked plan intended."""

    event: Literal["external_order_found"] = "external_order_found"
    order: OrderReport

    @property
    def status(self) -> str:
        """Not ours."""
        return "external"


class ExternalFillFound(AccountEvent):
    """A trade of the account that no plan's order made."""

    event: Literal["external_fill_found"] = "external_fill_found"
    fill: Fill

    @property
    def status(self) -> str:
        """Not ours."""
        return "external"

    @property
    def trade_id(self) -> str | None:
        """The venue's trade id."""
        return str(self.fill.trade_id)


class LiquidationFound(AccountEvent):
    """The venue liquidated a position of the account."""

    event: Literal["liquidation_found"] = "liquidation_found"
    fill: Fill

    @property
    def status(self) -> str:
        """Taken by the venue."""
        return "liquidated"

    @property
    def trade_id(self) -> str | None:
        """The venue's trade id."""
        return str(self.fill.trade_id)


class PositionDiffers(AccountEvent):
    """The account's net position is not what the plans' positions add up to.

    Signed base units. Written when the difference changes, 0 when it is gone.
    """

    event: Literal["position_differs"] = "position_differs"
    symbol: str
    at_venue: SignedSize
    in_journal: SignedSize

    @property
    def status(self) -> str:
        """Whether a difference is left."""
        return "agrees" if self.at_venue == self.in_journal else "differs"
