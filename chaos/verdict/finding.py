"""What may be found to be wrong."""

from dataclasses import dataclass
from enum import StrEnum


class Crime(StrEnum):
    """What may be found."""

    DUPLICATE = "duplicate"
    """The venue did twice what was wanted once."""
    LOST = "lost"
    """Something at the venue that no plan knows, or that is left when all plans are done."""
    UNPROTECTED = "unprotected"
    """A position without the stop that its plan wants."""
    UNRESOLVED = "unresolved"
    """An order of which nobody knows whether it landed."""
    DIFFERENCE = "difference"
    """The journal tells something else than the ledger."""
    FALSE_ALARM = "false_alarm"
    """The account's strands tell of other hands, and it was the Trader."""
    REPLAY = "replay"
    """A decision that comes out differently when it is made again from what was recorded."""
    AFTER_END = "after_end"
    """An order for a plan that was cancelled, or had ended."""
    REPEATED_REFUSAL = "repeated_refusal"
    """One exit after the other of a plan is refused, without bound."""
    NOT_DONE_IN_TIME = "not_done_in_time"
    """A plan that does not come to rest, or to its end, although nothing fails any more."""
    LOST_TO_PASSING = "lost_to_passing"
    """A plan that ended because of a refusal that passes by itself."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `subject` is a lifecycle id, a cloid or a symbol."""

    crime: Crime
    subject: str
    text: str
