"""The stream of a plan: its lifecycle."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from trader.lifecycle.analysis_events import PlanAnalyzed
from trader.lifecycle.fold import apply_all
from trader.lifecycle.intent_guard import require_decided
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import (
    CancelSent,
    ExitDecided,
    IntentDied,
    IntentUnknown,
    NonceFoundUsed,
    OrderAnomaly,
    OrderFilled,
    OrderForgotten,
    OrderReported,
    OrdersAnswered,
    OrdersIntended,
)
from trader.lifecycle.plan_events import (
    CancelRequested,
    ConditionArmed,
    EntryRearmed,
    EntrySetApart,
    EntryTriggered,
    PlanAccepted,
    PlanCancelled,
    PlanExpired,
    PlanRefused,
)
from trader.lifecycle.position_events import (
    ExecutionFinished,
    PositionChanged,
    PositionNetted,
    PositionUnprotected,
)
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Stage
from trader.risk.events import EntryDenied
from trader.strands.strand import LifecycleRow, Strand
from trader.streams.event import Event
from trader.streams.stream import BrokenStream, Stream, Told


class PlanStream(Stream[Lifecycle]):
    """Begins with the plan as it was accepted or refused."""

    events = (
        PlanAccepted,
        PlanRefused,
        ConditionArmed,
        EntryTriggered,
        EntryDenied,
        PlanExpired,
        CancelRequested,
        PlanCancelled,
        OrdersIntended,
        OrdersAnswered,
        IntentUnknown,
        NonceFoundUsed,
        IntentDied,
        OrderReported,
        OrderForgotten,
        OrderFilled,
        OrderAnomaly,
        CancelSent,
        ExitDecided,
        EntryRearmed,
        EntrySetApart,
        PositionChanged,
        PositionNetted,
        PositionUnprotected,
        ExecutionFinished,
        PlanAnalyzed,
    )

    def begin(self, strand: Strand, event: Event) -> Lifecycle:
        """See `Stream.begin`."""
        if not isinstance(event, PlanAccepted | PlanRefused) or strand.lifecycle_id is None:
            raise BrokenStream(
                f"lifecycle {strand.lifecycle_id} begins with {type(event).__name__}, not with a "
                "plan"
            )
        return Lifecycle(
            lifecycle_id=strand.lifecycle_id,
            seq=-1,
            stage=Stage.MONITOR,
            created_at=strand.created_at,
            updated_at=strand.created_at,
            last_strand_id=strand.id,
            source_id=event.source_id,
        )

    def apply(self, state: Lifecycle, told: Told) -> Lifecycle:
        """See `Stream.apply`."""
        strand, event = told
        try:
            return apply_all(state, (event,), strand.created_at)
        except KeyError as error:
            raise BrokenStream(
                f"lifecycle {strand.lifecycle_id}, seq {strand.seq}: {type(event).__name__} speaks "
                f"of {error}, which no strand before it has intended"
            ) from error

    def numbered(self, state: Lifecycle, told: Sequence[Told]) -> Lifecycle:
        """See `Stream.numbered`."""
        last, _ = told[-1]
        return replace(
            state,
            seq=state.seq + len(told),
            updated_at=last.created_at,
            last_strand_id=last.id,
            history=(*state.history, *((strand.created_at, event) for strand, event in told)),
        )

    def project(self, state: Lifecycle) -> LifecycleRow:
        """See `Stream.project`."""
        return project(state)

    def require(self, state: Lifecycle, events: Sequence[Event], now: datetime) -> None:
        """Raises UndecidedIntent."""
        require_decided(state, events, now)


PLANS = PlanStream()
