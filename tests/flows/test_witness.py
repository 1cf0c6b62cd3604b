"""The whole journal against the exchange's whole ledger, and the projection against a rebuild."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.flows.plans import a_plan
from tests.support.flow import Flow
from trader.known_streams import stream_of
from trader.strands.sqlite import SqliteStore
from trader.strands.strand import LifecycleRow
from trader.streams.rebuild import rebuild


def test_every_order_on_the_ledger_belongs_to_one_intent(flow: Flow) -> None:
    flow.wait_until_done(flow.submit(a_plan(max_hold="PT0.5S")))
    accepted = Counter(order["cloid"] for order in flow.market.ledger_orders())
    lifecycles = [flow.lifecycle(lifecycle_id) for lifecycle_id in flow.lifecycle_ids()]
    intended = Counter(
        order.request.cloid
        for lifecycle in lifecycles
        if lifecycle is not None
        for intent in lifecycle.intents.values()
        for order in intent.orders
    )
    assert accepted
    assert set(accepted.values()) == {1}
    assert {intended[cloid] for cloid in accepted} == {1}


def test_a_rebuild_gives_the_same_rows(flow: Flow, tmp_path: Path) -> None:
    flow.wait_until_done(flow.submit(a_plan(max_hold="PT0.5S")))
    copy = tmp_path / "copy.db"
    _copy(flow.database, copy)
    with closing(SqliteStore(copy)) as store:
        kept = _rows(store)
        assert rebuild(store, stream_of) == len(kept) > 0
        assert _rows(store) == kept


def _rows(store: SqliteStore) -> tuple[LifecycleRow, ...]:
    return store.lifecycles(limit=100_000)


def _copy(database: Path, copy: Path) -> None:
    """As of one moment, though the workers may write meanwhile."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
