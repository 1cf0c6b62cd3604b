"""Makes the projection anew from the strands."""

from collections.abc import Sequence

from trader.lifecycle.fold import BrokenLifecycle, fold
from trader.lifecycle.paging import PAGE
from trader.lifecycle.projection import project
from trader.reconciliation.account import fold_account, is_account, project_account
from trader.strands.store import StrandStore
from trader.strands.strand import LifecycleRow, Strand


def rebuild(store: StrandStore) -> int:
    """Replace every row of `lifecycles`; returns how many. Run it while no worker writes."""
    store.clear_lifecycles()
    count, after = 0, None
    while ids := store.lifecycle_ids(after=after, limit=PAGE):
        strands = store.load_many(ids)
        store.replace_lifecycles([_row(i, strands.get(i, ())) for i in ids])
        count, after = count + len(ids), ids[-1]
    return count


def _row(lifecycle_id: str, strands: Sequence[Strand]) -> LifecycleRow:
    if is_account(lifecycle_id):
        account = fold_account(strands)
        row = None if account is None else project_account(account)
    else:
        lifecycle = fold(strands)
        row = None if lifecycle is None else project(lifecycle)
    if row is None:
        raise BrokenLifecycle(f"lifecycle {lifecycle_id} lost its strands during the rebuild")
    return row
