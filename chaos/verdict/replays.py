"""Every lifecycle of a run decided once more from its strands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chaos.verdict.finding import Crime, Finding
from trader.reconciliation.account import is_account
from trader.replay.replay import Divergence, replay
from trader.strands.store import StrandStore
from trader.strands.strand import Strand

BATCH = 50
"""Lifecycles read together; what they hold is forgotten before the next."""


@dataclass(frozen=True, slots=True)
class Replays:
    """How many lifecycles were replayed, and every strand that came out differently."""

    count: int
    findings: tuple[Finding, ...]


def replay_all(store: StrandStore) -> Replays:
    """Replay every plan in the store; an account has observations only, and decides nothing."""
    count = 0
    findings: list[Finding] = []
    for lifecycle_id, strands in _lifecycles(store):
        count += 1
        findings.extend(_finding(lifecycle_id, strands, found) for found in replay(strands))
    return Replays(count, tuple(findings))


def _lifecycles(store: StrandStore) -> Iterator[tuple[str, Sequence[Strand]]]:
    after = None
    while ids := store.lifecycle_ids(after, BATCH):
        plans = [lifecycle_id for lifecycle_id in ids if not is_account(lifecycle_id)]
        yield from store.load_many(plans).items()
        after = ids[-1]


def _finding(lifecycle_id: str, strands: Sequence[Strand], found: Divergence) -> Finding:
    event = strands[found.seq].content["event"]
    text = f"seq {found.seq}, {event}: recorded {found.recorded}, replayed {found.replayed}"
    return Finding(Crime.REPLAY, lifecycle_id, text)
