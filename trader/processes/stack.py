"""The whole Trader on this machine: exchange, broker, workers, beat and Flower."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from trader.processes import commands, embedded, local_venue
from trader.processes.child import Program
from trader.processes.commands import Command
from trader.processes.environments import for_command, publishable
from trader.processes.running_stack import only_stack, publish
from trader.processes.supervisor import Event, Supervisor
from trader.processes.waiting import wait_until
from trader.settings import Network, Settings, read_settings

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class StackOptions:
    """How a stack runs: its folder, the environment it starts from, and what it includes.

    `durable`: the embedded broker and the local exchange keep what they know over a restart, their
    own and the stack's. `exchange_options`: further arguments of the local exchange.
    """

    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    durable: bool = True
    with_flower: bool = True
    exchange_options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stack:
    """A running Trader. `environment` is what its processes and its clients run with."""

    environment: Mapping[str, str] = field(repr=False)
    supervisor: Supervisor

    @property
    def settings(self) -> Settings:
        """What the environment says."""
        return read_settings(self.environment)

    @property
    def flower_url(self) -> str:
        """Where Flower listens, when the stack includes it."""
        return f"http://{self.environment['FLOWER_ADDRESS']}:{self.environment['FLOWER_PORT']}"

    def failure(self) -> str | None:
        """Why the stack cannot go on: a part that must not be restarted has ended."""
        over = self.supervisor.over()
        return f"{over[0]} ended; see {self.supervisor.log(over[0])}" if over else None

    def await_workers(self, seconds: float = START_SECONDS) -> None:
        """Return when the workers of all queues answer. Raises NotReady."""
        wanted = len(commands.QUEUES)
        wait_until(lambda: self._answering_workers() == wanted, seconds, "all workers answer")

    def _answering_workers(self) -> int:
        asked = subprocess.run(
            commands.ping(),
            env=for_command(self.environment, signs=False),
            capture_output=True,
            text=True,
            check=False,
        )
        return len(json.loads(asked.stdout)) if asked.returncode == 0 else 0


@contextmanager
def running_stack(options: StackOptions, report: Callable[[Event], None]) -> Iterator[Stack]:
    """Start everything, and stop it with the context.

    What the environment names is used as it is: TRADER_REDIS_URL, TRADER_EXCHANGE_URL,
    TRADER_STORE_URL, a key. What it does not name is embedded: a broker of our own, the local
    exchange (network=local), a SQLite store and a funded throw-away account.

    Raises Misconfigured before anything starts, NotReady when a part does not come up.
    """
    settings = read_settings(options.environment)
    with (
        only_stack(options.folder),
        Supervisor(options.folder / "log", report, patience_of(settings)) as supervisor,
    ):
        environment = _with_embedded_parts(supervisor, options, settings.network)
        pipeline = _pipeline(options)
        for command in pipeline:
            supervisor.start(_program(command, environment))
        publish(options.folder, publishable(environment, options.environment))
        try:
            yield Stack(environment, supervisor)
        finally:
            supervisor.stop([command.name for command in pipeline])


def patience_of(settings: Settings) -> float:
    """Seconds in which an order that is just being sent is answered for, or can land no more."""
    return settings.venue_timeout_seconds + settings.order_expiry_seconds


def _with_embedded_parts(
    supervisor: Supervisor, options: StackOptions, network: Network
) -> dict[str, str]:
    folder = options.folder
    environment = embedded.defaults(options.environment, folder, network)
    environment = embedded.with_broker(supervisor, environment, folder, options.durable)
    if network is not Network.LOCAL:
        return environment
    data = folder / local_venue.FOLDER if options.durable else None
    environment = local_venue.with_local_exchange(
        supervisor, environment, options.exchange_options, data
    )
    return embedded.with_local_account(environment, folder)


def _pipeline(options: StackOptions) -> tuple[Command, ...]:
    everything = commands.pipeline(options.folder)
    return tuple(c for c in everything if options.with_flower or c != commands.flower())


def _program(command: Command, environment: Mapping[str, str]) -> Program:
    return Program(command.name, command.arguments, for_command(environment, command.signs))
