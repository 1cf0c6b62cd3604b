"""What the account's own strands tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import singledispatch

from trader.reconciliation.events import (
    ExternalFillFound,
    ExternalOrderFound,
    LiquidationFound,
    PositionDiffers,
)
from trader.streams.event import Event, Label
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

    @property
    def label(self) -> Label:
        """Nothing that plans are selected by."""
        return Label()


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


@singledispatch
def apply(event: Event, state: AccountState) -> AccountState:
    """The state after one event; events that only inform change nothing."""
    return state


@apply.register
def _(event: ExternalOrderFound, state: AccountState) -> AccountState:
    return replace(state, order_ids=state.order_ids | {event.order.order_id})


@apply.register
def _(event: ExternalFillFound, state: AccountState) -> AccountState:
    return replace(state, fill_keys=state.fill_keys | {key_of(event.fill)})


@apply.register
def _(event: LiquidationFound, state: AccountState) -> AccountState:
    return replace(state, fill_keys=state.fill_keys | {key_of(event.fill)})


@apply.register
def _(event: PositionDiffers, state: AccountState) -> AccountState:
    difference = event.at_venue - event.in_journal
    return replace(state, differences={**state.differences, event.symbol: difference})
