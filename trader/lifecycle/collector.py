"""Python's collector of cyclic garbage, and when it would only be in the way."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Look for no garbage while much is made that stays.

    The collector looks through all objects again and again as they grow in number: with ten
    thousand lifecycles that is half of the time in which they are read.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
