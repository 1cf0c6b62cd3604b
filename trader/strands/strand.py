"""One row of the strands table, and the row that sums up a lifecycle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Strand:
    """A row of `AD_strands`.

    Rows of the Trader carry `lifecycle_id` and `seq` (0, 1, 2, ...), unique together; rows of
    other teams have no `seq`. `content` and `tags` are JSON; scores lie in 0..1; `created_at`
    is aware UTC.
    """

    id: str
    lifecycle_id: str | None
    seq: int | None
    module: str
    kind: str
    content: Mapping[str, Json]
    tags: tuple[str, ...]
    created_at: datetime
    symbol: str | None = None
    timeframe: str | None = None
    session_bucket: str | None = None
    regime: str | None = None
    agent_id: str | None = None
    team_member: str | None = None
    module_intelligence: Mapping[str, Json] = field(default_factory=dict)
    sig_confidence: float | None = None
    sig_sigma: float | None = None
    outcome_score: float | None = None
    parent_id: str | None = None
    position_id: str | None = None
    trade_id: str | None = None


@dataclass(frozen=True, slots=True)
class LifecycleRow:
    """One row of `lifecycles`: a projection of a lifecycle's strands, for sweeps and lists.

    `seq` is the highest sequence number of its strands. `due_at` says when a sweep should look
    at it again (None: nothing to wait for). `source_id` is the id of the plan's own strand,
    unique, so that one plan strand can start one lifecycle only.
    """

    lifecycle_id: str
    seq: int
    stage: str
    due_at: datetime | None
    symbol: str | None
    venue: str | None
    direction: str | None
    plan_id: str | None
    source_id: str | None
    outcome: str | None
    has_exposure: bool
    created_at: datetime
    updated_at: datetime
