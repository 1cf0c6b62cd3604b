"""Who may do what in the database, and what nobody may."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.strands.examples import foreign, own, row, start
from tests.support.postgres_sessions import Session
from trader.strands.postgres import PostgresStore
from trader.strands.store import Append
from trader.strands.strand import Strand

TABLES = ("ad_strands", "ad_strands_archive", "lifecycles", "plan_inbox")
VIEWS = ("trader_strands", "trader_journal", "trader_inbox")
FUNCTIONS = (
    "select trader_append('[]')",
    "select trader_replace_lifecycles('[]')",
    "select trader_clear_lifecycles()",
    "select trader_trades_booked('{x}')",
    "select trader_archive('{}')",
    "select trader_check()",
)
LEARNED = (
    "accumulated_score = 1, source_strands = '[]', clustering_columns = '{}', lesson = 'x', "
    "braid_level = 2, phi = 1, rho = 1, resonance_score = 1, telemetry = '{}'"
)
PLAN = "insert into ad_strands (id, tags) values ('plan', '[\"trader:execute\"]')"
OWN = "insert into ad_strands (id, lifecycle_id, seq) values ('own', 'life', 1)"
NOT_ALLOWED = "42501"
REFUSED = "23001"


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresStore]:
    """A store with a strand of ours, one of another team, and one in the archive."""
    opened = PostgresStore(postgres_url)
    start(opened, "life")
    opened.insert_foreign(foreign("note"))
    start(opened, "old", stage="done")
    opened.archive(["old"])
    yield opened
    opened.close()


@contextmanager
def session(url: str, role: str) -> Iterator[Session]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"set role {role}".encode())
        yield connection


def refusal(url: str, role: str, statement: str) -> str | None:
    """The SQLSTATE with which the statement fails; None when it passes."""
    with session(url, role) as connection:
        try:
            connection.execute(statement.encode())
        except psycopg.Error as error:
            return error.sqlstate
    return None


def state(url: str) -> list[tuple[Any, ...]]:
    """Every row of ours."""
    query = " union all ".join(f"select t::text from {table} as t" for table in TABLES)
    with psycopg.connect(url) as connection:
        return sorted(connection.execute(query.encode()).fetchall())


@pytest.mark.usefixtures("store")
class TestRights:
    @pytest.mark.parametrize("role", ["authenticated", "service_role"])
    @pytest.mark.parametrize("name", TABLES + VIEWS)
    def test_reading(self, postgres_url: str, role: str, name: str) -> None:
        assert refusal(postgres_url, role, f"select * from {name}") is None

    @pytest.mark.parametrize("name", ["trader_strands", "trader_journal", "lifecycles"])
    def test_readers_see_the_rows(self, postgres_url: str, name: str) -> None:
        with session(postgres_url, "authenticated") as connection:
            assert connection.execute(f"select from {name}".encode()).rowcount > 0

    @pytest.mark.parametrize(
        "statement",
        [
            *FUNCTIONS,
            PLAN,
            OWN,
            f"update ad_strands set {LEARNED}",
            "insert into ad_strands (id) values ('note') "
            "on conflict (id) do update set lesson = 'x'",
        ],
    )
    def test_the_service_works(self, postgres_url: str, statement: str) -> None:
        assert refusal(postgres_url, "service_role", statement) is None

    @pytest.mark.parametrize(
        ("role", "statements"),
        [
            ("anon", [f"select from {name}" for name in TABLES + VIEWS]),
            ("anon", FUNCTIONS),
            ("anon", [PLAN, OWN]),
            ("authenticated", FUNCTIONS),
            ("authenticated", [PLAN, OWN, f"update ad_strands set {LEARNED}"]),
            ("authenticated", [f"delete from {table}" for table in TABLES]),
            ("service_role", ["delete from ad_strands", "delete from ad_strands_archive"]),
            ("service_role", [f"truncate {table}" for table in TABLES]),
            ("service_role", ["update ad_strands set content = '{}'"]),
            ("service_role", ["update ad_strands set tags = '[\"trader:execute\"]'"]),
            ("service_role", ["update ad_strands set seq = 7"]),
            ("service_role", ["insert into ad_strands_archive values ('x', 'life', 7)"]),
            ("service_role", ["update ad_strands_archive set lesson = 'x'"]),
            ("service_role", ["insert into plan_inbox (strand_id) values ('note')"]),
            ("service_role", ["update plan_inbox set strand_id = 'note'"]),
        ],
    )
    def test_nothing_else_is_allowed(
        self, postgres_url: str, role: str, statements: list[str]
    ) -> None:
        before = state(postgres_url)
        for statement in statements:
            assert refusal(postgres_url, role, statement) == NOT_ALLOWED, statement
        assert state(postgres_url) == before

    def test_others_may_call_no_function_of_ours_but_to_follow(self, postgres_url: str) -> None:
        open_to = """
            select p.proname, r.rolname
            from pg_proc as p cross join pg_roles as r
            where p.pronamespace = 'public'::regnamespace
                and r.rolname in ('anon', 'authenticated')
                and has_function_privilege(r.oid, p.oid, 'execute')
        """
        with psycopg.connect(postgres_url) as connection:
            assert connection.execute(open_to).fetchall() == [("trader_committed", "authenticated")]
            safe = connection.execute(
                "select proname from pg_proc where pronamespace = 'public'::regnamespace "
                "and not coalesce('search_path=\"\"' = any(proconfig), false)"
            )
            assert safe.fetchall() == []

    def test_every_table_of_ours_has_row_security(self, postgres_url: str) -> None:
        with psycopg.connect(postgres_url) as connection:
            bare = connection.execute(
                "select relname from pg_class where relkind = 'r' and not relrowsecurity "
                "and relnamespace = 'public'::regnamespace"
            )
            assert bare.fetchall() == []


class TestImmutability:
    """What not even the owner may do."""

    @pytest.mark.parametrize(
        "statement",
        [
            "update ad_strands set content = '{}' where id = 'life-0'",
            "update ad_strands set outcome_score = 1 where id = 'life-0'",
            "update ad_strands set seq = null where id = 'life-0'",
            "update ad_strands set id = 'other' where id = 'life-0'",
            "update ad_strands set created_at = now()",
            "update ad_strands set seq = 1, lifecycle_id = 'life' where id = 'note'",
            "insert into ad_strands (id) values ('life-0') "
            "on conflict (id) do update set content = '{}'",
            "delete from ad_strands where id = 'life-0'",
            "delete from ad_strands",
            "truncate ad_strands",
            "truncate ad_strands, ad_strands_archive cascade",
            "update ad_strands_archive set content = '{}'",
            "delete from ad_strands_archive",
            "truncate ad_strands_archive",
        ],
    )
    @pytest.mark.usefixtures("store")
    def test_our_strands_never_change(self, postgres_url: str, statement: str) -> None:
        before = state(postgres_url)
        assert refusal(postgres_url, "postgres", statement) == REFUSED
        assert state(postgres_url) == before

    @pytest.mark.parametrize(
        ("statement", "code"),
        [
            ("insert into ad_strands (id, seq) values ('x', 0)", "23514"),
            ("insert into ad_strands (id, seq, lifecycle_id) values ('x', -1, 'life')", "23514"),
            ("insert into ad_strands (id, seq, lifecycle_id) values ('x', 0, 'life')", "23505"),
            ("insert into ad_strands (id) values ('life-0')", "23505"),
            ("insert into ad_strands (id) values (null)", "23502"),
        ],
    )
    @pytest.mark.usefixtures("store")
    def test_no_row_breaks_ids_and_numbers(
        self, postgres_url: str, statement: str, code: str
    ) -> None:
        before = state(postgres_url)
        assert refusal(postgres_url, "postgres", statement) == code
        assert state(postgres_url) == before

    def test_what_others_learn_is_kept_beside_our_strand(
        self, store: PostgresStore, postgres_url: str
    ) -> None:
        assert refusal(postgres_url, "service_role", f"update ad_strands set {LEARNED}") is None
        assert store.load("life") == (own("life", 0),)
        store.append(Append("life", 0, [own("life", 1)], row("life", 1, stage="done")))
        store.archive(["life"])
        with psycopg.connect(postgres_url) as connection:
            learned = connection.execute(
                "select lesson, braid_level, telemetry from ad_strands_archive order by id"
            )
            assert learned.fetchall() == [("x", 2, {}), (None, None, None), (None, None, None)]

    def test_strands_of_others_may_change_and_go(
        self, store: PostgresStore, postgres_url: str
    ) -> None:
        change = "update ad_strands set regime = 'high_vol' where id = 'note'"
        assert refusal(postgres_url, "postgres", change) is None
        changed: Strand | None = store.strand("note")
        assert changed is not None
        assert changed.regime == "high_vol"
        assert refusal(postgres_url, "postgres", "delete from ad_strands where seq is null") is None
        assert store.strand("note") is None
