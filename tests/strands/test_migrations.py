"""Migrations: on an empty database, on the network's own table, beside the Supabase CLI."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.strands.examples import own, row, start
from tests.support.packaging import ROOT
from tests.support.postgres_server import PostgresServer
from trader.errors import Misconfigured
from trader.strands.migrations import migrate, migrations, pending
from trader.strands.postgres import PostgresStore
from trader.strands.postgres_address import parse_address
from trader.strands.schema import SCHEMA
from trader.strands.store import Append, StoreUnavailable

VERSIONS = [migration.version for migration in migrations()]
RECORD = "select version, name, statements from supabase_migrations.schema_migrations order by 1"

NETWORK_TABLE = """
    CREATE TABLE AD_strands (
        id TEXT PRIMARY KEY, lifecycle_id TEXT, module TEXT, kind TEXT, symbol TEXT,
        timeframe TEXT, session_bucket TEXT, regime TEXT, content JSONB, tags JSONB,
        created_at TIMESTAMPTZ DEFAULT NOW(), braid_level INT DEFAULT 1, phi FLOAT8,
        their_own_column NUMERIC(10, 2) NOT NULL DEFAULT 7
    );
    CREATE INDEX ON AD_strands USING gin (tags);
    CREATE INDEX ON AD_strands (lifecycle_id);
"""
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
ODD_ROWS: list[dict[str, Any]] = [
    {"id": "old plan", "tags": Jsonb(["trader:execute"]), "content": Jsonb({"a": [1, None]})},
    {"id": "nothing", "created_at": None},
    {"id": "for ever", "created_at": "infinity", "tags": Jsonb({"odd": 1})},
    {"id": "long ago", "created_at": "0044-03-15 BC", "content": Jsonb(7)},
    {"id": "\N{SNOWMAN}", "lifecycle_id": "lifecycle_123", "phi": float("nan")},
]


@pytest.fixture
def url(postgres_server: PostgresServer) -> str:
    """An empty database without our schema."""
    return postgres_server.url(postgres_server.create_database())


def ask(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def insert(url: str, **columns: Any) -> None:
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    ask(url, f"insert into ad_strands ({names}) values ({marks})", *columns.values())


class TestRunner:
    def test_applies_what_is_missing_once(self, url: str) -> None:
        address = parse_address(url)
        assert [each.version for each in pending(address)] == VERSIONS
        assert [each.version for each in migrate(address)] == VERSIONS
        assert pending(address) == migrate(address) == ()

    def test_many_may_run_it_at_once(self, url: str) -> None:
        address = parse_address(url)
        with ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(migrate, [address] * 4))
        assert sorted(each.version for run in runs for each in run) == VERSIONS

    def test_a_file_that_fails_leaves_nothing_and_those_before_it(self, url: str) -> None:
        ask(url, "create table plan_inbox (theirs int)")
        with pytest.raises(Misconfigured, match='plan_inbox: relation "plan_inbox" already exists'):
            migrate(parse_address(url))
        assert [version for version, *_ in ask(url, RECORD)] == VERSIONS[:2]
        ask(url, "drop table plan_inbox")
        assert [each.version for each in migrate(parse_address(url))] == VERSIONS[2:]

    def test_it_does_not_wait_for_ever_before_others(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trader.strands.migrations.LOCK_SECONDS", 0.05)
        ask(url, NETWORK_TABLE)
        with psycopg.connect(url) as busy:
            busy.execute("select from ad_strands")
            with pytest.raises(StoreUnavailable, match="55P03"):
                migrate(parse_address(url))

    def test_without_the_right_to_make_tables_it_says_so(
        self, postgres_server: PostgresServer, url: str
    ) -> None:
        postgres_server.execute("create role nobody_special login password 'x'")
        database = url.rpartition("/")[2]
        address = parse_address(postgres_server.url(database, "nobody_special", "x"))
        with pytest.raises(Misconfigured, match="permission denied"):
            migrate(address)

    def test_the_record_is_the_supabase_clis(self, url: str) -> None:
        migrate(parse_address(url))
        assert ask(url, RECORD) == [
            (migration.version, migration.name, [migration.script]) for migration in migrations()
        ]

    def test_what_the_supabase_cli_applied_is_not_applied_again(self, url: str) -> None:
        """The CLI's own words for its table; it also keeps versions that are not ours."""
        ask(
            url,
            "CREATE SCHEMA supabase_migrations;"
            "CREATE TABLE supabase_migrations.schema_migrations "
            "(version text NOT NULL PRIMARY KEY);"
            "ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN statements text[];"
            "ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN name text",
        )
        theirs = "29991231000000"
        for migration in migrations()[:3]:
            ask(url, migration.script)
        for version in (*VERSIONS[:3], theirs):
            ask(
                url,
                "insert into supabase_migrations.schema_migrations (version) values (%s)",
                version,
            )
        assert [each.version for each in migrate(parse_address(url))] == VERSIONS[3:]
        PostgresStore(url).close()

    def test_names_and_versions_are_as_the_supabase_cli_reads_them(self) -> None:
        names = sorted(path.name for path in (ROOT / "supabase" / "migrations").iterdir())
        assert names == [f"{each.version}_{each.name}.sql" for each in migrations()]
        assert all(len(version) == 14 and version.isdigit() for version in VERSIONS)


class TestSchemaVersion:
    def test_the_newest_file_is_what_the_code_and_the_database_say(self, postgres_url: str) -> None:
        ((found,),) = ask(postgres_url, "select trader_check() ->> 'schema'")
        assert found == SCHEMA == VERSIONS[-1]

    def test_a_database_without_the_schema_is_refused(self, url: str) -> None:
        with pytest.raises(
            Misconfigured, match=r"lacks the Trader's schema .* run `trader migrate`"
        ):
            PostgresStore(url)

    @pytest.mark.parametrize(
        ("version", "remedy"),
        [("20200101000000", "run `trader migrate`"), ("29991231000000", "upgrade the Trader")],
    )
    def test_another_schema_is_refused(self, postgres_url: str, version: str, remedy: str) -> None:
        ask(
            postgres_url,
            "create or replace function trader_check() returns json language sql "
            f"as $$ select json_build_object('schema', '{version}') $$",
        )
        with pytest.raises(Misconfigured, match=f"has the schema {version}.*{remedy}"):
            PostgresStore(postgres_url)


class TestTheNetworksTable:
    @pytest.fixture
    def network(self, url: str) -> str:
        """The network's own table with rows of other teams in it, migrated."""
        ask(url, NETWORK_TABLE)
        for columns in ODD_ROWS:
            insert(url, **columns)
        return url

    def test_no_row_of_others_changes(self, network: str) -> None:
        columns = [name for (name,) in ask(network, COLUMNS)]
        rows = f"select {', '.join(columns)} from ad_strands order by id"
        before = ask(network, f"select t::text from ({rows}) as t")
        assert len(before) == len(ODD_ROWS)
        migrate(parse_address(network))
        assert ask(network, f"select t::text from ({rows}) as t") == before
        assert ask(network, "select distinct seq from ad_strands") == [(None,)]

    def test_the_insert_of_the_specification_works_before_and_after(self, network: str) -> None:
        ask(network, SEED_INSERT)
        migrate(parse_address(network))
        ask(network, SEED_INSERT.replace("trader_001", "trader_002"))
        store = PostgresStore(network)
        before, after = store.strand("trader_001"), store.strand("trader_002")
        assert before is not None
        assert after is not None
        assert before.content == after.content
        assert before.tags == ("trader:order_status", "cil:execution_insights")
        store.close()

    def test_old_plans_are_not_traded_and_new_ones_are(self, network: str) -> None:
        migrate(parse_address(network))
        insert(network, id="new plan", tags=Jsonb(["trader:execute"]))
        store = PostgresStore(network)
        assert [strand.id for strand in store.plan_inbox()] == ["new plan"]
        store.close()

    def test_the_journal_lives_in_it(self, network: str) -> None:
        migrate(parse_address(network))
        store = PostgresStore(network)
        first = start(store, "lifecycle_123")
        store.append(Append("lifecycle_123", 0, [own("lifecycle_123", 1)], row("lifecycle_123", 1)))
        assert store.load("lifecycle_123") == (first, own("lifecycle_123", 1))
        assert len(store.strands()) == len(ODD_ROWS) + 2
        assert store.archive(["lifecycle_123"]) == 0
        store.close()

    def test_its_rows_are_found_by_an_index(self, network: str) -> None:
        migrate(parse_address(network))
        no_scans = f"{network}?options=-c%20enable_seqscan%3Doff"
        plan = ask(no_scans, "explain select from trader_strands where id = 'x'")
        assert "ad_strands_by_id" in plan[0][0]

    def test_other_teams_keep_their_rights_but_not_on_our_strands(
        self, postgres_server: PostgresServer, network: str
    ) -> None:
        database = network.rpartition("/")[2]
        ask(
            network,
            "create role team login password 'x'; grant all on ad_strands to team; "
            "grant create on schema public to team",
        )
        migrate(parse_address(network))
        store = PostgresStore(network)
        strand = start(store, "life")
        team = postgres_server.url(database, "team", "x")
        insert(team, id="theirs", tags=Jsonb(["dm:plan_approved"]))
        ask(team, "update ad_strands set regime = 'high_vol' where id = 'theirs'")
        assert [plan.id for plan in store.plan_inbox()] == ["theirs"]
        for statement in (
            "insert into ad_strands (id, lifecycle_id, seq) values ('forged', 'life', 1)",
            "update ad_strands set content = '{}' where id = 'life-0'",
            "update ad_strands set seq = 1, lifecycle_id = 'life' where id = 'theirs'",
            "delete from ad_strands where id = 'life-0'",
            "truncate ad_strands",
        ):
            with pytest.raises(psycopg.Error):
                ask(team, statement)
        ask(team, "delete from ad_strands where id = 'theirs'")
        assert store.load("life") == (strand,)
        assert store.plan_inbox() == ()
        store.close()
        ask(network, "drop owned by team; drop role team")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ("drop column tags, add column tags text", "tags is text, not jsonb"),
            ("alter column created_at type timestamp", "created_at is timestamp without time zone"),
            ("add column sig_sigma numeric", "sig_sigma is numeric, not double precision"),
            ("alter column id type varchar(40)", "id is character varying, not text"),
            ("add column seq int", 'column "seq" of relation "ad_strands" already exists'),
        ],
    )
    def test_columns_that_cannot_be_used_are_named(
        self, network: str, change: str, message: str
    ) -> None:
        ask(network, f"alter table ad_strands {change}")
        with pytest.raises(Misconfigured, match=message):
            migrate(parse_address(network))


COLUMNS = """
    select column_name from information_schema.columns
    where table_name = 'ad_strands' order by ordinal_position
"""


class TestInstallation:
    def test_a_wheel_brings_the_files(self, tmp_path: Path) -> None:
        source, prefix = tmp_path / "source", tmp_path / "prefix"
        source.mkdir()
        for name in ("pyproject.toml", "README.md", "beat_schedule.py"):
            (source / name).write_bytes((ROOT / name).read_bytes())
        for name in ("trader", "workers", "local_exchange", "supabase"):
            (source / name).symlink_to(ROOT / name)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source]
        subprocess.run([*pip, *build], check=True)
        (wheel,) = tmp_path.glob("*.whl")
        subprocess.run(
            [*pip, "install", "--no-deps", "--ignore-installed", "--prefix", prefix, wheel],
            check=True,
        )
        (packages,) = prefix.glob("lib/python*/site-packages")
        seen = subprocess.run(
            [
                sys.executable,
                "-c",
                "from trader.strands import migrations as m; "
                "print(m.__file__, *[each.version for each in m.migrations()])",
            ],
            cwd=tmp_path,
            env={"PYTHONPATH": str(packages)},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        file, *versions = seen.stdout.split()
        assert file.startswith(str(prefix))
        assert versions == VERSIONS
