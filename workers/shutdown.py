"""What a worker does with SIGTERM: it finishes the tasks in hand, and takes no others.

Celery does so when the worker's own process gets the signal. Some supervisors send it to the whole
group, honcho for one, and there it would end the pool's processes in the middle of their tasks:
while they have one they leave the signal to the worker, which ends them when they are through.
"""

import signal
from typing import Any

from celery.signals import task_postrun, task_prerun, worker_process_init


@worker_process_init.connect
def finish_tasks(**_: Any) -> None:
    """In a process of the pool only: the worker itself must hear the signal at any time."""
    task_prerun.connect(_ignore_sigterm)
    task_postrun.connect(_heed_sigterm)


def _ignore_sigterm(**_: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _heed_sigterm(**_: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
