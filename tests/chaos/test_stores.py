"""What keeps the journal is killed, locked or full, and comes back; its outage is known."""

import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from chaos.acts.act import Target
from chaos.stores import DOWN_SECONDS, RunningStore, StoreServer, running_store
from tests.support.lifecycles import LifecycleBuilder, a_plan
from tests.support.supabase_project import require_postgrest
from trader.clock import utc_now
from trader.lifecycle.projection import project
from trader.processes.waiting import wait_until
from trader.settings import read_settings
from trader.strands.opening import StoreKind, open_configured_store
from trader.strands.sqlite import SqliteStore
from trader.strands.store import NEW, Append, StoreUnavailable, StrandStore


def test_an_outage_lasts_from_the_kill_to_the_end_of_the_start() -> None:
    done: list[str] = []
    server = StoreServer(lambda: done.append("kill"), lambda: done.append("start"))
    before = server.age_seconds()
    server.kill()
    assert done == ["kill", "start"]
    (outage,) = server.outages
    assert (outage.ended - outage.began).total_seconds() >= DOWN_SECONDS
    assert before >= 0
    assert server.age_seconds() < DOWN_SECONDS


def write(store: StrandStore, name: str) -> None:
    builder = LifecycleBuilder(a_plan(plan_id=name), name).accepted()
    store.append(Append(name, NEW, builder.strands, project(builder.lifecycle)))


def is_written(running: RunningStore, name: str) -> bool:
    try:
        with closing(open_configured_store(read_settings(running.variables))) as store:
            write(store, name)
    except StoreUnavailable:
        return False
    return True


def names(running: RunningStore) -> set[str]:
    with closing(open_configured_store(read_settings(running.variables))) as store:
        return {row.lifecycle_id for row in store.lifecycles()}


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (StoreKind.POSTGRESQL, Target.DATABASE),
        (StoreKind.SUPABASE, Target.DATABASE),
        (StoreKind.SUPABASE, Target.POSTGREST),
    ],
)
def test_nothing_is_written_while_a_server_is_away_and_nothing_is_lost(
    kind: StoreKind, target: Target, tmp_path: Path
) -> None:
    if kind is StoreKind.SUPABASE:
        require_postgrest()
    with running_store(kind, tmp_path) as running:
        assert is_written(running, "before")
        killing = Thread(target=running.servers[target].kill)
        killing.start()
        time.sleep(DOWN_SECONDS / 2)
        wait_until(lambda: is_written(running, f"{uuid4()}"), 60, "it is back")
        written_at = utc_now()
        killing.join()
        (outage,) = running.outages
        assert written_at >= outage.began + timedelta(seconds=DOWN_SECONDS)
        assert "before" in names(running)


@pytest.mark.parametrize("act", ["hold_lock", "fill_disk"])
def test_a_journal_that_is_locked_or_has_no_room_is_not_written(act: str, tmp_path: Path) -> None:
    with running_store(StoreKind.SQLITE, tmp_path) as running:
        if running.disk is None and act == "fill_disk":
            pytest.skip("nobody may mount a file system here")
        file = tmp_path / "journal" / "trader.db"
        with closing(SqliteStore(file, busy_timeout=timedelta(seconds=0.1))) as store:
            write(store, "before")
            acting = Thread(target=getattr(running, act), args=(3.0,))
            acting.start()
            wait_until(lambda: _is_refused(store), 10, "nothing is written")
            acting.join()
            write(store, "after")
        (outage,) = running.outages
        assert (outage.ended - outage.began).total_seconds() >= 3


def _is_refused(store: StrandStore) -> bool:
    """Strands of their own each time, until there is no room or no lock to be had."""
    try:
        write(store, f"{uuid4()}")
    except StoreUnavailable:
        return True
    return False
