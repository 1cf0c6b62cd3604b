"""Rows that other teams write into the SQLite file with SQL of their own."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.strands.examples import AT, own, plan, row, start
from trader.strands.decoding import UNREADABLE
from trader.strands.encoding import encode_foreign
from trader.strands.sqlite import SqliteStore
from trader.strands.store import Append
from trader.strands.strand import Strand

SEED_INSERT = """
INSERT INTO AD_strands (
    id, lifecycle_id, module, kind, symbol, timeframe, session_bucket, regime,
    content, tags, created_at
) VALUES (
    'trader_001', 'lifecycle_123', 'trader', 'order_status', 'BTC', '1h', 'session_456', 'normal',
    '{"order_id": "order_123", "status": "pending", "entry_condition": "breakout_above_30000", "current_price": 29950}',
    '["trader:order_status", "cil:execution_insights"]',
    NOW()
);
"""  # noqa: E501
SHARED_COLUMNS = (
    "agent_id, team_member, module_intelligence, sig_confidence, sig_sigma, outcome_score, "
    "accumulated_score, source_strands, clustering_columns, lesson, braid_level, parent_id, "
    "phi, rho, resonance_score, telemetry, position_id, trade_id"
)
YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path)
    yield opened
    opened.close()


def execute(store: SqliteStore, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with store.connections.connection() as connection:
        return connection.execute(sql, values).fetchall()


def insert(store: SqliteStore, **columns: Any) -> None:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    execute(store, f"INSERT INTO AD_strands ({names}) VALUES ({marks})", *columns.values())


def read_one(store: SqliteStore) -> Strand:
    (strand,) = store.strands()
    assert store.strand(strand.id) == strand
    return strand


def test_the_insert_of_the_specification_works_to_the_letter(store: SqliteStore) -> None:
    before = datetime.now(UTC)
    execute(store, SEED_INSERT)
    strand = read_one(store)
    assert before <= strand.created_at <= datetime.now(UTC)
    assert strand == Strand(
        id="trader_001",
        lifecycle_id="lifecycle_123",
        seq=None,
        module="trader",
        kind="order_status",
        content={
            "order_id": "order_123",
            "status": "pending",
            "entry_condition": "breakout_above_30000",
            "current_price": 29950,
        },
        tags=("trader:order_status", "cil:execution_insights"),
        created_at=strand.created_at,
        symbol="BTC",
        timeframe="1h",
        session_bucket="session_456",
        regime="normal",
    )


def test_it_works_after_appends_of_the_same_lifecycle(store: SqliteStore) -> None:
    first = start(store, "lifecycle_123")
    execute(store, SEED_INSERT)
    second = own("lifecycle_123", 1)
    store.append(Append("lifecycle_123", 0, [second], row("lifecycle_123", 1)))
    assert store.load("lifecycle_123") == (first, second)
    assert store.plan_inbox() == ()


def test_it_works_before_them_and_on_a_plain_connection(store: SqliteStore, path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(SEED_INSERT.replace("NOW()", "'2026-03-01T12:00:00Z'"))
    connection.close()
    first = start(store, "lifecycle_123")
    assert store.load("lifecycle_123") == (first,)
    assert len(store.strands(lifecycle_id="lifecycle_123")) == 2


def test_the_columns_that_other_teams_use_are_there(store: SqliteStore) -> None:
    execute(store, SEED_INSERT)
    assert execute(store, f"SELECT {SHARED_COLUMNS} FROM AD_strands") == [(None,) * 18]


def test_id_and_time_may_be_left_to_the_table(store: SqliteStore) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    insert(store, module="trader", kind="order_status", content="{}", tags="[]")
    insert(store, module="trader", kind="order_status", content="{}", tags="[]")
    one, two = store.strands()
    assert one.id != two.id
    assert before <= one.created_at <= two.created_at <= datetime.now(UTC)


def test_rows_of_others_stay_as_they_are_byte_for_byte(store: SqliteStore) -> None:
    insert(store, id="a", content='{ "b" : 1,"a":\t[1.50] , "a": 2}', tags='{"odd": true}')
    insert(store, id="b", content="not JSON", tags=None, created_at="yesterday")
    insert(store, id="plan", content="[1,  2]", tags='[ "trader:execute" ]', regime="caf\u0301e")
    everything = "SELECT id, quote(content), quote(tags), quote(created_at), hex(regime), seq "
    kept = execute(store, f"{everything} FROM ad_strands ORDER BY id")
    store.plan_inbox()
    start(store, "life", source_id="plan")
    store.append(Append("life", 0, [own("life", 1)], row("life", 1, source_id="plan")))
    store.strands()
    store.clear_lifecycles()
    assert execute(store, f"{everything} FROM ad_strands WHERE seq IS NULL ORDER BY id") == kept


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (None, {}),
        ("{}", {}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("[1]", {UNREADABLE: "content must be a JSON object; was a list"}),
        ('"text"', {UNREADABLE: "content must be a JSON object; was a str"}),
        ("null", {UNREADABLE: "content must be a JSON object; was a NoneType"}),
        ("", {UNREADABLE: "content is no JSON: Expecting value: line 1 column 1 (char 0)"}),
        ('{"a": NaN}', {UNREADABLE: "content.a must be a finite number; was nan"}),
        ('{"a": 1e999}', {UNREADABLE: "content.a must be a finite number; was inf"}),
        ('{"a": "\\u0000"}', {UNREADABLE: "content.a holds a NUL character: '\\x00'"}),
        ('{"a": "\\ud800"}', {UNREADABLE: "content.a holds half of a surrogate pair: '\\ud800'"}),
    ],
)
def test_odd_content_is_read(store: SqliteStore, content: str | None, read: object) -> None:
    insert(store, id="odd", content=content, module_intelligence=None)
    strand = read_one(store)
    assert strand.content == read
    assert strand.module_intelligence == {}


@pytest.mark.parametrize(
    "content", ["[" * 100_000, '{"a":' * 200 + "1" + "}" * 200, f'{{"a": {"9" * 5000}}}']
)
def test_monstrous_content_is_read(store: SqliteStore, content: str) -> None:
    insert(store, id="odd", content=content, module_intelligence=content)
    strand = read_one(store)
    assert list(strand.content) == [UNREADABLE]
    assert list(strand.module_intelligence) == [UNREADABLE]


@pytest.mark.parametrize(
    ("tags", "read", "is_plan"),
    [
        (None, (), False),
        ("", (), False),
        ("trader:execute", (), False),
        ("{trader:execute}", (), False),
        ('{"trader:execute": true}', (), False),
        ('{"a": "trader:execute"}', (), False),
        ("7", (), False),
        ('[["trader:execute"]]', (), False),
        ('"trader:execute"', ("trader:execute",), True),
        ('["trader:execute"]', ("trader:execute",), True),
        ('[1, null, "dm:plan_approved", {"a": 1}]', ("dm:plan_approved",), True),
        ('["a\\u0000b"]', (), False),
    ],
)
def test_odd_tags_are_read(
    store: SqliteStore, tags: str | None, read: tuple[str, ...], is_plan: bool
) -> None:
    insert(store, id="odd", tags=tags)
    assert read_one(store).tags == read
    assert [strand.id for strand in store.plan_inbox()] == ["odd"] * is_plan


def test_other_odd_columns_are_read(store: SqliteStore) -> None:
    insert(
        store,
        id="odd",
        symbol="B\0TC",
        kind=None,
        module=None,
        sig_confidence=float("inf"),
        sig_sigma=7,
        parent_id="",
    )
    execute(store, "UPDATE ad_strands SET regime = CAST(x'ff41' AS TEXT)")
    strand = read_one(store)
    assert (strand.symbol, strand.regime) == ("B\N{REPLACEMENT CHARACTER}TC", "\ufffdA")
    assert (strand.module, strand.kind, strand.parent_id) == ("", "", "")
    assert (strand.sig_confidence, strand.sig_sigma) == (None, 7.0)


MOMENTS = [
    (None, YEAR_ONE),
    ("", YEAR_ONE),
    ("now", YEAR_ONE),
    ("yesterday", YEAR_ONE),
    ("1767225600", YEAR_ONE),
    ("2460000.5", YEAR_ONE),
    ("2026-13-01T00:00:00.000000+00:00", YEAR_ONE),
    ("0000-01-01T00:00:00.000000+00:00", YEAR_ONE),
    ("0001-01-01 00:00:00+05:00", YEAR_ONE),
    ("9999-12-31 23:00:00-05:00", YEAR_ONE),
    ("2026-02-30T00:00:00.000001+00:00", datetime(2026, 3, 2, tzinfo=UTC)),
    ("2026-02-29 12:00:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ("2026-02-31", datetime(2026, 3, 3, tzinfo=UTC)),
    ("2026-03-01T24:00:00", datetime(2026, 3, 2, tzinfo=UTC)),
    ("2026-03-01T24:00:00.000000+00:00", datetime(2026, 3, 2, tzinfo=UTC)),
    ("2026-12-31 23:59:59.9999", datetime(2027, 1, 1, tzinfo=UTC)),
    ("2026-12-31T23:59:59.999999+00:00", datetime.max.replace(2026, tzinfo=UTC)),
    ("9999-12-31 23:59:59.9999", YEAR_ONE),
    ("9999-12-31T23:59:59.999999+00:00", datetime.max.replace(tzinfo=UTC)),
    ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ("2026-03-01 12:00:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ("2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ("2026-03-01 12:00:00.25+00", datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)),
    ("2026-03-01T12:00:00.123456+00:00", AT),
    ("2026-03-01T12:00:00.123456Z", AT.replace(microsecond=123_000)),
]


@pytest.mark.parametrize(("text", "moment"), MOMENTS)
def test_any_time_is_read(store: SqliteStore, text: str | None, moment: datetime) -> None:
    insert(store, id="odd", created_at=text)
    assert read_one(store).created_at == moment


@pytest.mark.parametrize("limit", [1, 3])
def test_pages_neither_skip_nor_repeat_odd_times(store: SqliteStore, limit: int) -> None:
    for number, (text, _) in enumerate(MOMENTS):
        insert(store, id=f"{number:02}", created_at=text)
    seen: list[Strand] = []
    while page := store.strands(
        after=(seen[-1].created_at, seen[-1].id) if seen else None, limit=limit
    ):
        seen += page
    assert [strand.id for strand in sorted(seen, key=lambda s: (s.created_at, s.id))] == [
        strand.id for strand in seen
    ]
    assert len(seen) == len({strand.id for strand in seen}) == len(MOMENTS)


def test_a_plan_that_is_deleted_leaves_the_inbox(store: SqliteStore) -> None:
    store.insert_foreign(plan("plan"))
    execute(store, "DELETE FROM ad_strands WHERE id = 'plan'")
    assert store.plan_inbox() == ()


def test_a_plan_published_twice_is_answered_once(store: SqliteStore) -> None:
    again = "INSERT OR REPLACE INTO ad_strands (id, tags) VALUES ('plan', '[\"trader:execute\"]')"
    store.insert_foreign(plan("plan"))
    execute(store, again)
    assert len(store.plan_inbox()) == 1
    start(store, "life", source_id="plan")
    execute(store, again)
    assert store.plan_inbox() == ()


def test_every_odd_strand_could_be_written(store: SqliteStore) -> None:
    odd = '{"a": "\\u0000\\ud800", "b": NaN}'
    insert(store, id="odd", module="m", kind="k", content=odd, tags=odd, regime="\0")
    assert encode_foreign(read_one(store))["id"] == "odd"
