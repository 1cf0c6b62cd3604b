"""What must hold when PostgREST, the database or the network between fails in the middle."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.strands.examples import own, plan, row, start
from tests.support.lossy_proxy import LossyProxy, lossy_proxy
from tests.support.postgres_server import running_postgres
from tests.support.postgrest_server import Configuration, PostgrestServer, running_postgrest
from tests.support.supabase_project import (
    LOGIN,
    SupabaseProject,
    require_postgrest,
    supabase_project,
)
from trader.processes.ports import LOOPBACK
from trader.processes.waiting import wait_until
from trader.strands.migrations import migrate
from trader.strands.postgres_address import parse_address
from trader.strands.store import (
    Append,
    InvalidStrand,
    SequenceConflict,
    StoreUnavailable,
    StrandStore,
)
from trader.strands.supabase import SupabaseStore, open_supabase

WRITERS = 4
EACH = 60
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SupabaseProject]:
    """A project of this file's own, because its parts are ended and started."""
    require_postgrest()
    folder = tmp_path_factory.mktemp("supabase")
    with running_postgres(is_durable=False) as postgres:
        database = postgres.create_database()
        migrate(parse_address(postgres.url(database)))
        with supabase_project(postgres, database, folder) as project:
            yield project


@pytest.fixture
def supabase(project: SupabaseProject) -> SupabaseProject:
    project.empty()
    return project


@pytest.fixture
def store(supabase: SupabaseProject) -> Iterator[SupabaseStore]:
    opened = open_supabase(supabase.rest.url, supabase.key)
    yield opened
    opened.close()


class TestLostReplies:
    """A proxy between, which loses a request or a reply, and its connection with it."""

    @pytest.fixture
    def proxy(self, supabase: SupabaseProject) -> Iterator[LossyProxy]:
        with lossy_proxy(supabase.rest.port) as proxy:
            yield proxy

    @pytest.fixture
    def store(self, supabase: SupabaseProject, proxy: LossyProxy) -> Iterator[SupabaseStore]:
        opened = open_supabase(f"supabase+http://{LOOPBACK}:{proxy.port}/", supabase.key)
        yield opened
        opened.close()

    @pytest.mark.parametrize("lose", [LossyProxy.lose_next_request, LossyProxy.lose_next_reply])
    def test_an_append_happens_once_and_is_reported(
        self, store: SupabaseStore, proxy: LossyProxy, lose: Callable[[LossyProxy], None]
    ) -> None:
        first = start(store, "life")
        lose(proxy)
        store.append(
            Append("life", 0, [own("life", 1), own("life", 2)], row("life", 2, stage="place"))
        )
        assert store.load("life") == (first, own("life", 1), own("life", 2))
        assert store.lifecycle("life") == row("life", 2, stage="place")

    def test_a_lost_reply_does_not_hide_that_another_was_first(
        self, store: SupabaseStore, proxy: LossyProxy
    ) -> None:
        start(store, "life")
        store.append(Append("life", 0, [own("life", 1, id="theirs")], row("life", 1)))
        proxy.lose_next_reply()
        with pytest.raises(SequenceConflict, match="lifecycle life is at seq 1"):
            store.append(Append("life", 0, [own("life", 1, id="ours")], row("life", 1)))
        assert [strand.id for strand in store.load("life")] == ["life-0", "theirs"]

    @pytest.mark.parametrize("lose", [LossyProxy.lose_next_request, LossyProxy.lose_next_reply])
    def test_a_plan_is_written_once(
        self, store: SupabaseStore, proxy: LossyProxy, lose: Callable[[LossyProxy], None]
    ) -> None:
        lose(proxy)
        store.insert_foreign(plan("plan"))
        assert store.plan_inbox() == (plan("plan"),)
        with pytest.raises(InvalidStrand):
            store.insert_foreign(plan("plan"))

    @pytest.mark.parametrize("lose", [LossyProxy.lose_next_request, LossyProxy.lose_next_reply])
    def test_a_question_is_asked_again(
        self, store: SupabaseStore, proxy: LossyProxy, lose: Callable[[LossyProxy], None]
    ) -> None:
        strand = start(store, "life")
        lose(proxy)
        assert store.load("life") == (strand,)
        lose(proxy)
        assert store.trades_booked(["1"]) == frozenset()


def append_persistently(store: StrandStore, lifecycle_id: str) -> None:
    """What a worker does: on a conflict, and when the store is away, load and decide again."""
    seq = 0
    while seq < EACH:
        try:
            seq = len(store.load(lifecycle_id))
            store.append(
                Append(lifecycle_id, seq - 1, [own(lifecycle_id, seq)], row(lifecycle_id, seq))
            )
        except (SequenceConflict, StoreUnavailable):
            continue


def disturb_writers(store: StrandStore, disturb: Callable[[], None]) -> list[BaseException]:
    """Let threads append while the disturbance comes three times; what they could not bear."""
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(append_persistently, store, name(n)) for n in range(WRITERS)]
        for share in (1, 2, 3):
            await_strands(store, WRITERS * EACH * share // 4)
            disturb()
        unbearable = [writer.exception(PATIENCE_SECONDS) for writer in writers]
    return [error for error in unbearable if error is not None]


def await_strands(store: StrandStore, count: int) -> None:
    def are_there() -> bool:
        try:
            return len(store.strands(limit=count)) == count
        except StoreUnavailable:
            return False

    wait_until(are_there, PATIENCE_SECONDS, f"{count} strands are there")


def name(number: int) -> str:
    return f"life {number}"


def assert_every_strand_is_there_once(store: StrandStore) -> None:
    for number in range(WRITERS):
        strands = store.load(name(number))
        assert strands[:EACH] == tuple(own(name(number), seq) for seq in range(EACH))
        assert store.lifecycle(name(number)) == row(name(number), len(strands) - 1)


def test_appends_go_on_when_postgrest_is_killed_and_comes_back(
    store: SupabaseStore, supabase: SupabaseProject
) -> None:
    def kill_and_start() -> None:
        supabase.rest.kill()
        supabase.rest.start()

    assert disturb_writers(store, kill_and_start) == []
    assert_every_strand_is_there_once(store)


def test_appends_go_on_when_the_database_restarts_underneath(
    store: SupabaseStore, supabase: SupabaseProject
) -> None:
    def restart_database() -> None:
        supabase.postgres.restart("immediate")
        supabase.rest.await_ready()

    assert disturb_writers(store, restart_database) == []
    assert_every_strand_is_there_once(store)


class TestAway:
    """What is not there is said within seconds, and in one line that says which store."""

    @pytest.fixture
    def gone(self, supabase: SupabaseProject) -> Iterator[PostgrestServer]:
        supabase.rest.kill()
        yield supabase.rest
        supabase.rest.start()

    @pytest.mark.usefixtures("gone")
    def test_without_postgrest_nothing_is_answered(self, supabase: SupabaseProject) -> None:
        with pytest.raises(StoreUnavailable, match=rf"{supabase.rest.port}.*did not answer"):
            open_supabase(supabase.rest.url, supabase.key)

    def test_without_the_database_nothing_is_answered(
        self, store: SupabaseStore, supabase: SupabaseProject
    ) -> None:
        supabase.postgres.stop()
        try:
            with pytest.raises(StoreUnavailable, match="cannot serve now"):
                store.load("life")
            with pytest.raises(StoreUnavailable, match="cannot serve now"):
                start(store, "life")
        finally:
            supabase.postgres.start()
            supabase.rest.kill()  # by itself it tries again after 1, 2, 4 ... seconds
            supabase.rest.start()
        start(store, "life")

    def test_a_statement_that_takes_too_long_is_cut_off(
        self, supabase: SupabaseProject, tmp_path: Path
    ) -> None:
        database = supabase.postgres.url(supabase.database, LOGIN)
        hasty = Configuration(f"{database}?options=-c%20statement_timeout%3D300")
        owner = supabase.postgres.url(supabase.database)
        with running_postgrest(hasty, tmp_path / "log") as rest, psycopg.connect(owner) as blocker:
            store = open_supabase(rest.url, supabase.key)
            blocker.execute("lock table lifecycles")
            with pytest.raises(StoreUnavailable, match="57014"):
                start(store, "life")
            with pytest.raises(StoreUnavailable, match="57014"):
                store.lifecycles()
            blocker.rollback()
            start(store, "life")
            store.close()
