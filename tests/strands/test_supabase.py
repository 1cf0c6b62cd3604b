"""What only a store behind PostgREST has: capped answers, keys, and ids that stand in addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from pydantic import SecretStr

from tests.strands.examples import AT, foreign, own, plan, row, start
from tests.support.postgrest_server import role_key
from tests.support.supabase_project import SupabaseProject, supabase_project
from trader.errors import Misconfigured
from trader.strands.schema import SCHEMA
from trader.strands.store import NEW, Append
from trader.strands.supabase import SupabaseStore, open_supabase
from trader.strands.supabase_queries import in_short_lists

NASTY = [
    "plain",
    "",
    " ",
    " leading and trailing ",
    "a,b",
    "a.b.eq.c",
    "(a)",
    '"quoted"',
    "back\\slash",
    '\\"',
    "a:b;c&d=e?f#g%20h+i",
    "null",
    "not.null",
    "*",
    "%",
    "{a}",
    "[1]",
    "'; drop table ad_strands; --",
    "é\U0001f680",
    "line\nend",
    "x" * 2500,
]


@pytest.fixture
def store(supabase: SupabaseProject) -> Iterator[SupabaseStore]:
    project = supabase
    opened = open_supabase(project.rest.url, project.key)
    yield opened
    opened.close()


class TestTexts:
    """An id stands in an address as it is, whatever signs it has."""

    def test_every_lifecycle_is_found_by_its_id(self, store: SupabaseStore) -> None:
        ids = [text for text in NASTY if text]
        for name in ids:
            start(store, name, symbol=name)
        assert store.lifecycle_ids() == tuple(sorted(ids))
        for name in ids:
            assert [s.lifecycle_id for s in store.load(name)] == [name]
            assert [r.lifecycle_id for r in store.lifecycles(symbol=name)] == [name]
            assert store.strand(f"{name}-0") == own(name, 0)
        assert set(store.load_many(ids)) == set(ids)

    def test_pages_go_on_after_every_id(self, store: SupabaseStore) -> None:
        for name in NASTY:
            store.insert_foreign(foreign(f"<{name}>"))
        read = []
        page = store.strands(limit=1)
        while page:
            read += page
            page = store.strands(after=(page[-1].created_at, page[-1].id), limit=1)
        assert [strand.id for strand in read] == sorted(f"<{name}>" for name in NASTY)

    def test_every_trade_is_found_by_its_id(self, store: SupabaseStore) -> None:
        for number, trade_id in enumerate(NASTY):
            store.insert_foreign(foreign(str(number), trade_id=trade_id))
        assert store.trades_booked([*NASTY, "unknown"]) == set(NASTY)


def test_the_years_1_and_9999_stay_within_a_database_of_any_zone(
    store: SupabaseStore, supabase: SupabaseProject
) -> None:
    project = supabase
    project.postgres.execute(
        "insert into ad_strands (id, created_at) values"
        " ('none', null), ('infinite', 'infinity'), ('before Christ', '0044-03-15 BC'),"
        " ('last', '9999-12-31 23:59:59.999999+00'), ('beyond', '10000-01-01 00:00:00+00')",
        project.database,
    )
    first = datetime(1, 1, 1, tzinfo=UTC)
    last = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    found = {strand.id: strand.created_at for strand in store.strands()}
    assert found == {
        "none": first,
        "infinite": first,
        "before Christ": first,
        "beyond": first,
        "last": last,
    }
    assert [s.id for s in store.strands(after=(first, "infinite"))] == ["none", "last"]


@pytest.fixture(scope="module")
def capped(
    supabase_session: SupabaseProject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SupabaseProject]:
    """A second PostgREST on the session's database."""
    folder = tmp_path_factory.mktemp("capped")
    postgres, database = supabase_session.postgres, supabase_session.database
    with supabase_project(postgres, database, folder, max_rows=10) as project:
        yield project


class TestCappedAnswers:
    """A project gives 10 rows at most; nobody is told, and nothing is missing."""

    @pytest.fixture
    def store(self, capped: SupabaseProject) -> Iterator[SupabaseStore]:
        capped.empty()
        opened = open_supabase(capped.rest.url, capped.key)
        yield opened
        opened.close()

    @pytest.mark.parametrize("length", [9, 10, 11, 20, 35])
    def test_a_lifecycle_is_loaded_whole(self, store: SupabaseStore, length: int) -> None:
        strands = [own("life", seq) for seq in range(length)]
        store.append(Append("life", NEW, strands, row("life", length - 1)))
        assert store.load("life") == tuple(strands)
        assert store.load_many(["life", "none"]) == {"life": tuple(strands)}

    def test_many_lifecycles_are_loaded_whole(self, store: SupabaseStore) -> None:
        lengths = {f"life {number}": number + 1 for number in range(12)}
        appends = [
            Append(name, NEW, [own(name, seq) for seq in range(size)], row(name, size - 1))
            for name, size in lengths.items()
        ]
        store.append(*appends)
        loaded = store.load_many(list(lengths))
        assert {name: len(strands) for name, strands in loaded.items()} == lengths
        assert loaded == {each.lifecycle_id: tuple(each.strands) for each in appends}

    @pytest.mark.parametrize("limit", [1, 9, 10, 11, 23, 24, 25, 500])
    def test_a_limit_is_kept_whatever_the_cap(self, store: SupabaseStore, limit: int) -> None:
        names = [f"{number:02}" for number in range(24)]
        for name in names:
            start(store, name)
        assert store.lifecycle_ids(limit=limit) == tuple(names[:limit])
        assert [r.lifecycle_id for r in store.lifecycles(limit=limit)] == names[:limit]
        assert [s.lifecycle_id for s in store.strands(limit=limit)] == names[:limit]
        assert [s.lifecycle_id for s in store.strands(after=(AT, "02-0"), limit=limit)] == (
            names[3 : 3 + limit]
        )

    def test_the_inbox_is_read_whole(self, store: SupabaseStore) -> None:
        plans = [plan(f"{99 - number}") for number in range(25)]
        for each in plans:
            store.insert_foreign(each)
        assert store.plan_inbox() == tuple(plans)
        assert store.plan_inbox(limit=12) == tuple(plans[:12])

    def test_every_booked_trade_is_found(self, store: SupabaseStore) -> None:
        strands = [own("life", seq, trade_id=str(seq)) for seq in range(25)]
        store.append(Append("life", NEW, strands, row("life", 24)))
        asked = [str(number) for number in range(40)]
        assert store.trades_booked(asked) == {str(number) for number in range(25)}


class TestKeys:
    """Only the secret key works, and the refusal of another one says which key, and what to do."""

    @pytest.mark.parametrize(
        "key",
        [
            role_key("anon"),
            role_key("authenticated"),
            role_key("nobody"),
            role_key("service_role", timedelta(hours=-1)),
            role_key("service_role")[:-2],
            "sb_secret_that_only_a_gateway_knows",
        ],
        ids=["anonymous", "of a person", "unknown role", "expired", "mistyped", "no token"],
    )
    def test_another_key_opens_nothing(self, supabase_session: SupabaseProject, key: str) -> None:
        with pytest.raises(Misconfigured, match=r"TRADER_SUPABASE_KEY.*secret key") as refused:
            open_supabase(supabase_session.rest.url, SecretStr(key))
        assert key not in str(refused.value)

    @pytest.mark.parametrize("role", ["anon", "authenticated"])
    def test_another_key_writes_nothing(self, supabase: SupabaseProject, role: str) -> None:
        project = supabase
        root = project.rest.url.removeprefix("supabase+")
        store = SupabaseStore(root, SecretStr(role_key(role)))
        forbidden = [
            lambda: start(store, "life"),
            lambda: store.insert_foreign(plan("plan")),
            lambda: store.replace_lifecycles([row("life", 0)]),
            lambda: store.clear_lifecycles(),
            lambda: store.archive(["life"]),
        ]
        for act in forbidden:
            with pytest.raises(Misconfigured, match="TRADER_SUPABASE_KEY"):
                act()
        store.close()
        rightful = open_supabase(project.rest.url, project.key)
        assert rightful.strands() == ()
        rightful.close()

    def test_without_a_key_nothing_is_asked(self) -> None:
        with pytest.raises(Misconfigured, match="set TRADER_SUPABASE_KEY"):
            open_supabase("supabase+https://project.supabase.co", None)


class TestOpening:
    def test_check_names_the_place_the_server_and_the_schema(
        self, store: SupabaseStore, supabase_session: SupabaseProject
    ) -> None:
        assert f"127.0.0.1:{supabase_session.rest.port}" in store.check()
        assert SCHEMA in store.check()

    def test_a_database_without_the_schema_is_refused(
        self, supabase_session: SupabaseProject, tmp_path: Path
    ) -> None:
        postgres = supabase_session.postgres
        bare = postgres.create_database()
        try:
            with (
                supabase_project(postgres, bare, tmp_path) as project,
                pytest.raises(Misconfigured, match="run `trader migrate`"),
            ):
                open_supabase(project.rest.url, project.key)
        finally:
            postgres.drop_database(bare)

    @pytest.mark.parametrize(
        ("found", "advice"),
        [("20000101000000", "run `trader migrate`"), ("29991231235959", "upgrade the Trader")],
    )
    def test_another_schema_is_refused(
        self, supabase_session: SupabaseProject, found: str, advice: str
    ) -> None:
        ours = f"'schema', '{SCHEMA}'"
        theirs = f"'schema', '{found}'"
        with (
            changed_function(supabase_session, "trader_check", ours, theirs),
            pytest.raises(Misconfigured, match=advice),
        ):
            open_supabase(supabase_session.rest.url, supabase_session.key)

    @pytest.mark.parametrize("path", ["", "/rest/v2", "/admin"])
    def test_another_address_of_the_same_server_is_refused(
        self, supabase_session: SupabaseProject, path: str
    ) -> None:
        rest = supabase_session.rest
        root = f"{rest.url.removesuffix('/')}{path}"
        url = f"supabase+{rest.admin_url}/" if path == "/admin" else root
        with pytest.raises(Misconfigured, match="mend TRADER_STORE_URL"):
            open_supabase(url, supabase_session.key)


@contextmanager
def changed_function(project: SupabaseProject, name: str, old: str, new: str) -> Iterator[None]:
    """The database's function with another text in its body, while the context lasts."""
    query = "select pg_get_functiondef(oid) from pg_proc where proname = %s"
    with psycopg.connect(project.postgres.url(project.database), autocommit=True) as connection:
        ((definition,),) = connection.execute(query, [name]).fetchall()
        assert old in definition
        connection.execute(definition.replace(old, new).encode())
        try:
            yield
        finally:
            connection.execute(definition.encode())


@pytest.mark.parametrize(
    ("values", "lists"),
    [
        ([], []),
        (["a"], [["a"]]),
        (["a" * 3000, "b" * 3000, "c"], [["a" * 3000], ["b" * 3000, "c"]]),
        (["a" * 9000, "b"], [["a" * 9000], ["b"]]),
    ],
)
def test_lists_are_cut_to_what_an_address_takes(values: list[str], lists: list[list[str]]) -> None:
    assert list(in_short_lists(values)) == lists


def test_a_list_of_foreign_letters_fits_an_address() -> None:
    values = ["é\U0001f680,(" * 10] * 50
    assert all(len(quote(",".join(part))) < 5000 for part in in_short_lists(values))
