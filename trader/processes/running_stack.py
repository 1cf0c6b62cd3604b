"""How a command finds the stack that `trader up` runs in the same folder.

While it runs, `trader up` holds a lock on `var/stack.lock`, and `var/stack.env` (mode 0600) has its
settings as NAME=VALUE lines that a shell can read too. A variable of the environment wins over
the file; a file without a living `trader up` is ignored.
"""

import fcntl
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from trader.errors import Misconfigured
from trader.processes.private_files import make_private_folder, write_private

LOCK = "stack.lock"
ENVIRONMENT = "stack.env"


@contextmanager
def only_stack(folder: Path) -> Iterator[None]:
    """Be the folder's one stack. Raises Misconfigured when another one runs."""
    make_private_folder(folder)
    with _locked(folder / LOCK) as ours:
        if not ours:
            raise Misconfigured(f"a stack runs already in {folder.resolve()}: stop it first")
        try:
            yield
        finally:
            (folder / ENVIRONMENT).unlink(missing_ok=True)


def publish(folder: Path, variables: Mapping[str, str]) -> None:
    """Write the running stack's settings for other commands."""
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in sorted(variables.items()))
    write_private(folder / ENVIRONMENT, "".join(lines))


def published(folder: Path) -> dict[str, str]:
    """The settings of the stack that runs in this folder; empty when none does."""
    if not (folder / ENVIRONMENT).exists():
        return {}
    with _locked(folder / LOCK) as ours:
        return {} if ours else _parse((folder / ENVIRONMENT).read_text(encoding="utf-8"))


def _parse(text: str) -> dict[str, str]:
    pairs = (shlex.split(line)[0].partition("=") for line in text.splitlines())
    return {name: value for name, _, value in pairs}


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Try to lock the file; True while it is ours. The system frees it when we die."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
