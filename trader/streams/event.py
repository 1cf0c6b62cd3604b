"""What every event of a stream has; each event is published as one strand."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from trader.model import Record
from trader.strands.kinds import StrandKind, Tag, TeamMember


@dataclass(frozen=True, slots=True)
class Label:
    """What a stream is about: the columns of its strands, for those who select by them."""

    symbol: str | None = None
    timeframe: str | None = None
    regime: str | None = None
    confidence: float | None = None


class Event(Record, ABC):
    """Something that happened, with the sentence that explains it.

    Subclasses add an `event` literal (the discriminator in the strand's content) and what was
    decided upon. Class attributes say how the strand is published.
    """

    kind: ClassVar[StrandKind] = StrandKind.ORDER_STATUS
    member: ClassVar[TeamMember] = TeamMember.ORDER_MANAGER
    tags: ClassVar[tuple[Tag, ...]] = (
        Tag.ORDER_STATUS,
        Tag.CIL_EXECUTION_INSIGHTS,
    )

    reason: str

    @property
    @abstractmethod
    def status(self) -> str:
        """The word that other teams read as `content.status`."""

    @property
    def is_for_the_record(self) -> bool:
        """Whether nobody waits for this one, though for others of its kind."""
        return False

    @property
    def routing(self) -> tuple[Tag, ...]:
        """The tags of this one."""
        return Event.tags if self.is_for_the_record else self.tags

    @property
    def label(self) -> Label:
        """What the stream that it begins is about."""
        return Label()

    @property
    def caused_by(self) -> str | None:
        """The strand of another team that had it begin a stream."""
        return None

    @property
    def outcome_score(self) -> float | None:
        """How well it was executed, 0..1, where the event measures that."""
        return None

    @property
    def trade_id(self) -> str | None:
        """The venue's id of the trade that the event reports, if any."""
        return None


FEEDBACK_TAGS = (Tag.ORDER_STATUS, Tag.DM_EXECUTION_FEEDBACK, Tag.CIL_EXECUTION_INSIGHTS)
"""For order events that the Decision Maker waits for."""

POSITION_TAGS = (Tag.POSITION_TRACKING, Tag.DM_EXECUTION_FEEDBACK, Tag.CIL_EXECUTION_INSIGHTS)
