"""The strands of lives that plans lead, as the Trader writes them, to make any number of others of.

One plan waits, one expires, one is tracked under stop and target, one is closed and analysed. In
each of their texts that names the plan, an order or a trade stands MARK: replaced by a number of
ten digits it names another one.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from benchmarks.open_lifecycles import OpenLifecycles
from benchmarks.standing_venue import StandingVenue
from trader.clock import utc_now
from trader.lifecycle.intake import take_in
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.lifecycle.plan_stream import PLANS
from trader.lifecycle.projection import project
from trader.lifecycle.stage import Leg
from trader.orders.entry import end_before_entry
from trader.orders.following import VenueFacts, follow
from trader.orders.step import Record, next_step
from trader.performance.analyzer import PerformanceAnalyzer
from trader.plans.submission import submission
from trader.strands.encoding import SqlValue, encode_lifecycle, encode_strand
from trader.strands.sqlite import SqliteStore
from trader.strands.strand import Json, Strand
from trader.venues.orders import OrderReport, VenueOrderState

MARK = "7777777777"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
"""When the plan of each pattern was taken in; every further strand comes a second later."""

SYMBOL = "BTC"
WAITS = timedelta(days=365)
_TRADE = "trade_id"


class Life(StrEnum):
    """How far a plan is."""

    WAITING = "waiting"
    TRACKED = "tracked"
    EXPIRED = "expired"
    CLOSED = "closed"


def lifecycle_id_of(mark: str) -> str:
    """The id of the lifecycle that has this mark."""
    return f"01a207dd-dd43-7c89-8003-{mark}aa"


@dataclass(frozen=True, slots=True)
class Pattern:
    """The strands of one life and its row of `lifecycles`: values by column, as stores take them.

    Strand `seq` is `seq` seconds younger than the first one.
    """

    strands: tuple[dict[str, SqlValue], ...]
    row: dict[str, SqlValue]


def patterns(folder: Path) -> dict[Life, Pattern]:
    """Lead each life once, in a store in this folder."""
    with closing(SqliteStore(folder / "patterns.db")) as store:
        lives = _Lives(store).led()
        return {life: _pattern(found, store.load(found)) for life, found in lives.items()}


class _Lives:
    """One plan for each life, taken there by the Trader's own parts."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._journal = Journal(store)
        self._venue = StandingVenue("0x" + "a" * 40)

    def led(self) -> dict[Life, str]:
        """The lifecycle ids."""
        tracked, closed = OpenLifecycles(self._store, self._venue).open(2)
        return {
            Life.WAITING: self._taken_in("waits").lifecycle_id,
            Life.EXPIRED: self._expired(self._taken_in("expires")).lifecycle_id,
            Life.TRACKED: tracked.lifecycle_id,
            Life.CLOSED: self._closed(closed).lifecycle_id,
        }

    def _taken_in(self, name: str) -> Lifecycle:
        """Each waits for a price of its own, which never comes."""
        now = utc_now()
        document: dict[str, Json] = {
            "plan_id": f"{name}-{MARK}",
            "symbol": SYMBOL,
            "direction": "long",
            "timeframe": "1h",
            "entry": {"type": "price_above", "level": f"2{MARK}"},
            "order": {"type": "market"},
            "size": {"unit": "notional", "value": "250"},
            "stop_loss": "95000",
            "take_profit": "105000",
            "valid_until": (now + WAITS).isoformat(),
            "max_hold": "PT6H",
            "expectation": {"return_fraction": "0.02", "entry_price": "100000"},
            "confidence": 0.81,
        }
        self._store.insert_foreign(submission(document, now))
        (lifecycle_id,) = take_in(self._store, self._journal, self._venue.instruments(), now)
        return self._journal.load(lifecycle_id)

    def _expired(self, waiting: Lifecycle) -> Lifecycle:
        plan = plan_of(waiting)
        ended = end_before_entry(waiting, plan, plan.valid_until)
        assert ended is not None, "the plan's time is not over"
        return self._journal.append(waiting, (ended,), utc_now())

    def _closed(self, tracked: Lifecycle) -> Lifecycle:
        """The target trades, and the venue withdraws the stop."""
        target, stop = (tracked.orders_of(leg)[-1].cloid for leg in (Leg.TARGET, Leg.STOP))
        self._venue.trade(target)
        reports = {
            target: _report(tracked, target, VenueOrderState.FILLED, "filled"),
            stop: _report(tracked, stop, VenueOrderState.CANCELLED, "reduceOnlyCanceled"),
        }
        facts = VenueFacts(reports, (self._venue.fill_of(target),))
        now = utc_now()
        flat = self._journal.append(tracked, follow(tracked, facts, now), now)
        plan = plan_of(flat)
        step = next_step(flat, plan, self._venue.instruments()[plan.symbol], None, now)
        assert isinstance(step, Record), f"the plan is not finished, but: {step}"
        finished = self._journal.append(flat, (step.event,), now)
        return self._journal.append(finished, (PerformanceAnalyzer().analyze(finished),), now)


def _report(lifecycle: Lifecycle, cloid: str, state: VenueOrderState, status: str) -> OrderReport:
    order = lifecycle.orders[cloid]
    size = order.request.size
    return OrderReport(
        cloid=cloid,
        order_id=order.order_id or 0,
        symbol=order.request.symbol,
        side=order.request.side,
        state=state,
        venue_status=status,
        original_size=size,
        remaining_size=size - size if state is VenueOrderState.FILLED else size,
        reported_at=utc_now(),
    )


def _pattern(lifecycle_id: str, strands: tuple[Strand, ...]) -> Pattern:
    lifecycle = PLANS.fold(strands)
    assert lifecycle is not None, f"{lifecycle_id} has no strands"
    marked_id = lifecycle_id_of(MARK)
    names = {lifecycle_id: marked_id, lifecycle.source_id or "": f"source-of-{marked_id}"}
    names |= {strand.id: f"01a207dd-f719-76d0-8004-{MARK}{strand.seq:02}" for strand in strands}
    names |= {cloid: f"{cloid[:24]}{MARK}" for cloid in lifecycle.orders}
    marked = [_marked_strand(strand, names) for strand in strands]
    after = PLANS.fold(marked)
    assert after is not None, f"{lifecycle_id} lost its strands"
    return Pattern(tuple(map(encode_strand, marked)), encode_lifecycle(project(after)))


def _marked_strand(strand: Strand, names: Mapping[str, str]) -> Strand:
    content = _marked(dict(strand.content), names)
    assert isinstance(content, dict)
    trade_id = None if strand.trade_id is None else str(_numbered(int(strand.trade_id)))
    return replace(
        strand,
        id=names[strand.id],
        lifecycle_id=lifecycle_id_of(MARK),
        position_id=lifecycle_id_of(MARK),
        parent_id=names.get(strand.parent_id or "", strand.parent_id),
        content=content,
        trade_id=trade_id,
        created_at=BEGAN + timedelta(seconds=strand.seq or 0),
    )


def _marked(value: Json, names: Mapping[str, str]) -> Json:
    """The same with the names replaced, wherever they stand in it."""
    if isinstance(value, str):
        for name, marked in names.items():
            value = value.replace(name, marked)
        return value
    if isinstance(value, list):
        return [_marked(item, names) for item in value]
    if isinstance(value, dict):
        return {
            key: _numbered(item) if key == _TRADE else _marked(item, names)
            for key, item in value.items()
        }
    return value


def _numbered(trade_id: Json) -> int:
    assert isinstance(trade_id, int), f"a trade's id is a number; was {trade_id!r}"
    return int(f"{MARK}{trade_id:02}")
