"""Events to strands and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from trader.errors import Permanent
from trader.strands.identity import new_strand_id, session_bucket
from trader.strands.kinds import Module
from trader.strands.strand import Strand
from trader.streams.event import Event, Label

AGENT = "trader"
UNKNOWN_REGIME = "unknown"


class UnreadableStrand(Permanent):
    """A strand of ours holds content that no event of its stream has: of another version."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream stands: the number and the id of its last strand.

    `last_strand_id` causes the next strand; before a stream's first, it is what caused that.
    """

    stream_id: str
    seq: int
    last_strand_id: str | None


def to_strands(
    events: Sequence[Event], head: Head, label: Label, now: datetime
) -> tuple[Strand, ...]:
    """The strands that publish these events, each caused by the one before it."""
    strands: list[Strand] = []
    parent = head.last_strand_id
    for seq, event in enumerate(events, start=head.seq + 1):
        strand = _to_strand(event, Head(head.stream_id, seq, parent), label, now)
        strands.append(strand)
        parent = strand.id
    return tuple(strands)


def _to_strand(event: Event, place: Head, label: Label, now: datetime) -> Strand:
    return Strand(
        id=new_strand_id(now),
        lifecycle_id=place.stream_id,
        seq=place.seq,
        module=Module.TRADER,
        kind=event.kind,
        content={"status": event.status} | event.model_dump(mode="json"),
        tags=tuple(str(tag) for tag in event.routing),
        created_at=now,
        symbol=label.symbol,
        timeframe=label.timeframe,
        session_bucket=session_bucket(now),
        regime=label.regime or UNKNOWN_REGIME,
        agent_id=AGENT,
        team_member=event.member,
        sig_confidence=label.confidence,
        outcome_score=event.outcome_score,
        parent_id=place.last_strand_id,
        position_id=place.stream_id,
        trade_id=event.trade_id,
    )


def to_event(strand: Strand, events: TypeAdapter[Event]) -> Event:
    """The one of these events that the strand publishes. Raises UnreadableStrand."""
    content = dict(strand.content)
    content.pop("status", None)
    try:
        return events.validate_python(content)
    except ValidationError as error:
        raise UnreadableStrand(
            f"strand {strand.id} (lifecycle {strand.lifecycle_id}, seq {strand.seq}) is not an "
            f"event of this version: {error.errors()[0]['msg']}; run the version that wrote it"
        ) from error
