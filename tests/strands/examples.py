"""Strands and rows to test with; each keyword replaces a field."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from tests.support.postgrest_server import role_key
from trader.strands.kinds import PLAN_EVALUATION, Module, PlanTag, StrandKind, Tag
from trader.strands.opening import open_store
from trader.strands.store import NEW, Append, StrandStore
from trader.strands.strand import LifecycleRow, Strand

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def own(lifecycle_id: str, seq: int, **fields: Any) -> Strand:
    """A strand of the Trader."""
    strand = Strand(
        id=f"{lifecycle_id}-{seq}",
        lifecycle_id=lifecycle_id,
        seq=seq,
        module=Module.TRADER,
        kind=StrandKind.ORDER_STATUS,
        content={"status": "pending", "price": "29950.5"},
        tags=(Tag.ORDER_STATUS, Tag.CIL_EXECUTION_INSIGHTS),
        created_at=AT,
        symbol="BTC",
        agent_id="trader",
    )
    return replace(strand, **fields)


def foreign(strand_id: str, **fields: Any) -> Strand:
    """A strand of the Decision Maker that asks for nothing."""
    strand = Strand(
        id=strand_id,
        lifecycle_id=None,
        seq=None,
        module=Module.DECISION_MAKER,
        kind=PLAN_EVALUATION,
        content={"approval_status": "approved"},
        tags=("dm:note",),
        created_at=AT,
    )
    return replace(strand, **fields)


def plan(strand_id: str, **fields: Any) -> Strand:
    """An approved plan."""
    return foreign(strand_id, **{"tags": (PlanTag.PLAN_APPROVED, PlanTag.EXECUTE), **fields})


def row(lifecycle_id: str, seq: int, **fields: Any) -> LifecycleRow:
    """The row of a lifecycle that waits, without plan and source."""
    lifecycle = LifecycleRow(
        lifecycle_id=lifecycle_id,
        seq=seq,
        stage="monitor",
        due_at=None,
        symbol="BTC",
        venue=None,
        direction="long",
        plan_id=None,
        source_id=None,
        outcome=None,
        has_exposure=False,
        created_at=AT,
        updated_at=AT,
    )
    return replace(lifecycle, **fields)


def start(store: StrandStore, lifecycle_id: str, **fields: Any) -> Strand:
    """Append the first strand of a lifecycle; the keywords are the row's."""
    strand = own(lifecycle_id, 0)
    store.append(Append(lifecycle_id, NEW, [strand], row(lifecycle_id, 0, **fields)))
    return strand


def opened(url: str) -> StrandStore:
    """The store of a test at this address; in any process, for the key is made anew."""
    return open_store(url, SecretStr(role_key("service_role")))
