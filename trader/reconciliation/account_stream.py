"""The stream of an account: what reconciliation found."""

from collections.abc import Sequence
from dataclasses import replace

from trader.reconciliation.account import STAGE, AccountState, apply
from trader.reconciliation.events import (
    AccountOpened,
    ExternalFillFound,
    ExternalOrderFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.strands.strand import LifecycleRow, Strand
from trader.streams.event import Event
from trader.streams.stream import BrokenStream, Stream, Told


class AccountStream(Stream[AccountState]):
    """Begins when the Trader begins to watch the account."""

    events = (
        AccountOpened,
        ExternalOrderFound,
        ExternalFillFound,
        LiquidationFound,
        PositionDiffers,
    )

    def begin(self, strand: Strand, event: Event) -> AccountState:
        """See `Stream.begin`."""
        if not isinstance(event, AccountOpened) or strand.lifecycle_id is None:
            raise BrokenStream(
                f"lifecycle {strand.lifecycle_id} begins with {type(event).__name__}, not with the "
                "account's opening"
            )
        return AccountState(
            account_id=strand.lifecycle_id,
            seq=-1,
            since=event.since,
            created_at=strand.created_at,
            updated_at=strand.created_at,
            last_strand_id=strand.id,
        )

    def apply(self, state: AccountState, told: Told) -> AccountState:
        """See `Stream.apply`."""
        _, event = told
        return apply(event, state)

    def numbered(self, state: AccountState, told: Sequence[Told]) -> AccountState:
        """See `Stream.numbered`."""
        last, _ = told[-1]
        return replace(
            state,
            seq=state.seq + len(told),
            updated_at=last.created_at,
            last_strand_id=last.id,
        )

    def project(self, state: AccountState) -> LifecycleRow:
        """See `Stream.project`."""
        return LifecycleRow(
            lifecycle_id=state.account_id,
            seq=state.seq,
            stage=STAGE,
            due_at=None,
            symbol=None,
            venue=None,
            direction=None,
            plan_id=None,
            source_id=None,
            outcome=None,
            has_exposure=False,
            created_at=state.created_at,
            updated_at=state.updated_at,
        )


ACCOUNTS = AccountStream()
