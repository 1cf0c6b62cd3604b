"""A running pipeline, seen from outside: plans go in, strands and orders come out."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.local_exchange.controls import Controls
from trader.clock import utc_now
from trader.lifecycle.cancellation import NothingToCancel, request_cancel
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.stage import Leg, Stage
from trader.plans.submission import submission
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import NotReady, wait_until
from trader.reconciliation.account import is_account
from trader.strands.sqlite import SqliteStore
from trader.strands.strand import Json, Strand

PATIENCE_SECONDS = 30.0

OWN_STRANDS = "SELECT * FROM ad_strands WHERE lifecycle_id = ? AND seq IS NOT NULL ORDER BY seq"
MANY = 100_000
QUIET = timedelta(seconds=0.5)
"""A tracked plan without a new strand for so long is at rest: no task is at it."""


@dataclass(frozen=True)
class Flow:
    """`database` is the pipeline's journal, `market` the local exchange's controls."""

    database: Path
    store: SqliteStore
    market: Controls
    supervisor: Supervisor

    def submit(self, document: Mapping[str, Json]) -> str:
        """Approve a plan; its lifecycle id."""
        return self.publish(submission(document, utc_now()))

    def publish(self, strand: Strand) -> str:
        """Write a plan's strand; its lifecycle id."""
        self.store.insert_foreign(strand)
        assert strand.lifecycle_id is not None
        return strand.lifecycle_id

    def lifecycle(self, lifecycle_id: str) -> Lifecycle | None:
        """What the plan's strands add up to; None before the first."""
        return PLANS.fold(self.store.load(lifecycle_id))

    def wait_for(
        self, lifecycle_id: str, condition: Callable[[Lifecycle], bool], what: str
    ) -> Lifecycle:
        """The lifecycle once the condition holds; fails with the plan's way so far."""

        def holds() -> bool:
            found = self.lifecycle(lifecycle_id)
            return found is not None and condition(found)

        try:
            wait_until(holds, PATIENCE_SECONDS, what)
        except NotReady as error:
            raise AssertionError(f"{error}; the plan's way: {self.way(lifecycle_id)}") from error
        found = self.lifecycle(lifecycle_id)
        assert found is not None
        return found

    def wait_until_done(self, lifecycle_id: str) -> Lifecycle:
        """The lifecycle at its end."""
        return self.wait_for(lifecycle_id, lambda found: found.stage is Stage.DONE, "done")

    def wait_until_waiting(self, lifecycle_id: str) -> Lifecycle:
        """The lifecycle as soon as it waits for its condition."""
        return self.wait_for(lifecycle_id, lambda found: found.stage is Stage.MONITOR, "waits")

    def wait_until_working(self, lifecycle_id: str, *legs: Leg) -> Lifecycle:
        """The lifecycle at rest, with an order of each of these legs at the venue."""
        return self.wait_for(
            lifecycle_id, lambda found: rests_with(found, *legs), f"{' and '.join(legs)} work"
        )

    def cancel(self, lifecycle_id: str, close_position: bool = False) -> None:
        """Ask the plan to end, as `trader cancel` does."""
        request_cancel(
            Journal(self.store),
            lifecycle_id,
            requested_by="ann",
            close_position=close_position,
            now=utc_now(),
        )

    def end(self, lifecycle_id: str) -> None:
        """Ask the plan to end with its position, unless it has ended."""
        with suppress(NothingToCancel):
            self.cancel(lifecycle_id, close_position=True)

    def lifecycle_ids(self) -> set[str]:
        """All plans that were answered."""
        return {i for i in self.store.lifecycle_ids(limit=MANY) if not is_account(i)}

    def strands(self, lifecycle_id: str) -> list[dict[str, Any]]:
        """The plan's own rows of the table, as any reader of the database gets them."""
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(OWN_STRANDS, [lifecycle_id]).fetchall()
        return [
            {**row, "content": json.loads(row["content"]), "tags": json.loads(row["tags"])}
            for row in map(dict, rows)
        ]

    def way(self, lifecycle_id: str) -> list[str]:
        """The plan's strands in short, such as "order_filled stop filled"."""
        contents = [row["content"] for row in self.strands(lifecycle_id)]
        return [
            " ".join([content["event"], *filter(None, [content.get("leg")]), content["status"]])
            for content in contents
        ]

    def venue_orders(self, lifecycle_id: str) -> list[dict[str, Any]]:
        """The plan's orders on the exchange's own ledger, in the order of their acceptance."""
        found = self.lifecycle(lifecycle_id)
        cloids = {} if found is None else found.orders
        return [order for order in self.market.ledger_orders() if order["cloid"] in cloids]

    def venue_fills(self, lifecycle_id: str) -> list[dict[str, Any]]:
        """The plan's trades on that ledger."""
        found = self.lifecycle(lifecycle_id)
        cloids = {} if found is None else found.orders
        return [fill for fill in self.market.ledger_fills() if fill["cloid"] in cloids]


def rests_with(lifecycle: Lifecycle, *legs: Leg) -> bool:
    """Whether the plan is at rest, with orders of exactly these legs at the venue."""
    at_venue = {order.leg for order in lifecycle.working(*Leg) if order.order_id}
    return utc_now() > lifecycle.updated_at + QUIET and at_venue == set(legs)
