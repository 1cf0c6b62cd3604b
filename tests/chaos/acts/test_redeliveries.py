"""What a worker was doing is given to others while it stands."""

import os
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from chaos.acts import redeliveries
from chaos.acts.act import Act, ActKind, Target
from chaos.acts.redeliveries import redeliver
from chaos.acts.victims import Victims
from tests.support.real_processes import ignore_event
from trader.processes.child import Program
from trader.processes.supervisor import Supervisor

ACT = Act(0.0, ActKind.REDELIVERED, Target.WORKER, "exchange", seconds=0.5)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redeliveries, "STANDS_SECONDS", 0.2)


def test_it_stands_while_others_have_its_messages_and_goes_on(tmp_path: Path) -> None:
    seen: list[str] = []
    with Supervisor(tmp_path, ignore_event) as supervisor:
        supervisor.start(Program("worker-exchange", ("sleep", "60"), os.environ))
        pid = supervisor.pid("worker-exchange")

        def state() -> str:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]

        broker = Mock(redeliver=lambda: seen.append(state()))
        assert redeliver(Victims(supervisor, broker, Mock(), {}, []), broker, ACT)
        time.sleep(0.1)
        assert [*seen, state()] == ["T", "S"]


def test_a_worker_that_is_away_is_waited_for() -> None:
    victims = Mock(freeze=Mock(return_value=False))
    assert not redeliver(victims, Mock(), ACT)
