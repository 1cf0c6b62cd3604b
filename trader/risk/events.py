"""What the controls say of an entry that may not be placed."""

from datetime import timedelta
from typing import ClassVar, Literal

from trader.risk.control import Control
from trader.risk.entry_facts import EntryFacts
from trader.strands.kinds import Tag
from trader.streams.event import FEEDBACK_TAGS, Event
from trader.venues.quote import Quote


class EntryDenied(Event):
    """A pre-trade control stopped the entry: which, its limit, and the value it saw.

    `is_final` ends the plan; otherwise the control passes by itself, and after `wait` the plan may
    try again, when its condition holds then. `is_repeated`: the same control has stopped it before,
    which is said to the Decision Maker once. `quote` and `facts` are what was decided upon; None
    when the symbol was not listed at all.
    """

    tags: ClassVar[tuple[Tag, ...]] = FEEDBACK_TAGS

    event: Literal["entry_denied"] = "entry_denied"
    control: Control
    limit: str
    value: str
    is_final: bool
    is_repeated: bool = False
    wait: timedelta = timedelta()
    quote: Quote | None = None
    facts: EntryFacts | None = None

    @property
    def status(self) -> str:
        """Stopped before the venue."""
        return "denied"

    @property
    def is_for_the_record(self) -> bool:
        """A repetition is."""
        return self.is_repeated
