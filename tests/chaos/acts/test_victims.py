"""Processes of a real supervisor are killed and frozen: workers with their pools, and children."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from unittest.mock import Mock

import pytest

from chaos.acts import victims as victims_module
from chaos.acts.act import Act, ActKind, Target
from chaos.acts.victims import Victims
from chaos.stores import StoreServer
from chaos.verdict.outages import Outage
from tests.support.real_processes import group_members, ignore_event, is_running
from trader.processes.child import Program
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import wait_until

POOL = ("sh", "-c", "sleep 60 & sleep 60 & wait")


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """A worker with two children in its pool, and a stream without any."""
    with Supervisor(tmp_path, ignore_event, patience=1.0) as supervisor:
        supervisor.start(Program("worker-exchange", POOL, os.environ))
        supervisor.start(Program("stream", ("sleep", "60"), os.environ))
        wait_until(lambda: len(group_members(pid_of(supervisor))) == 3, 5, "the pool runs")
        yield supervisor


def pid_of(supervisor: Supervisor, name: str = "worker-exchange") -> int:
    pid = supervisor.pid(name)
    assert pid is not None
    return pid


def victims_of(supervisor: Supervisor, **store_servers: StoreServer) -> Victims:
    servers = {Target(name): server for name, server in store_servers.items()}
    return Victims(supervisor, Mock(), Mock(), servers, [])


def act(kind: ActKind, target: Target, seconds: float = 0.0) -> Act:
    queue = "exchange" if target in (Target.WORKER, Target.POOL_CHILD) else ""
    return Act(0.0, kind, target, queue, seconds)


def states(pids: set[int]) -> set[str]:
    return {Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in pids}


def test_one_child_of_the_pool_is_killed(supervisor: Supervisor) -> None:
    worker = pid_of(supervisor)
    before = group_members(worker)
    assert victims_of(supervisor).kill(act(ActKind.KILL, Target.POOL_CHILD))
    wait_until(lambda: len(group_members(worker)) == 2, 5, "one has ended")
    assert group_members(worker) < before
    assert is_running(worker)


def test_a_worker_is_killed_with_its_pool_and_comes_back(supervisor: Supervisor) -> None:
    worker = pid_of(supervisor)
    assert victims_of(supervisor).kill(act(ActKind.KILL, Target.WORKER))
    wait_until(lambda: not group_members(worker), 5, "all have ended")
    wait_until(lambda: supervisor.pid("worker-exchange") not in (None, worker), 5, "it is back")


@pytest.mark.parametrize(("target", "standing"), [(Target.WORKER, 3), (Target.POOL_CHILD, 1)])
def test_a_worker_or_a_child_is_frozen(
    supervisor: Supervisor, target: Target, standing: int
) -> None:
    members = group_members(pid_of(supervisor))
    freezing = Thread(
        target=victims_of(supervisor).freeze, args=(act(ActKind.FREEZE, target, seconds=0.5),)
    )
    freezing.start()
    wait_until(lambda: sum(states({pid}) == {"T"} for pid in members) == standing, 5, "they stand")
    freezing.join()
    wait_until(lambda: "T" not in states(members), 5, "all go on")


@pytest.mark.parametrize("target", [Target.WORKER, Target.POOL_CHILD])
def test_when_workers_stood_is_noted(supervisor: Supervisor, target: Target) -> None:
    stalls: list[Outage] = []
    victims = Victims(supervisor, Mock(), Mock(), {}, stalls)
    assert victims.freeze(act(ActKind.FREEZE, target, seconds=0.2))
    assert victims.freeze(act(ActKind.FREEZE, Target.STREAM, seconds=0.1))
    (stall,) = stalls
    assert (stall.ended - stall.began).total_seconds() >= 0.2
    assert victims.stall(("worker-exchange",), 0.1)
    assert len(stalls) == 2


def test_several_processes_stand_and_go_on_together(supervisor: Supervisor) -> None:
    worker, stream = pid_of(supervisor), pid_of(supervisor, "stream")
    stalling = Thread(
        target=victims_of(supervisor).stall, args=(("worker-exchange", "stream"), 0.5)
    )
    stalling.start()
    wait_until(lambda: states({worker, stream}) == {"T"}, 5, "both stand")
    stalling.join()
    wait_until(lambda: "T" not in states({worker, stream}), 5, "both go on")


def test_a_young_process_is_left_alone(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    victims, killing = victims_of(supervisor), act(ActKind.KILL, Target.STREAM)
    assert not victims.is_ready(killing)
    monkeypatch.setattr(victims_module, "LEAST_AGE_SECONDS", 0.0)
    assert victims.is_ready(killing)


def test_a_process_that_has_ended_is_not_there(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(victims_module, "LEAST_AGE_SECONDS", 0.0)
    os.killpg(pid_of(supervisor, "stream"), 9)
    wait_until(lambda: supervisor.pid("stream") is None, 5, "it has ended")
    victims = victims_of(supervisor)
    assert not victims.is_ready(act(ActKind.KILL, Target.STREAM))
    assert not victims.kill(act(ActKind.KILL, Target.STREAM))
    assert not victims.freeze(act(ActKind.FREEZE, Target.STREAM))


def test_a_worker_and_its_pool_have_one_claim_and_so_have_a_stores_servers(
    supervisor: Supervisor,
) -> None:
    server = StoreServer(lambda: None, lambda: None)
    victims = victims_of(supervisor, database=server, postgrest=server)
    kills = [act(ActKind.KILL, target) for target in Target]
    claims = {kill.target: victims.claims(kill) for kill in kills}
    assert claims[Target.WORKER] == claims[Target.POOL_CHILD] == ("worker-exchange",)
    assert claims[Target.DATABASE] == claims[Target.POSTGREST] == ("journal",)
    assert len(set(claims.values())) == 6


def test_a_server_behind_the_store_is_killed(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chaos.stores.DOWN_SECONDS", 0.0)
    done: list[str] = []
    server = StoreServer(lambda: done.append("kill"), lambda: done.append("start"))
    victims = victims_of(supervisor, database=server)
    assert not victims.is_ready(act(ActKind.KILL, Target.DATABASE))
    assert victims.kill(act(ActKind.KILL, Target.DATABASE))
    assert done == ["kill", "start"]
