"""Events of a plan before and beside its orders."""

from datetime import timedelta
from typing import ClassVar, Literal

from trader.model import UtcTime
from trader.plans.plan import Plan
from trader.plans.refusal import RefusalCode
from trader.strands.kinds import Tag
from trader.streams.event import FEEDBACK_TAGS, Event, Label
from trader.venues.quote import Quote


def label_of(plan: Plan) -> Label:
    """What the plan's strands are selected by."""
    return Label(plan.symbol, plan.timeframe, plan.regime, plan.confidence)


class PlanAccepted(Event):
    """The plan was understood and waits for its entry condition."""

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["plan_accepted"] = "plan_accepted"
    plan: Plan
    entry_condition: str
    source_id: str
    approved_at: UtcTime

    @property
    def status(self) -> str:
        """Waiting."""
        return "pending"

    @property
    def label(self) -> Label:
        """What the plan is about."""
        return label_of(self.plan)

    @property
    def caused_by(self) -> str | None:
        """The Decision Maker's own strand."""
        return self.source_id


class PlanRefused(Event):
    """The plan was not understood, or breaks a rule; nothing was or will be sent."""

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["plan_refused"] = "plan_refused"
    code: RefusalCode
    field: str
    value: str
    source_id: str
    plan_id: str | None = None

    @property
    def status(self) -> str:
        """Over before it began."""
        return "refused"

    @property
    def caused_by(self) -> str | None:
        """The Decision Maker's own strand."""
        return self.source_id


class ConditionArmed(Event):
    """A breakout's far side was seen: it may fire from now on."""

    event: Literal["condition_armed"] = "condition_armed"
    legs: tuple[str, ...]
    quote: Quote

    @property
    def status(self) -> str:
        """Still waiting."""
        return "pending"


class EntryTriggered(Event):
    """The entry condition holds; `quote` is what it was judged on."""

    event: Literal["entry_triggered"] = "entry_triggered"
    quote: Quote | None

    @property
    def status(self) -> str:
        """To be placed."""
        return "triggered"


class EntrySetApart(Event):
    """The action that the entry shared was refused as a whole: it is decided again, on its own."""

    event: Literal["entry_set_apart"] = "entry_set_apart"

    @property
    def status(self) -> str:
        """To be placed."""
        return "triggered"


class EntryRearmed(Event):
    """The entry order ended untraded, by what passes: the plan waits for its condition again.

    It tries no sooner than after `wait`. `attempts` counts the entry orders so far.
    `is_repeated`: the same cause was given before, which is said to the Decision Maker once.
    """

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["entry_rearmed"] = "entry_rearmed"
    cause: str
    attempts: int
    wait: timedelta
    is_repeated: bool

    @property
    def status(self) -> str:
        """Waiting again."""
        return "pending"

    @property
    def is_for_the_record(self) -> bool:
        """A repetition is."""
        return self.is_repeated


class PlanExpired(Event):
    """The plan's time ended before an order was intended."""

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["plan_expired"] = "plan_expired"
    valid_until: UtcTime

    @property
    def status(self) -> str:
        """Over, untraded."""
        return "expired"


class CancelRequested(Event):
    """Somebody asked to end the plan; `close_position` also closes what has traded."""

    event: Literal["cancel_requested"] = "cancel_requested"
    requested_by: str
    close_position: bool

    @property
    def status(self) -> str:
        """Being cancelled."""
        return "cancelling"


class PlanCancelled(Event):
    """The plan was cancelled before an order was intended."""

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["plan_cancelled"] = "plan_cancelled"
    requested_by: str

    @property
    def status(self) -> str:
        """Over, untraded."""
        return "cancelled"
