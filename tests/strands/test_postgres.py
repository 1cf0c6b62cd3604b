"""PostgreSQL's own: its sessions, its order of texts, races in the database, and query plans."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.strands.examples import AT, foreign, own, plan, row, start
from tests.support.lifecycles import LifecycleBuilder, a_plan
from tests.support.postgres_server import PostgresServer
from tests.support.postgres_sessions import (
    PATIENCE_SECONDS,
    Later,
    Session,
    await_waiting,
    sessions_of_stores,
)
from trader.known_streams import stream_of
from trader.lifecycle.projection import project
from trader.processes.waiting import wait_until
from trader.strands.migrations import migrate
from trader.strands.postgres import PostgresStore
from trader.strands.postgres_address import parse_address
from trader.strands.store import (
    NEW,
    Append,
    DuplicateSource,
    SequenceConflict,
    StoreUnavailable,
)
from trader.streams.rebuild import rebuild


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def outsider(postgres_url: str) -> Iterator[Session]:
    """Another session of the owner."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


class TestSessions:
    def test_check_names_server_and_schema(self, store: PostgresStore, postgres_url: str) -> None:
        with psycopg.connect(postgres_url) as connection:
            version = connection.info.parameter_status("server_version")
        name = parse_address(postgres_url).name
        assert store.check().startswith(f"{name}, version {version}, schema 20")

    def test_they_have_a_name_and_an_end(self, store: PostgresStore, outsider: Session) -> None:
        store.lifecycles()
        assert sessions_of_stores(outsider) == 1
        store.close()
        wait_until(lambda: sessions_of_stores(outsider) == 0, PATIENCE_SECONDS, "they are closed")

    def test_what_takes_too_long_is_unavailable(
        self,
        store: PostgresStore,
        outsider: Session,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("trader.strands.postgres_connections.STATEMENT_SECONDS", 0.05)
        with outsider.transaction():
            outsider.execute("lock table lifecycles")
            with pytest.raises(StoreUnavailable, match="57014"):
                store.lifecycles()
        assert store.lifecycles() == ()

    def test_a_member_of_service_role_does_all_the_work(
        self, store: PostgresStore, postgres_server: PostgresServer, postgres_url: str
    ) -> None:
        postgres_server.execute("create role worker login password 'x' in role service_role")
        worker = PostgresStore(postgres_server.url(postgres_url.rpartition("/")[2], "worker", "x"))
        store.insert_foreign(plan("plan"))
        first = start(worker, "life", stage="done", source_id="plan")
        worker.insert_foreign(foreign("note"))
        assert worker.plan_inbox() == ()
        assert worker.archive(["life"]) == 1
        assert worker.load("life") == (first,)
        rows = worker.lifecycles()
        worker.clear_lifecycles()
        worker.replace_lifecycles(rows)
        assert store.lifecycles() == rows
        worker.close()
        postgres_server.execute("drop role worker")


class TestOrder:
    def test_is_the_order_of_bytes_whatever_the_language(
        self, postgres_server: PostgresServer
    ) -> None:
        names = ["a", "B", "_", "Z", "b", "\N{LATIN SMALL LETTER E WITH ACUTE}"]
        english = sql.SQL(
            "create database english template template0 locale_provider icu icu_locale 'en-US'"
        )
        try:
            with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
                connection.execute(english)
        except psycopg.errors.FeatureNotSupported:
            pytest.skip("this PostgreSQL was built without ICU")
        url = postgres_server.url("english")
        migrate(parse_address(url))
        store = PostgresStore(url)
        for name in names:
            start(store, name)
            store.insert_foreign(foreign(name, lifecycle_id="theirs"))
        assert list(store.lifecycle_ids()) == sorted(names)
        assert [each.lifecycle_id for each in store.lifecycles(after="Z")] == sorted(names)[2:]
        theirs = store.strands(lifecycle_id="theirs")
        assert [strand.id for strand in theirs] == sorted(names)
        assert store.strands(after=(AT, "Z"))[0].id == "Z-0"
        store.close()
        postgres_server.drop_database("english")


class TestRaces:
    def test_the_second_of_two_appends_waits_and_is_refused(
        self, store: PostgresStore, outsider: Session, postgres_url: str
    ) -> None:
        start(store, "life")
        with outsider.transaction():
            outsider.execute(
                "insert into ad_strands (id, lifecycle_id, seq) values ('first', 'life', 1)"
            )
            late = own("life", 1, id="late")
            second = Later(lambda: store.append(Append("life", 0, [late], row("life", 1))))
            await_waiting(postgres_url)
        with pytest.raises(SequenceConflict, match="life is at seq 1, not 0") as conflict:
            second.wait()
        assert conflict.value.lifecycle_id == "life"
        assert store.strand("late") is None

    def test_the_second_of_two_lifecycles_of_a_plan_waits_and_is_refused(
        self, store: PostgresStore, outsider: Session, postgres_url: str
    ) -> None:
        with outsider.transaction():
            outsider.execute(
                "insert into lifecycles values ('one', 0, 'done', null, null, null, null, null, "
                "'plan', null, false, now(), now())"
            )
            second = Later(lambda: start(store, "two", source_id="plan"))
            await_waiting(postgres_url)
        with pytest.raises(DuplicateSource):
            second.wait()
        assert store.load("two") == ()

    def test_appends_to_the_same_lifecycles_do_not_deadlock(self, store: PostgresStore) -> None:
        names = ["a", "b", "c"]

        def work(order: list[str]) -> None:
            for _ in range(40):
                loaded = store.load_many(order)
                last = {name: len(loaded.get(name, ())) - 1 for name in order}
                appends = [
                    Append(n, last[n], [own(n, last[n] + 1)], row(n, last[n] + 1)) for n in order
                ]
                try:
                    store.append(*appends)
                except SequenceConflict:
                    continue

        both = [Later(lambda: work(names)), Later(lambda: work(names[::-1]))]
        for each in both:
            each.wait()
        assert len({len(strands) for strands in store.load_many(names).values()}) == 1

    def test_an_append_to_what_is_being_archived_waits_and_goes_on(
        self, store: PostgresStore, outsider: Session, postgres_url: str
    ) -> None:
        first = start(store, "life", stage="done")
        with outsider.transaction():
            outsider.execute("select trader_archive('{life}')")
            more = own("life", 1)
            append = Later(lambda: store.append(Append("life", 0, [more], row("life", 1))))
            await_waiting(postgres_url)
        append.wait()
        assert store.load("life") == (first, more)

    def test_a_seq_that_is_archived_meanwhile_stays_taken(
        self, store: PostgresStore, outsider: Session, postgres_url: str
    ) -> None:
        """An append that has looked, waits for one that is archived before it goes on."""
        start(store, "life")
        with outsider.transaction():
            outsider.execute(
                "select trader_append(jsonb_build_array(jsonb_build_object("
                "'lifecycle_id', 'life', 'expected_seq', 0, "
                '\'strands\', \'[{"id": "first", "lifecycle_id": "life", "seq": 1}]\'::jsonb,'
                '\'row\', (select to_jsonb(l) || \'{"seq": 1, "stage": "done"}\' '
                "from lifecycles l))))"
            )
            outsider.execute("select trader_archive('{life}')")
            late = own("life", 1, id="late")
            second = Later(lambda: store.append(Append("life", 0, [late], row("life", 1))))
            await_waiting(postgres_url)
        with pytest.raises(SequenceConflict, match="life is at seq 1"):
            second.wait()
        assert store.strand("late") is None


def test_a_rebuild_gives_the_same_rows(store: PostgresStore) -> None:
    builders = [
        LifecycleBuilder(a_plan(plan_id="one"), "one").accepted().triggered().intended(),
        LifecycleBuilder(a_plan(plan_id="two"), "two").entered().left("30600"),
        LifecycleBuilder(a_plan(plan_id="three"), "three").refused(),
    ]
    for builder in builders:
        state = builder.lifecycle
        store.append(Append(state.lifecycle_id, NEW, builder.strands, project(state)))
    assert store.archive(["one", "two", "three"]) > 0
    rows = store.lifecycles()
    assert rebuild(store, stream_of) == len(rows) == len(builders)
    assert store.lifecycles() == rows


FILL = """
    insert into ad_strands (id, lifecycle_id, seq, module, kind, created_at, trade_id)
    select 'i' || n, 'l' || n % 2000, n / 2000, 'trader', 'k' || n % 5,
        timestamptz '2026-01-01' + n * interval '1 minute', 't' || n
    from generate_series(0, 19999) as n;
    insert into lifecycles
    select 'l' || n, 9, case when n % 100 = 0 then 'monitor' else 'done' end,
        timestamptz '2026-01-01' + n * interval '1 minute', 'S' || n % 50, null, null, 'p' || n,
        's' || n, null, n % 100 = 0, now(), now()
    from generate_series(0, 1999) as n;
    select trader_archive(array(select 'l' || n from generate_series(1001, 1099) as n));
    analyze;
"""


class TestQueryPlans:
    """What is asked all day must not read whole tables."""

    @pytest.fixture(scope="class")
    @classmethod
    def filled_url(cls, postgres_server: PostgresServer, migrated_database: str) -> Iterator[str]:
        name = postgres_server.create_database(template=migrated_database)
        postgres_server.execute(FILL, name)
        yield postgres_server.url(name)
        postgres_server.drop_database(name)

    @pytest.mark.parametrize(
        "query",
        [
            "trader_journal where lifecycle_id = 'l7' and seq is not null order by seq",
            "trader_journal where lifecycle_id = any('{l7,l8,l9}') and seq is not null",
            "trader_journal where lifecycle_id = 'l7' order by created_at, id limit 9",
            "trader_journal where seq = 0 and lifecycle_id > 'l5' order by lifecycle_id limit 9",
            "trader_journal where id = 'i7' order by seq limit 1",
            "trader_journal where trade_id = 't7'",
            "trader_strands order by created_at, id limit 9",
            "trader_strands where (created_at, id) > ('2026-01-02', 'x') "
            "order by created_at, id limit 9",
            "trader_strands where created_at >= '2026-01-02' "
            "and (created_at > '2026-01-02' or id > 'x') order by created_at, id limit 9",
            "trader_strands where kind = 'k3' order by created_at, id limit 9",
            "lifecycles where stage = 'monitor' order by lifecycle_id limit 9",
            "lifecycles where stage = 'monitor' and due_at <= '2026-01-01 02:00'",
            "lifecycles where symbol = 'S3' and has_exposure",
            "lifecycles where has_exposure order by lifecycle_id limit 9",
            "lifecycles where lifecycle_id > 'l5' order by lifecycle_id limit 9",
        ],
    )
    def test_an_index_answers(self, filled_url: str, query: str) -> None:
        with psycopg.connect(filled_url) as connection:
            plan = connection.execute(f"explain select * from {query}".encode()).fetchall()
        steps = "\n".join(step for (step,) in plan)
        # A few dozen rows, such as the archive's here, are read as fast without one.
        assert "Seq Scan on ad_strands " not in steps
        assert "Seq Scan on lifecycles" not in steps
        assert "Index" in steps
