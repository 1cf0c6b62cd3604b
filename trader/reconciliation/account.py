"""What the account's own strands add up to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import singledispatch

from trader.lifecycle.encoding import to_event
from trader.lifecycle.event import Event
from trader.reconciliation.events import (
    AccountOpened,
    ExternalFillFound,
    ExternalOrderFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.strands.strand import LifecycleRow, Strand
from trader.venues.orders import Fill

PREFIX = "account:"

STAGE = "account"
"""The stage of an account's row in `lifecycles`: no sweep of plans selects it."""

FillKey = tuple[int, int]


@dataclass(frozen=True)
class AccountState:
    """Which differences are recorded already, as of strand `seq`."""

    account_id: str
    seq: int
    since: datetime
    created_at: datetime
    updated_at: datetime
    last_strand_id: str
    order_ids: frozenset[int] = frozenset()
    fill_keys: frozenset[FillKey] = frozenset()
    differences: Mapping[str, Decimal] = field(default_factory=dict)


def account_id_of(venue: str, network: str, address: str) -> str:
    """The lifecycle id under which an account's strands stand."""
    return f"{PREFIX}{venue}:{network}:{address.lower()}"


def network_of(account_id: str) -> str:
    """The network on which the account trades."""
    _, _, network, _ = account_id.split(":")
    return network


def is_account(lifecycle_id: str) -> bool:
    """Whether the lifecycle is an account's and not a plan's."""
    return lifecycle_id.startswith(PREFIX)


def key_of(fill: Fill) -> FillKey:
    """What makes a trade of ours unique."""
    return fill.trade_id, fill.order_id


def fold_account(strands: Iterable[Strand]) -> AccountState | None:
    """The state that these strands add up to; None for no strands."""
    state: AccountState | None = None
    for strand in strands:
        state = advance_account(state, strand)
    return state


def advance_account(state: AccountState | None, strand: Strand) -> AccountState:
    """The state after one more strand."""
    event = to_event(strand)
    before = state if state is not None else _begin(event, strand)
    after = _apply(event, before)
    return replace(
        after,
        seq=before.seq + 1,
        updated_at=strand.created_at,
        last_strand_id=strand.id,
    )


def project_account(state: AccountState) -> LifecycleRow:
    """The account's row of `lifecycles`."""
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


def _begin(event: Event, strand: Strand) -> AccountState:
    if not isinstance(event, AccountOpened):
        raise ValueError(f"an account begins with {type(event).__name__}, not with its opening")
    return AccountState(
        account_id=strand.lifecycle_id or "",
        seq=-1,
        since=event.since,
        created_at=strand.created_at,
        updated_at=strand.created_at,
        last_strand_id=strand.id,
    )


@singledispatch
def _apply(event: Event, state: AccountState) -> AccountState:
    return state


@_apply.register
def _(event: ExternalOrderFound, state: AccountState) -> AccountState:
    return replace(state, order_ids=state.order_ids | {event.order.order_id})


@_apply.register
def _(event: ExternalFillFound, state: AccountState) -> AccountState:
    return replace(state, fill_keys=state.fill_keys | {key_of(event.fill)})


@_apply.register
def _(event: LiquidationFound, state: AccountState) -> AccountState:
    return replace(state, fill_keys=state.fill_keys | {key_of(event.fill)})


@_apply.register
def _(event: PositionDiffers, state: AccountState) -> AccountState:
    difference = event.at_venue - event.in_journal
    return replace(state, differences={**state.differences, event.symbol: difference})
