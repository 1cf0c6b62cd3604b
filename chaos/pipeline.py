"""The processes of `trader up` but Flower, each with a clock that can be stepped."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chaos.acts.drawing import SECOND_WORKER
from chaos.broker import FailingBroker, failing_broker
from chaos.clocks import Clocks
from chaos.verdict.outages import Outage
from tests.support.real_processes import ignore_event
from trader.processes import commands
from trader.processes.child import Program
from trader.processes.commands import Command
from trader.processes.environments import for_command
from trader.processes.stack import patience_of
from trader.processes.supervisor import Supervisor
from trader.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A running pipeline, its broker and its clocks; `stalls` are when its workers stood."""

    supervisor: Supervisor
    broker: FailingBroker
    clocks: Clocks
    settings: Settings
    stalls: list[Outage] = field(default_factory=list)


@contextmanager
def running_pipeline(folder: Path, variables: Mapping[str, str]) -> Iterator[Pipeline]:
    """Start it with these TRADER_* variables and a broker of its own; it ends with the context.

    Its workers may not answer yet: messages wait for them.
    """
    patience = patience_of(read_settings(variables))
    with Supervisor(folder / "log", ignore_event, patience) as supervisor:
        broker, clocks = failing_broker(supervisor, folder / "broker"), Clocks(folder / "clocks")
        environment = {**os.environ, **variables, "TRADER_REDIS_URL": broker.url}
        programs = [_program(command, clocks, environment) for command in _commands(folder)]
        for program in programs:
            supervisor.start(program)
        try:
            yield Pipeline(supervisor, broker, clocks, read_settings(environment))
        finally:
            supervisor.stop([program.name for program in programs])


def _commands(folder: Path) -> Iterator[Command]:
    yield from (c for c in commands.pipeline(folder) if c != commands.flower())
    exchange = commands.worker("exchange")
    arguments = [name.replace("exchange@", f"{SECOND_WORKER}@") for name in exchange.arguments]
    yield Command(f"worker-{SECOND_WORKER}", tuple(arguments), exchange.signs)


def _program(command: Command, clocks: Clocks, environment: Mapping[str, str]) -> Program:
    stepped = ("python", "-m", "chaos.stepped_process", str(clocks.file(command.name).resolve()))
    return Program(
        command.name, (*stepped, *command.arguments), for_command(environment, command.signs)
    )
