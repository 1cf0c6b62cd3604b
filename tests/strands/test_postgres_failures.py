"""What must hold when PostgreSQL, its disk or the network fails in the middle."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.strands.examples import foreign, own, plan, row, start
from tests.support.lossy_proxy import LossyProxy, lossy_proxy
from tests.support.postgres_server import PostgresServer, running_postgres
from tests.support.postgres_sessions import Later, await_waiting
from trader.errors import Misconfigured
from trader.processes.waiting import wait_until
from trader.strands.migrations import migrate
from trader.strands.postgres import PostgresStore
from trader.strands.postgres_address import parse_address
from trader.strands.store import (
    NEW,
    Append,
    InvalidStrand,
    SequenceConflict,
    StoreUnavailable,
    StrandStore,
)

WRITERS = 4
RESTARTS = 4


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of this file's own, because it is ended and started; what it commits, it keeps."""
    with running_postgres(is_durable=True) as server:
        yield server


@pytest.fixture
def url(server: PostgresServer) -> str:
    url = server.url(server.create_database())
    migrate(parse_address(url))
    return url


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(url)
    yield opened
    opened.close()


class TestLostReplies:
    """A proxy between, which breaks connections."""

    @pytest.fixture
    def proxy(self, server: PostgresServer) -> Iterator[LossyProxy]:
        with lossy_proxy(server.port) as proxy:
            yield proxy

    @pytest.fixture
    def store(self, server: PostgresServer, url: str, proxy: LossyProxy) -> Iterator[PostgresStore]:
        opened = PostgresStore(url.replace(f":{server.port}/", f":{proxy.port}/"))
        start(opened, "life")
        yield opened
        opened.close()

    @pytest.mark.parametrize("lose", [LossyProxy.lose_next_request, LossyProxy.lose_next_reply])
    def test_an_append_happens_once_and_is_reported(
        self, store: PostgresStore, proxy: LossyProxy, lose: Callable[[LossyProxy], None]
    ) -> None:
        more = [own("life", 1), own("life", 2)]
        lose(proxy)
        store.append(Append("life", 0, more, row("life", 2, stage="place")))
        assert store.load("life") == (own("life", 0), *more)
        assert store.lifecycle("life") == row("life", 2, stage="place")

    @pytest.mark.parametrize("lose", [LossyProxy.lose_next_request, LossyProxy.lose_next_reply])
    def test_a_plan_is_written_once(
        self, store: PostgresStore, proxy: LossyProxy, lose: Callable[[LossyProxy], None]
    ) -> None:
        lose(proxy)
        store.insert_foreign(plan("plan"))
        assert store.plan_inbox() == (plan("plan"),)
        lose(proxy)
        start(store, "new", source_id="plan")
        assert store.plan_inbox() == ()

    @pytest.mark.parametrize("lose", [LossyProxy.lose_next_request, LossyProxy.lose_next_reply])
    def test_a_refusal_stays_one(
        self, store: PostgresStore, proxy: LossyProxy, lose: Callable[[LossyProxy], None]
    ) -> None:
        store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        lose(proxy)
        with pytest.raises(SequenceConflict):
            store.append(Append("life", 0, [own("life", 1, id="late")], row("life", 1)))
        lose(proxy)
        with pytest.raises(InvalidStrand):
            store.append(Append("two", NEW, [own("two", 0, id="life-0")], row("two", 0)))
        assert store.load("two") == ()

    @pytest.mark.parametrize("lose", [LossyProxy.lose_next_request, LossyProxy.lose_next_reply])
    def test_a_question_is_asked_again(
        self, store: PostgresStore, proxy: LossyProxy, lose: Callable[[LossyProxy], None]
    ) -> None:
        lose(proxy)
        assert store.load("life") == (own("life", 0),)
        lose(proxy)
        assert store.lifecycles() == (row("life", 0),)

    def test_an_append_that_lands_late_is_not_repeated(
        self, store: PostgresStore, proxy: LossyProxy, url: str
    ) -> None:
        """The first one still waits in the server when it is looked for, and sent again."""
        with psycopg.connect(url) as holder:
            holder.execute("select from lifecycles where lifecycle_id = 'life' for update")
            append = Later(
                lambda: store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
            )
            await_waiting(url)
            proxy.cut()
            await_waiting(url, sessions=2)
        append.wait()
        assert store.load("life") == (own("life", 0), own("life", 1))

    def test_what_cannot_be_settled_is_told(
        self, store: PostgresStore, server: PostgresServer
    ) -> None:
        server.stop("immediate")
        try:
            with pytest.raises(StoreUnavailable):
                store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
            with pytest.raises(StoreUnavailable):
                store.load("life")
        finally:
            server.start()
        store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        assert len(store.load("life")) == 2


def test_a_terminated_session_costs_no_append(store: PostgresStore, url: str) -> None:
    """The append waits in the server when its session is ended: it is undone, and sent again."""
    start(store, "life")
    with psycopg.connect(url) as holder:
        holder.execute("select from lifecycles where lifecycle_id = 'life' for update")
        append = Later(lambda: store.append(Append("life", 0, [own("life", 1)], row("life", 1))))
        await_waiting(url)
        with psycopg.connect(url) as killer:
            killer.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                "where datname = current_database() and wait_event_type = 'Lock'"
            )
        await_waiting(url)
    append.wait()
    assert store.load("life") == (own("life", 0), own("life", 1))


def test_a_restart_between_two_calls_costs_no_error(
    store: PostgresStore, server: PostgresServer
) -> None:
    first = start(store, "life")
    for mode in ("immediate", "fast"):
        server.restart(mode)
        assert store.load("life") == (first,)
        assert store.lifecycles() == (row("life", 0),)
        store.insert_foreign(foreign(f"after {mode}"))


class Writer:
    """Appends to a lifecycle of its own for ever, and notes what it was told."""

    def __init__(self, store: StrandStore, name: str, stop: threading.Event) -> None:
        self.name = name
        self.said_done: list[str] = []
        self.said_unknown: list[str] = []
        self._store = store
        self._stop = stop

    def work(self) -> None:
        while not self._stop.is_set():
            try:
                self._append(len(self._store.load(self.name)))
            except StoreUnavailable:
                continue

    def _append(self, seq: int) -> None:
        strand_id = f"{self.name}-{len(self.said_done)}-{len(self.said_unknown)}"
        strands = [own(self.name, seq, id=strand_id), own(self.name, seq + 1, id=f"{strand_id}b")]
        try:
            self._store.append(Append(self.name, seq - 1, strands, row(self.name, seq + 1)))
        except StoreUnavailable:
            self.said_unknown.append(strand_id)
        except SequenceConflict:
            # Only an append of ours that we were told nothing of can have been first.
            assert self.said_unknown
        else:
            self.said_done.append(strand_id)

    def check(self) -> None:
        strands = self._store.load(self.name)
        ids = [strand.id for strand in strands]
        assert [strand.seq for strand in strands] == list(range(len(strands)))
        assert len(set(ids)) == len(ids)
        assert set(self.said_done) <= set(ids)
        known = {*self.said_done, *self.said_unknown}
        assert set(ids) <= known | {f"{strand_id}b" for strand_id in known}
        assert all((f"{strand_id}b" in ids) == (strand_id in ids) for strand_id in known)
        found = self._store.lifecycle(self.name)
        assert found == row(self.name, len(strands) - 1)


def test_a_killed_server_loses_no_append_and_doubles_none(
    store: PostgresStore, server: PostgresServer
) -> None:
    stop = threading.Event()
    writers = [Writer(store, f"writer-{number}", stop) for number in range(WRITERS)]
    threads = [Later(writer.work) for writer in writers]
    try:
        for _ in range(RESTARTS):
            before = sum(len(writer.said_done) for writer in writers)
            while sum(len(writer.said_done) for writer in writers) < before + 40:
                assert threading.active_count() > WRITERS
            server.restart("immediate")
    finally:
        stop.set()
        for thread in threads:
            thread.wait()
    for writer in writers:
        writer.check()


class TestReadOnly:
    @pytest.fixture
    def read_only(self, server: PostgresServer, store: PostgresStore) -> Iterator[None]:
        """The server lets nobody write; the store has a connection from before."""
        start(store, "life")
        server.make_read_only()
        yield
        server.make_read_only(False)

    @pytest.mark.usefixtures("read_only")
    def test_says_what_it_is(self, store: PostgresStore, url: str) -> None:
        with pytest.raises(StoreUnavailable, match=r"is read-only.*make room"):
            store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        with pytest.raises(StoreUnavailable, match="is read-only"):
            store.check()
        assert store.load("life") == (own("life", 0),)
        with pytest.raises(StoreUnavailable, match="session is read-only"):
            PostgresStore(url)

    @pytest.mark.usefixtures("read_only")
    def test_it_can_be_read_by_whoever_asks_for_it(self, url: str) -> None:
        reader = PostgresStore(f"{url}?target_session_attrs=any")
        assert reader.load("life") == (own("life", 0),)
        with pytest.raises(StoreUnavailable, match="is read-only"):
            reader.insert_foreign(foreign("note"))
        reader.close()

    def test_it_goes_on_when_it_may_be_written_again(
        self, server: PostgresServer, store: PostgresStore
    ) -> None:
        start(store, "life")
        server.make_read_only()
        with pytest.raises(StoreUnavailable):
            store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        server.make_read_only(False)
        store.append(Append("life", 0, [own("life", 1)], row("life", 1)))
        assert len(store.load("life")) == 2


def test_a_changed_password_is_told(server: PostgresServer, url: str) -> None:
    server.execute("create role worker login password 'old' in role service_role")
    database = url.rpartition("/")[2]
    store = PostgresStore(server.url(database, "worker", "old"))
    store.close()
    server.execute("alter role worker password 'new'")
    with pytest.raises(Misconfigured, match="password authentication failed"):
        store.load("life")
    server.execute("alter role worker password 'old'")

    def is_let_in_again() -> bool:
        with suppress(StoreUnavailable):
            return store.load("life") == ()
        return False

    wait_until(is_let_in_again, 30, "the store connects again")
    store.close()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of two megabytes."""
    # The server's user must reach it, and pytest's folder lets nobody in.
    disk = Path(tempfile.mkdtemp(prefix="trader-small-disk-"))
    disk.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0755", "tmpfs", str(disk)]
    try:
        if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            pytest.skip("nobody may mount a small file system here")
        try:
            yield disk
        finally:
            subprocess.run(["umount", disk], check=True)
    finally:
        disk.rmdir()


def test_the_full_disk_leaves_nothing_half_written(small_disk: Path) -> None:
    with running_postgres() as server:
        url = server.url(server.create_database())
        migrate(parse_address(url))
        space, filler = small_disk / "tables", small_disk / "filler"
        space.mkdir()
        server.give(space)
        server.execute(f"create tablespace small location '{space}'")
        server.execute("alter table ad_strands set tablespace small", url.rpartition("/")[2])
        store = PostgresStore(url)
        start(store, "old")
        store.insert_foreign(plan("plan"))
        filler.write_bytes(bytes(shutil.disk_usage(small_disk).free))
        big = [own("life", seq, content={"x": str(seq) * 7000}) for seq in range(300)]
        with pytest.raises(StoreUnavailable, match="53100"):
            store.append(Append("life", NEW, big, row("life", 299, source_id="plan")))
        assert store.load("life") == ()
        assert store.lifecycle("life") is None
        assert store.plan_inbox() == (plan("plan"),)
        filler.unlink()
        store.append(Append("life", NEW, big, row("life", 299, source_id="plan")))
        assert store.load("life") == tuple(big)
        assert store.plan_inbox() == ()
        store.close()
