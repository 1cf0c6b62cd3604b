"""SQLite's own ways to fail, and what the file itself guards."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.strands.examples import foreign, own, plan, row, start
from trader.errors import Misconfigured
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append, InvalidStrand, StoreUnavailable

SHORT = timedelta(milliseconds=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path, SHORT)
    yield opened
    opened.close()


@pytest.fixture
def outsider(store: SqliteStore) -> Iterator[sqlite3.Connection]:
    """A plain connection to the store's file, as any program may open."""
    connection = sqlite3.connect(store.path, isolation_level=None)
    yield connection
    connection.close()


def pragma(store: SqliteStore, statement: str) -> int | str:
    with store.connections.connection() as connection:
        answer = connection.execute(f"PRAGMA {statement}").fetchone()
    return answer[0] if answer else ""


class TestDurability:
    def test_commits_reach_the_disk(self, store: SqliteStore) -> None:
        full = 2
        assert pragma(store, "synchronous") == full
        assert pragma(store, "journal_mode") == "wal"

    def test_the_full_disk_leaves_nothing_half_written(self, store: SqliteStore) -> None:
        start(store, "old")
        store.insert_foreign(plan("plan"))
        pragma(store, f"max_page_count = {pragma(store, 'page_count')}")
        big = [own("life", seq, content={"x": "x" * 5000}) for seq in range(3)]
        with pytest.raises(StoreUnavailable, match="disk is full"):
            store.append(Append("life", NEW, big, row("life", 2, source_id="plan")))
        assert store.load("life") == ()
        assert store.lifecycle("life") is None
        assert store.plan_inbox() == (plan("plan"),)
        pragma(store, "max_page_count = 1000000")
        store.append(Append("life", NEW, big, row("life", 2, source_id="plan")))
        assert store.load("life") == tuple(big)
        assert pragma(store, "integrity_check") == "ok"

    def test_a_read_only_file_is_unavailable(self, store: SqliteStore) -> None:
        strand = start(store, "life")
        pragma(store, "query_only = ON")
        with pytest.raises(StoreUnavailable, match="is read-only"):
            store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        assert store.load("life") == (strand,)

    def test_another_writer_makes_it_unavailable_for_a_while(
        self, store: SqliteStore, outsider: sqlite3.Connection
    ) -> None:
        strand = start(store, "life")
        outsider.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        with pytest.raises(StoreUnavailable, match="locked"):
            store.insert_foreign(foreign("note"))
        assert store.load("life") == (strand,)
        outsider.execute("ROLLBACK")
        store.append(Append("life", 0, [own("life", 1)], row("life", 1)))

    def test_readers_do_not_hold_writers_up(
        self, store: SqliteStore, outsider: sqlite3.Connection
    ) -> None:
        start(store, "life")
        outsider.execute("BEGIN")
        outsider.execute("SELECT * FROM ad_strands").fetchone()
        store.append(Append("life", 0, [own("life", 1)], row("life", 1)))


class TestImmutability:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE ad_strands SET content = '{}' WHERE id = 'life-0'",
            "UPDATE ad_strands SET seq = NULL WHERE id = 'life-0'",
            "UPDATE ad_strands SET outcome_score = 1",
            "UPDATE ad_strands SET seq = 1, lifecycle_id = 'life' WHERE id = 'note'",
            "UPDATE OR REPLACE ad_strands SET id = 'life-0' WHERE id = 'note'",
            "DELETE FROM ad_strands WHERE id = 'life-0'",
            "DELETE FROM ad_strands",
            "INSERT OR REPLACE INTO ad_strands (id) VALUES ('life-0')",
            "REPLACE INTO ad_strands (id, lifecycle_id, seq) VALUES ('x', 'life', 0)",
            "INSERT INTO ad_strands (id) VALUES ('life-0') ON CONFLICT DO UPDATE SET seq = NULL",
        ],
    )
    def test_our_own_strands_never_change(
        self, store: SqliteStore, outsider: sqlite3.Connection, sql: str
    ) -> None:
        store.insert_foreign(foreign("note"))
        strand = start(store, "life")
        with pytest.raises(sqlite3.IntegrityError):
            outsider.execute(sql)
        assert store.load("life") == (strand,)
        assert store.strand("note") == foreign("note")

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE ad_strands_archive SET content = '{}'",
            "DELETE FROM ad_strands_archive",
            "INSERT OR REPLACE INTO ad_strands_archive (id, lifecycle_id, seq, created_at_utc) "
            "VALUES ('old-0', 'old', 0, '')",
            "REPLACE INTO ad_strands_archive (id, lifecycle_id, seq, created_at_utc) "
            "VALUES ('x', 'old', 0, '')",
            "INSERT INTO ad_strands_archive (id, lifecycle_id, seq, created_at_utc) "
            "VALUES ('note', 'life', 1, '')",
            "INSERT INTO ad_strands (id) VALUES ('old-0')",
            "INSERT INTO ad_strands (id, lifecycle_id, seq) VALUES ('x', 'old', 0)",
        ],
    )
    def test_nor_do_the_archived_ones(
        self, store: SqliteStore, outsider: sqlite3.Connection, sql: str
    ) -> None:
        old = start(store, "old", stage="done")
        store.archive(["old"])
        life = start(store, "life")
        store.insert_foreign(foreign("note"))
        with pytest.raises(sqlite3.IntegrityError):
            outsider.execute(sql)
        assert store.load_many(["old", "life"]) == {"old": (old,), "life": (life,)}

    def test_what_others_learned_is_archived_as_well(
        self, store: SqliteStore, outsider: sqlite3.Connection
    ) -> None:
        outsider.execute(
            "INSERT INTO ad_strands (id, lifecycle_id, seq, content, tags, module_intelligence, "
            "lesson, braid_level, telemetry) VALUES ('a', 'a', 0, '{}', '[]', '{}', 'x', 2, '{}')"
        )
        store.replace_lifecycles([row("a", 0, stage="done")])
        before = store.load("a")
        assert store.archive(["a"]) == 1
        learned = outsider.execute("SELECT lesson, braid_level, telemetry FROM ad_strands_archive")
        assert learned.fetchall() == [("x", 2, "{}")]
        assert store.load("a") == before

    def test_those_of_others_may(self, store: SqliteStore, outsider: sqlite3.Connection) -> None:
        store.insert_foreign(foreign("note"))
        outsider.execute("UPDATE ad_strands SET regime = 'high_vol'")
        assert store.strand("note") == replace(foreign("note"), regime="high_vol")
        outsider.execute("DELETE FROM ad_strands")
        assert store.strands() == ()

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO ad_strands (seq) VALUES (0)",
            "INSERT INTO ad_strands (seq, lifecycle_id) VALUES (-1, 'life')",
            "INSERT INTO ad_strands (seq, lifecycle_id) VALUES ('one', 'life')",
            "INSERT INTO ad_strands (id) VALUES (NULL)",
            "INSERT INTO ad_strands (id) VALUES ('a' || char(0))",
        ],
    )
    def test_no_row_breaks_ids_and_numbers(
        self, store: SqliteStore, outsider: sqlite3.Connection, sql: str
    ) -> None:
        with pytest.raises(sqlite3.IntegrityError):
            outsider.execute(sql)
        assert store.strands() == ()

    @pytest.mark.parametrize("content", [None, "", "[]", '{"a":'])
    def test_damage_to_our_own_is_never_read_over(
        self, store: SqliteStore, outsider: sqlite3.Connection, content: str | None
    ) -> None:
        start(store, "life")
        outsider.execute("DROP TRIGGER ad_strands_no_update")
        outsider.execute("UPDATE ad_strands SET content = ?", (content,))
        with pytest.raises(InvalidStrand, match="content of strand life-0 was damaged"):
            store.load("life")
        outsider.execute("UPDATE ad_strands SET content = '{}', tags = '{}'")
        with pytest.raises(InvalidStrand, match="tags of strand life-0 was damaged"):
            store.load("life")


class TestFile:
    def test_check_names_file_and_schema(self, store: SqliteStore, path: Path) -> None:
        assert store.check() == f"SQLite {sqlite3.sqlite_version} at {path}, schema 6"

    def test_check_finds_the_file_gone(self, store: SqliteStore, path: Path) -> None:
        path.rename(path.with_name("elsewhere.db"))
        with pytest.raises(StoreUnavailable, match="is gone"):
            store.check()

    def test_a_newer_schema_is_refused(self, store: SqliteStore, path: Path) -> None:
        pragma(store, "user_version = 99")
        with pytest.raises(Misconfigured, match="has schema 99, and this version knows 6"):
            SqliteStore(path)

    def test_a_file_of_another_kind_is_refused(self, path: Path) -> None:
        path.write_text("no database, but long enough to be looked at as one" * 20)
        with pytest.raises(Misconfigured, match="is no SQLite database"):
            SqliteStore(path)

    def test_a_damaged_file_is_refused(self, store: SqliteStore, path: Path) -> None:
        start(store, "life")
        store.close()
        whole = path.read_bytes()
        path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
        with pytest.raises(Misconfigured, match="is damaged"):
            store.load("life")

    def test_a_missing_folder_is_unavailable(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable, match="cannot be opened"):
            SqliteStore(tmp_path / "missing" / "journal.db")

    def test_a_failed_migration_leaves_the_file_as_it_was(self, path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("CREATE TABLE plan_inbox (theirs TEXT)")
        with pytest.raises(sqlite3.OperationalError, match="plan_inbox already exists"):
            SqliteStore(path)
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
        assert tables == [("plan_inbox",)]
        connection.close()


class TestQueryPlans:
    """What the sweeps ask must not read whole tables."""

    @pytest.mark.parametrize(
        "query",
        [
            "stage = 'a' AND due_at <= 'b'",
            "stage = 'a' AND due_at <= 'b' AND +lifecycle_id > 'c'",
            "stage = 'a' AND lifecycle_id > 'b'",
            "symbol = 'a' AND has_exposure = 1",
            "has_exposure = 1",
        ],
    )
    def test_lifecycles_are_searched(self, store: SqliteStore, query: str) -> None:
        with store.connections.connection() as connection:
            steps = connection.execute(
                f"EXPLAIN QUERY PLAN SELECT * FROM lifecycles WHERE {query} ORDER BY lifecycle_id"
            ).fetchall()
        assert steps[0][3].startswith("SEARCH lifecycles USING INDEX lifecycles_by_")
        assert ("due_at<" in steps[0][3]) == ("due_at" in query)

    @pytest.mark.parametrize(
        "query",
        [
            "seq = 0 AND lifecycle_id > 'a'",
            "lifecycle_id = 'a' AND seq IS NOT NULL",
            "lifecycle_id IN (SELECT value FROM json_each('[]')) AND seq IS NOT NULL",
            "id = 'a'",
            "trade_id = 'a'",
        ],
    )
    def test_archived_strands_are_searched(self, store: SqliteStore, query: str) -> None:
        with store.connections.connection() as connection:
            steps = connection.execute(
                f"EXPLAIN QUERY PLAN SELECT * FROM ad_strands_archive WHERE {query}"
            ).fetchall()
        assert steps[0][3].startswith("SEARCH ad_strands_archive USING ")
