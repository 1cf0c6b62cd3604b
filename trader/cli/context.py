"""The store that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager

from trader.cli.environment import command_settings
from trader.strands.opening import open_configured_store
from trader.strands.store import StrandStore


@contextmanager
def command_store() -> Iterator[StrandStore]:
    """The store of the running stack, or of the environment. Raises Misconfigured."""
    store = open_configured_store(command_settings())
    try:
        yield store
    finally:
        store.close()
