"""The commands of the Trader's processes: one list for `trader up`, the Procfile and compose."""

import shlex
from dataclasses import dataclass
from pathlib import Path

VAR = Path("var")
"""Where a running Trader keeps its files, relative to its working folder."""

CELERY = ("celery", "-A", "workers.app")


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue's worker: the task modules it imports, and its processes on one machine."""

    modules: tuple[str, ...]
    processes: int = 1
    signs: bool = False


QUEUES = {
    "monitor": Queue(("workers.monitor",)),
    "exchange": Queue(
        ("workers.market", "workers.place", "workers.track"), processes=2, signs=True
    ),
    "analysis": Queue(("workers.analyze",)),
}
"""A worker imports its own queue's modules only: just the exchange queue ever sees a key."""


@dataclass(frozen=True, slots=True)
class Command:
    """A process: its name, its arguments, and whether it may hold the signing key."""

    name: str
    arguments: tuple[str, ...]
    signs: bool = False

    @property
    def line(self) -> str:
        """The command as a shell reads it."""
        return shlex.join(self.arguments)


def worker(name: str) -> Command:
    """The worker of one queue. It neither waits for its peers at the start nor gossips later."""
    queue = QUEUES[name]
    options = (
        *("-Q", name),
        *("-I", ",".join(queue.modules)),
        *("-n", f"{name}@%h"),
        *("--concurrency", str(queue.processes)),
        *("--without-mingle", "--without-gossip"),
    )
    return Command(f"worker-{name}", (*CELERY, "worker", *options), queue.signs)


def stream() -> Command:
    """The process on the venue's websocket. It needs no key: user channels are public."""
    return Command("stream", ("python", "-m", "workers.stream"))


def beat(folder: Path = VAR) -> Command:
    """The one process that sends the periodic tasks; it keeps its schedule in the folder."""
    return Command("beat", (*CELERY, "beat", "--schedule", str(folder / "beat-schedule")))


def flower() -> Command:
    """The web view of workers, queues and tasks; FLOWER_ADDRESS and FLOWER_PORT say where."""
    return Command("flower", (*CELERY, "flower"))


def pipeline(folder: Path = VAR) -> tuple[Command, ...]:
    """Every process of the pipeline itself, in the order of starting."""
    return (*(worker(name) for name in QUEUES), stream(), beat(folder), flower())


def local_exchange(port: int, options: tuple[str, ...] = ()) -> Command:
    """The exchange on this machine."""
    return Command(
        "local-exchange", ("python", "-m", "local_exchange", "--port", str(port), *options)
    )


def ping() -> tuple[str, ...]:
    """Asks every worker for a sign of life; prints a JSON object of the nodes that answered."""
    return (*CELERY, "inspect", "ping", "--json", "--timeout", "2")
