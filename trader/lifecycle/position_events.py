"""Events of a plan's position and of its end."""

from datetime import timedelta
from typing import ClassVar, Literal

from trader.lifecycle.stage import Outcome
from trader.model import Record, UtcTime
from trader.money import Amount, NonNegativeSize, Price, SignedSize
from trader.strands.kinds import StrandKind, Tag, TeamMember
from trader.streams.event import POSITION_TAGS, Event


class PositionChanged(Event):
    """The plan's own position after its latest trades.

    `size` is signed base units; `entry_price` the average of what is open (None when flat);
    `realised` US dollars before fees; `fees` US dollars paid so far.
    """

    kind: ClassVar[StrandKind] = StrandKind.POSITION_TRACKING
    member: ClassVar[TeamMember] = TeamMember.POSITION_TRACKER
    tags: ClassVar[tuple[Tag, ...]] = POSITION_TAGS

    event: Literal["position_changed"] = "position_changed"
    size: SignedSize
    entry_price: Price | None
    realised: Amount
    fees: Amount
    traded: NonNegativeSize

    @property
    def status(self) -> str:
        """Open or closed."""
        return "open" if self.size else "closed"


class HeldByPlan(Record):
    """What one plan held, signed, base units."""

    lifecycle_id: str
    size: SignedSize


class PositionNetted(Event):
    """An alarm: plans of one account held both sides, and closed them against each other.

    The venue had nothing to reduce for the smaller side. `size` is the signed change of this plan's
    position, `price` the one at which all of them were closed, in US dollars. `books` is what each
    of the plans held, the oldest position first, `net_size` what the venue held for all.
    """

    kind: ClassVar[StrandKind] = StrandKind.POSITION_TRACKING
    member: ClassVar[TeamMember] = TeamMember.POSITION_TRACKER
    tags: ClassVar[tuple[Tag, ...]] = POSITION_TAGS

    event: Literal["position_netted"] = "position_netted"
    size: SignedSize
    price: Price
    books: tuple[HeldByPlan, ...]
    net_size: SignedSize

    @property
    def status(self) -> str:
        """To be looked into by people."""
        return "alarm"


class PositionUnprotected(Event):
    """An alarm: for longer than it should, no confirmed stop covered the whole position.

    `until` is None when that is still so. Written once for each such time.
    """

    kind: ClassVar[StrandKind] = StrandKind.POSITION_TRACKING
    member: ClassVar[TeamMember] = TeamMember.POSITION_TRACKER
    tags: ClassVar[tuple[Tag, ...]] = POSITION_TAGS

    event: Literal["position_unprotected"] = "position_unprotected"
    since: UtcTime
    until: UtcTime | None

    @property
    def status(self) -> str:
        """To be looked into by people."""
        return "alarm"


class ExecutionFinished(Event):
    """Flat, and nothing works any more: the execution can be measured.

    `net_size` is the account's signed position in the symbol, where the decision asked for it.
    """

    kind: ClassVar[StrandKind] = StrandKind.POSITION_TRACKING
    member: ClassVar[TeamMember] = TeamMember.POSITION_TRACKER
    tags: ClassVar[tuple[Tag, ...]] = POSITION_TAGS

    event: Literal["execution_finished"] = "execution_finished"
    outcome: Outcome
    held_for: timedelta | None = None
    net_size: SignedSize | None = None

    @property
    def status(self) -> str:
        """How it ended."""
        return str(self.outcome)
