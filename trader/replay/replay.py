"""Replays a plan: every decision made again must be the one that is recorded. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_stream import PLANS
from trader.replay.decisions import Moment, decide_again
from trader.strands.strand import LifecycleRow, Strand
from trader.streams.event import Event
from trader.streams.stream import Told
from trader.venues.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Divergence:
    """Strand `seq` is not what the same facts lead to; both as JSON, None for nothing at all."""

    seq: int
    recorded: str
    replayed: str | None


def replay(strands: Sequence[Strand]) -> tuple[Divergence, ...]:
    """Fold the strands one by one, deciding each decision again before it is read."""
    divergences: list[Divergence] = []
    lifecycle: Lifecycle | None = None
    for told in PLANS.read(strands):
        if lifecycle is not None:
            divergences.extend(_compare(lifecycle, told))
        lifecycle = PLANS.advance(lifecycle, [told])
    return tuple(divergences)


def projection_differs(strands: Sequence[Strand], row: LifecycleRow | None) -> bool:
    """Whether the fold of the strands projects to another row than the stored one."""
    lifecycle = PLANS.fold(strands)
    return lifecycle is not None and PLANS.project(lifecycle) != row


def _compare(lifecycle: Lifecycle, told: Told) -> tuple[Divergence, ...]:
    strand, recorded = told
    moment = Moment(lifecycle, _instrument(lifecycle), strand.created_at)
    replayed = decide_again(recorded, moment)
    if replayed == recorded:
        return ()
    return (Divergence(strand.seq or 0, _text(recorded), _text(replayed) if replayed else None),)


def _instrument(lifecycle: Lifecycle) -> Instrument | None:
    """The instrument as the latest entry was decided upon it."""
    entries = [i.facts for i in lifecycle.intents.values() if i.facts is not None]
    return entries[-1].instrument if entries else None


def _text(event: Event) -> str:
    return event.model_dump_json()
