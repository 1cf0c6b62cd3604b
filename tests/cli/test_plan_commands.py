"""The commands on plans and strands, on a real store."""

import json
import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from typer.testing import CliRunner, Result

from tests.performance.test_foreign_closing import by_hand, known
from tests.support.lifecycles import LifecycleBuilder, a_plan, a_quote
from tests.venues.builders import BTC
from trader.cli.main import app
from trader.clock import utc_now
from trader.lifecycle.intake_pulse import note_intake
from trader.lifecycle.journal import Journal, UnknownLifecycle
from trader.lifecycle.order_events import OrderAnomaly
from trader.lifecycle.projection import project
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import Leg, OrderState, Outcome, Stage
from trader.market.snapshot import MarketSnapshot
from trader.performance.analyzer import PerformanceAnalyzer
from trader.settings import read_settings
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append

PLAN = {
    "plan_id": "p",
    "symbol": "BTC",
    "direction": "long",
    "timeframe": "1h",
    "entry": "immediately",
    "order": {"type": "market"},
    "size": {"unit": "notional", "value": "500"},
    "valid_until": "2099-01-01T00:00:00Z",
}
WRONG = {"plan_id": "q", "symbol": "ETH", "direction": "long", "timeframe": "1h", "stop_loss": -1}
REASONS = [
    "trading_plan.entry_conditions is missing or null: write it (was null)",
    "trading_plan.position_size is missing or null: write it (was null)",
    "trading_plan.stop_loss must be above 0 (was -1)",
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADER_STORE_URL", f"sqlite:///{tmp_path / 'journal.db'}")
    monkeypatch.setenv("TRADER_REDIS_URL", "redis://127.0.0.1:9")
    store = SqliteStore(tmp_path / "journal.db")
    yield store
    store.close()


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=text, catch_exceptions=False)


def written(store: SqliteStore, builder: LifecycleBuilder) -> str:
    """The builder's plan in the store."""
    row = project(builder.lifecycle)
    store.append(Append(builder.lifecycle_id, NEW, builder.strands, row))
    return builder.lifecycle_id


def closed(lifecycle_id: str = "lifecycle-1") -> LifecycleBuilder:
    builder = LifecycleBuilder(a_plan(plan_id=f"plan of {lifecycle_id}"), lifecycle_id)
    return builder.entered().left("31000")


def test_submit_writes_the_plan_and_prints_its_lifecycle_id(
    store: SqliteStore, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    ids = {run("plan", "submit", "plan.json").stdout.strip()}
    ids.add(run("plan", "submit", "-", text=json.dumps(PLAN)).stdout.strip())
    inbox = store.plan_inbox()
    assert {strand.lifecycle_id for strand in inbox} == ids
    assert inbox[0].content["trading_plan"] == PLAN


def test_submit_says_at_once_all_that_the_intake_would_refuse(store: SqliteStore) -> None:
    refused = run("plan", "submit", "-", text=json.dumps(WRONG))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.splitlines() == REASONS
    assert store.plan_inbox() == ()


def test_submit_publishes_it_anyway_when_it_is_told_to(store: SqliteStore) -> None:
    sent = run("plan", "submit", "-", "--anyway", text=json.dumps(WRONG))
    assert (sent.exit_code, sent.stderr.splitlines()[:3]) == (0, REASONS)
    (strand,) = store.plan_inbox()
    assert strand.lifecycle_id == sent.stdout.strip()


def test_submit_says_when_nobody_takes_plans_in(store: SqliteStore) -> None:
    sent = run("plan", "submit", "-", text=json.dumps(PLAN))
    assert sent.exit_code == 0
    assert "nobody takes plans in" in sent.stderr
    assert "`trader up`" in sent.stderr
    assert len(store.plan_inbox()) == 1


def test_submit_looks_at_what_the_venue_lists_when_that_is_known(
    store: SqliteStore, empty_broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADER_REDIS_URL", empty_broker_url)
    with Redis.from_url(empty_broker_url) as redis:
        market = MarketSnapshot(redis, read_settings(os.environ).venue_url)
        market.publish({"BTC": a_quote("60000", utc_now())}, {"BTC": BTC})
        note_intake(redis, 60.0)
    unlisted = run("plan", "submit", "-", text=json.dumps({**PLAN, "symbol": "NOSUCH"}))
    assert (unlisted.exit_code, "is not listed" in unlisted.stderr) == (1, True)
    taken = run("plan", "submit", "-", text=json.dumps(PLAN))
    assert (taken.exit_code, taken.stderr) == (0, "")
    assert len(store.plan_inbox()) == 1


def test_submit_believes_no_list_that_nobody_renews(
    store: SqliteStore, empty_broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are fresh prices a sign that plans are taken in: the stream writes them alone."""
    monkeypatch.setenv("TRADER_REDIS_URL", empty_broker_url)
    with Redis.from_url(empty_broker_url) as redis:
        market = MarketSnapshot(redis, read_settings(os.environ).venue_url)
        market.publish({"BTC": a_quote("60000", utc_now())}, {"BTC": BTC})
    sent = run("plan", "submit", "-", text=json.dumps({**PLAN, "symbol": "LISTED-SINCE"}))
    assert sent.exit_code == 0
    assert "nobody has looked for plans lately" in sent.stderr
    assert len(store.plan_inbox()) == 1


def test_the_version_is_the_packages() -> None:
    assert run("--version").stdout == f"trader {version('trader')}\n"


def test_list_shows_plans_and_not_the_account(store: SqliteStore) -> None:
    written(store, closed("one"))
    waiting = LifecycleBuilder(a_plan(plan_id="w"), "two").accepted()
    written(store, waiting)
    lines = [json.loads(line) for line in run("plan", "list", "--json").stdout.splitlines()]
    assert {(line["lifecycle_id"], line["stage"]) for line in lines} == {
        ("one", "analyze"),
        ("two", "monitor"),
    }
    assert "two" in run("plan", "list", "--stage", "monitor").stdout
    assert "one" not in run("plan", "list", "--stage", "monitor").stdout


def test_show_tells_orders_fills_and_every_strand(store: SqliteStore) -> None:
    plan = written(store, closed())
    shown: dict[str, Any] = json.loads(run("plan", "show", plan, "--json").stdout)
    assert (shown["stage"], shown["outcome"]) == ("analyze", "closed")
    assert [order["leg"] for order in shown["orders"]] == ["entry", "target"]
    assert [event["seq"] for event in shown["events"]] == list(range(len(shown["events"])))
    text = run("plan", "show", plan).stdout
    for part in ("plan of lifecycle-1", "entry 1", "orders_intended", "execution_finished"):
        assert part in text


def test_show_begins_with_what_cannot_be_true(store: SqliteStore) -> None:
    builder = LifecycleBuilder().entered()
    seen = OrderAnomaly(
        cloid=builder.lifecycle.orders_of(Leg.ENTRY)[-1].cloid,
        leg=Leg.ENTRY,
        state=OrderState.FILLED,
        signal=Signal.TRADED_TOO_MUCH,
        seen="trade 9",
        reason="traded_too_much cannot be true",
    )
    plan = written(store, builder.event(seen))
    (order,) = json.loads(run("plan", "show", plan, "--json").stdout)["orders"]
    assert [found["signal"] for found in order["anomalies"]] == ["traded_too_much"]
    text = run("plan", "show", plan).stdout
    assert text.index("to be looked into") < text.index("entry: traded_too_much cannot be true")
    assert text.index("entry: traded_too_much cannot be true") < text.index("entry 1")


def test_show_says_who_closed_a_position_and_what_came_of_it(store: SqliteStore) -> None:
    builder = LifecycleBuilder().entered().lost()
    foreign = known(by_hand(builder.lifecycle))
    builder.event(PerformanceAnalyzer().analyze(builder.lifecycle, foreign))
    plan = written(store, builder)
    assert "closed by other hands" in run("plan", "show", plan).stdout
    analyzed = json.loads(run("plan", "show", plan, "--json").stdout)["events"][-1]
    assert analyzed["result"]["foreign_closing"]["by"] == ["other_hands"]


def test_show_of_an_unknown_plan_says_so(store: SqliteStore) -> None:  # noqa: ARG001
    with pytest.raises(UnknownLifecycle, match="no lifecycle 'nowhere'"):
        run("plan", "show", "nowhere")


def test_strands_are_json_lines_by_lifecycle_and_kind(store: SqliteStore) -> None:
    plan = written(store, closed())
    run("plan", "submit", "-", text=json.dumps(PLAN))
    everything = run("strands", "--json").stdout.splitlines()
    assert len(everything) == len(store.load(plan)) + 1
    kept = run("strands", "--json", "--lifecycle", plan, "--kind", "position_tracking").stdout
    assert [json.loads(line)["content"]["event"] for line in kept.splitlines()] == [
        "execution_finished"
    ]
    assert "plan_evaluation" in run("strands").stdout


@pytest.mark.parametrize("close", [False, True])
def test_cancel_ends_a_waiting_plan_and_asks_for_the_end_of_a_tracked_one(
    store: SqliteStore, close: bool
) -> None:
    waiting = written(store, LifecycleBuilder(a_plan(plan_id="w"), "waiting").accepted())
    tracked = written(store, LifecycleBuilder(a_plan(plan_id="t"), "tracked").entered())
    flags = ["--close"] if close else []
    assert "cancelled" in run("cancel", waiting, *flags).stdout
    assert "cancelling" in run("cancel", tracked, *flags).stdout
    journal = Journal(store)
    assert journal.load(waiting).outcome is Outcome.CANCELLED
    lifecycle = journal.load(tracked)
    assert lifecycle.stage is Stage.TRACK
    assert lifecycle.cancel is not None
    assert lifecycle.cancel.close_position is close
    assert lifecycle.orders_of(Leg.ENTRY) != ()


def test_rebuild_counts_what_it_rebuilt(store: SqliteStore) -> None:
    written(store, closed("one"))
    written(store, closed("two"))
    before = store.lifecycles()
    assert run("rebuild").stdout == "2 lifecycles rebuilt\n"
    assert store.lifecycles() == before


def test_replay_finds_what_no_decision_of_ours_led_to(store: SqliteStore) -> None:
    plan = written(store, closed())  # its reasons are the builder's, not the decisions'
    result = CliRunner().invoke(app, ["replay", plan])
    assert result.exit_code == 1
    assert "seq 1" in result.stdout
