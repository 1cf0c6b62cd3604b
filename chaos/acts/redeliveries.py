"""A worker stands for so long that what it was doing is given to others, and goes on with it."""

import time
from concurrent.futures import ThreadPoolExecutor

from chaos.acts.act import Act
from chaos.acts.victims import Victims
from chaos.broker import FailingBroker

STANDS_SECONDS = 0.5
"""After so long the worker stands for certain, with its messages in its hands."""


def redeliver(victims: Victims, broker: FailingBroker, act: Act) -> bool:
    """Let the worker stand as long as the act lasts, and others have its messages; if it is there.

    The visibility timeout itself is longer than a run has time for.
    """
    with ThreadPoolExecutor(1) as pool:
        standing = pool.submit(victims.freeze, act)
        time.sleep(STANDS_SECONDS)
        broker.redeliver()
        return standing.result()
