"""The processes that the benchmarks measure: broker, local exchange and the queues' workers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from eth_account import Account

from trader.processes import commands
from trader.processes.broker import running_broker
from trader.processes.child import Program
from trader.processes.environments import for_command, for_stranger
from trader.processes.local_account import fund
from trader.processes.local_venue import await_exchange
from trader.processes.ports import LOOPBACK, free_port
from trader.processes.supervisor import Event, Supervisor
from trader.venues.credentials import PRIVATE_KEY

FUNDS_USDC = 1_000_000
START_SECONDS = 30.0
EXTRA_MODULE = "benchmarks.empty_tasks"


@dataclass(frozen=True, slots=True)
class Workshop:
    """What runs: `environment` is what the workers, and this process, run with."""

    environment: dict[str, str]
    supervisor: Supervisor

    def start_workers(self) -> None:
        """Start the worker of every queue, each with the empty tasks beside its own."""
        for queue in commands.QUEUES:
            command = commands.worker(queue)
            modules = ",".join((*commands.QUEUES[queue].modules, EXTRA_MODULE))
            at = command.arguments.index("-I") + 1
            arguments = (*command.arguments[:at], modules, *command.arguments[at + 1 :])
            command = replace(command, arguments=arguments)
            environment = for_command(self.environment, command.signs)
            self.supervisor.start(Program(command.name, command.arguments, environment))

    def start_stream(self) -> None:
        """Start the process on the exchange's websocket."""
        command = commands.stream()
        environment = for_command(self.environment, command.signs)
        self.supervisor.start(Program(command.name, command.arguments, environment))


@contextmanager
def workshop(folder: Path) -> Iterator[Workshop]:
    """A broker and a local exchange that stands still, with a funded account."""
    key = Account.create()
    port = free_port()
    with (
        running_broker(folder / "broker") as redis_url,
        Supervisor(folder / "log", _ignore) as supervisor,
    ):
        command = commands.local_exchange(port, ("--seed", "1", "--frozen"))
        environment = for_stranger(os.environ)
        supervisor.start(Program(command.name, command.arguments, environment))
        url = f"http://{LOOPBACK}:{port}"
        await_exchange(url, START_SECONDS)
        fund(url, key.address, FUNDS_USDC)
        ours = {
            "TRADER_REDIS_URL": redis_url,
            "TRADER_EXCHANGE_URL": url,
            "TRADER_STORE_URL": f"sqlite:///{folder / 'trader.db'}",
            "TRADER_ACCOUNT_ADDRESS": key.address,
            PRIVATE_KEY: key.key.to_0x_hex(),
        }
        yield Workshop({**environment, **ours}, supervisor)


def _ignore(_event: Event) -> None:
    """Nothing is restarted on purpose here; a failure shows as a benchmark that does not end."""
