"""Rows that other teams write into the PostgreSQL table with SQL of their own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.strands.examples import AT, own, plan, row, start
from tests.support.postgres_sessions import Session
from trader.strands.decoding import UNREADABLE
from trader.strands.encoding import encode_foreign
from trader.strands.postgres import PostgresStore
from trader.strands.store import Append
from trader.strands.strand import Strand

YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def team(postgres_url: str) -> Iterator[Session]:
    """A session of another team."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def insert(team: Session, **columns: Any) -> None:
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    team.execute(
        f"INSERT INTO AD_strands ({names}) VALUES ({marks})".encode(), tuple(columns.values())
    )


def read_one(store: PostgresStore) -> Strand:
    (strand,) = store.strands()
    assert store.strand(strand.id) == strand
    return strand


def test_id_and_time_may_be_left_to_the_table(store: PostgresStore, team: Session) -> None:
    insert(team, module="cil", kind="braid")
    insert(team, module="cil", kind="braid")
    one, two = store.strands()
    assert one.id != two.id
    assert one.created_at <= two.created_at <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (None, {}),
        ("{}", {}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": 1e20}', {"a": 10**20}),
        ("[1]", {UNREADABLE: "content must be a JSON object; was a list"}),
        ('"text"', {UNREADABLE: "content must be a JSON object; was a str"}),
        ("null", {UNREADABLE: "content must be a JSON object; was a NoneType"}),
    ],
)
def test_odd_content_is_read(
    store: PostgresStore, team: Session, content: str | None, read: object
) -> None:
    insert(team, id="odd", content=content, module_intelligence=None)
    strand = read_one(store)
    assert strand.content == read
    assert strand.module_intelligence == {}


@pytest.mark.parametrize(
    "content", ["[" * 3000 + "]" * 3000, '{"a":' * 200 + "1" + "}" * 200, f'{{"a": {"9" * 5000}}}']
)
def test_monstrous_content_is_read(store: PostgresStore, team: Session, content: str) -> None:
    insert(team, id="odd", content=content, module_intelligence=content)
    strand = read_one(store)
    assert list(strand.content) == [UNREADABLE]
    assert list(strand.module_intelligence) == [UNREADABLE]


@pytest.mark.parametrize(
    ("tags", "read", "is_plan"),
    [
        (None, (), False),
        ("null", (), False),
        ("7", (), False),
        ("true", (), False),
        ('{"trader:execute": true}', (), False),
        ('{"a": "trader:execute"}', (), False),
        ('[["trader:execute"]]', (), False),
        ('[{"trader:execute": 1}]', (), False),
        ('["Trader:Execute"]', ("Trader:Execute",), False),
        ('"trader:execute"', ("trader:execute",), True),
        ('["trader:execute"]', ("trader:execute",), True),
        ('[1, null, "dm:plan_approved", {"a": 1}]', ("dm:plan_approved",), True),
    ],
)
def test_odd_tags_are_read(
    store: PostgresStore, team: Session, tags: str | None, read: tuple[str, ...], is_plan: bool
) -> None:
    insert(team, id="odd", tags=tags)
    assert read_one(store).tags == read
    assert [strand.id for strand in store.plan_inbox()] == ["odd"] * is_plan


def test_other_odd_columns_are_read(store: PostgresStore, team: Session) -> None:
    insert(team, id="odd", kind=None, sig_confidence=float("inf"), sig_sigma=7, outcome_score="nan")
    strand = read_one(store)
    assert (strand.module, strand.kind) == ("", "")
    assert (strand.sig_confidence, strand.sig_sigma, strand.outcome_score) == (None, 7.0, None)


MOMENTS = [
    (None, YEAR_ONE),
    ("infinity", YEAR_ONE),
    ("-infinity", YEAR_ONE),
    ("0044-03-15 12:00:00+00 BC", YEAR_ONE),
    ("0001-01-01 00:00:00+05", YEAR_ONE),
    ("0001-01-01 00:00:00+00", YEAR_ONE),
    ("0001-01-01 00:00:00.000001+00", YEAR_ONE.replace(microsecond=1)),
    ("9999-12-31 23:59:59.999999+00", datetime.max.replace(tzinfo=UTC)),
    ("10000-01-01 00:00:00+00", YEAR_ONE),
    ("294276-12-31 00:00:00+00", YEAR_ONE),
    ("2026-03-01 12:00:00.123456+00", AT),
    ("2026-03-01 14:00:00.123456+02", AT),
    ("epoch", datetime(1970, 1, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize(("text", "moment"), MOMENTS)
def test_any_time_is_read(
    store: PostgresStore, team: Session, text: str | None, moment: datetime
) -> None:
    insert(team, id="odd", created_at=text)
    assert read_one(store).created_at == moment


@pytest.mark.parametrize("limit", [1, 3])
def test_pages_neither_skip_nor_repeat_odd_times(
    store: PostgresStore, team: Session, limit: int
) -> None:
    for number, (text, _) in enumerate(MOMENTS):
        insert(team, id=f"{number:02}", created_at=text)
    seen: list[Strand] = []
    while page := store.strands(
        after=(seen[-1].created_at, seen[-1].id) if seen else None, limit=limit
    ):
        seen += page
    assert seen == sorted(seen, key=lambda strand: (strand.created_at, strand.id))
    assert len(seen) == len({strand.id for strand in seen}) == len(MOMENTS)


def test_a_plan_that_is_deleted_leaves_the_inbox(store: PostgresStore, team: Session) -> None:
    store.insert_foreign(plan("plan"))
    team.execute("DELETE FROM AD_strands WHERE id = 'plan'")
    assert store.plan_inbox() == ()


def test_a_plan_published_twice_is_answered_once(store: PostgresStore, team: Session) -> None:
    store.insert_foreign(plan("plan"))
    for _ in range(2):
        team.execute("DELETE FROM AD_strands WHERE id = 'plan'")
        insert(team, id="plan", tags='["trader:execute"]')
    assert len(store.plan_inbox()) == 1
    start(store, "life", source_id="plan")
    team.execute("DELETE FROM AD_strands WHERE id = 'plan'")
    insert(team, id="plan", tags='["trader:execute"]')
    assert store.plan_inbox() == ()


def test_a_plan_that_commits_late_is_not_passed_over(store: PostgresStore, team: Session) -> None:
    with team.transaction():
        insert(team, id="slow", tags='["trader:execute"]')
        store.insert_foreign(plan("quick"))
        start(store, "life", source_id="quick")
        assert store.plan_inbox() == ()
    assert [strand.id for strand in store.plan_inbox()] == ["slow"]


@pytest.mark.parametrize(("strand_id", "payload"), [("plan", "plan"), ("\N{SNOWMAN}" * 70, "")])
def test_a_plan_gives_a_notice(
    store: PostgresStore, team: Session, strand_id: str, payload: str
) -> None:
    team.execute("LISTEN trader_plans")
    insert(team, id="note", tags='["dm:note"]')
    start(store, "life")
    store.insert_foreign(plan(strand_id))
    notices = list(team.notifies(timeout=5, stop_after=1))
    assert [notice.payload for notice in notices] == [payload]


def test_a_plan_may_have_a_very_long_id(store: PostgresStore, team: Session) -> None:
    long_id = "x" * 9000  # compresses into an index
    insert(team, id=long_id, tags='["trader:execute"]')
    assert [strand.id for strand in store.plan_inbox()] == [long_id]


def test_rows_of_others_stay_as_they_are(store: PostgresStore, team: Session) -> None:
    insert(team, id="a", content='{"b": 1.50, "a": [1]}', tags='{"odd": true}', lifecycle_id="life")
    insert(team, id="plan", content="[1,  2]", tags='["trader:execute"]', created_at="infinity")
    rows = "SELECT t::text FROM AD_strands AS t WHERE seq IS NULL ORDER BY id"
    kept = team.execute(rows).fetchall()
    start(store, "life", source_id="plan")
    store.append(
        Append("life", 0, [own("life", 1)], row("life", 1, source_id="plan", stage="done"))
    )
    store.archive(["life"])
    store.clear_lifecycles()
    assert team.execute(rows).fetchall() == kept


def test_every_odd_strand_could_be_written(store: PostgresStore, team: Session) -> None:
    odd = Jsonb({"a": [None, "\ud83d\ude80"], "b": 1e-300})
    insert(team, id="odd", module="m", kind="k", content=odd, tags=odd, created_at="infinity")
    assert encode_foreign(read_one(store))["id"] == "odd"
