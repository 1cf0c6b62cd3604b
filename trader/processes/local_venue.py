"""The local exchange of a stack, and what it goes on from.

The journal of the same folder belongs with it: what the one calls open orders and positions, the
other has.
"""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

import requests

from trader.errors import Misconfigured
from trader.processes.child import Program
from trader.processes.commands import local_exchange
from trader.processes.environments import for_stranger
from trader.processes.ports import LOOPBACK, free_port
from trader.processes.supervisor import Supervisor
from trader.processes.waiting import wait_until
from trader.settings import read_settings
from trader.strands.opening import open_configured_store, shown_address

FOLDER = "exchange"
PORT = 3001
START_SECONDS = 1800.0
"""It feeds all inputs to its engine again: some minutes for each day that it ran."""

CALL_SECONDS = 5.0


def with_local_exchange(
    supervisor: Supervisor,
    environment: Mapping[str, str],
    options: tuple[str, ...],
    data: Path | None,
) -> dict[str, str]:
    """The environment with TRADER_EXCHANGE_URL: the given one, or that of one we start.

    With a data folder it goes on from there, also when it is started again. Without one, an
    exchange that ends takes its ledger with it, so it is not restarted. Raises Misconfigured when
    it cannot go on from the folder, or the journal from it.
    """
    if "TRADER_EXCHANGE_URL" in environment:
        return dict(environment)
    if data is not None and not data.exists():
        _require_nothing_open(environment, data)
    port = free_port(PORT)
    kept = () if data is None else ("--data-dir", str(data))
    command = local_exchange(port, (*options, *kept))
    program = Program(
        command.name, command.arguments, for_stranger(environment), restarts=data is not None
    )
    url = f"http://{LOOPBACK}:{port}"
    _Start(supervisor, program, url).await_answer()
    return {**environment, "TRADER_EXCHANGE_URL": url}


def await_exchange(url: str, seconds: float) -> None:
    """Return when the local exchange answers. Raises NotReady."""
    wait_until(lambda: _answers(url), seconds, f"the local exchange answers at {url}")


def _require_nothing_open(environment: Mapping[str, str], data: Path) -> None:
    """A new exchange has no orders: a journal that has some is another one's."""
    settings = read_settings(environment)
    store = open_configured_store(settings)
    try:
        is_open = bool(store.lifecycles(has_exposure=True, limit=1))
    finally:
        store.close()
    if is_open:
        raise Misconfigured(
            f"{shown_address(settings.store_url)} has plans with orders or positions, and the "
            f"exchange that they are on is not in {data}: put it back there, or remove the folder "
            f"{data.parent} to begin anew"
        )


class _Start:
    """A start of the exchange, from the place in its log where it begins."""

    def __init__(self, supervisor: Supervisor, program: Program, url: str) -> None:
        self._supervisor = supervisor
        self._name = program.name
        self._url = url
        self._log = supervisor.log(program.name)
        self._log_began = self._log.stat().st_size if self._log.exists() else 0
        supervisor.start(program)
        self._pid = supervisor.pid(program.name)

    def await_answer(self) -> None:
        """Return when it answers. An end before that is final: the next one would be the same."""
        what = f"the local exchange answers at {self._url}"
        wait_until(lambda: self._has_ended() or _answers(self._url), START_SECONDS, what)
        if self._has_ended():
            raise Misconfigured(
                f"the local exchange does not start: {self._complaint()}; see {self._log}. If it "
                "cannot be mended, remove the stack's folder to begin anew: the journal belongs "
                "with the exchange"
            )

    def _has_ended(self) -> bool:
        return self._pid is None or self._supervisor.pid(self._name) != self._pid

    def _complaint(self) -> str:
        """What it said of its end: its own words, else its last ones."""
        said = self._log.read_bytes()[self._log_began :].decode(errors="replace")
        lines = said.strip().split("\n")
        return next((line for line in lines if ": error: " in line), lines[-1])


def _answers(url: str) -> bool:
    try:
        answer = requests.post(f"{url}/info", json={"type": "meta"}, timeout=CALL_SECONDS)
    except (requests.ConnectionError, requests.Timeout):
        return False
    return answer.status_code == HTTPStatus.OK
