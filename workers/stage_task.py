"""How every task of ours fails."""

from typing import Any

import structlog
from celery import Task

from trader.errors import Retryable

RETRY_SECONDS = 1.0

log = structlog.get_logger()


class StageTask(Task):
    """Retries what may pass soon, a few times; after that the next sweep goes on.

    Anything else fails the task loudly, and leaves the plan at its stage.
    """

    autoretry_for = (Retryable,)
    max_retries = 3
    default_retry_delay = RETRY_SECONDS
    retry_backoff = False
    throws = (Retryable,)

    def on_retry(self, exc: Exception, *_: Any) -> None:
        """Say what is tried again, and why."""
        log.warning("tried again soon", error=type(exc).__name__, why=str(exc))

    def on_failure(self, exc: Exception, *_: Any) -> None:
        """Say what is left to the next sweep, or what needs somebody's look."""
        if isinstance(exc, Retryable):
            log.warning("left to the next sweep", error=type(exc).__name__, why=str(exc))
        else:
            log.error("task failed", error=type(exc).__name__, why=str(exc))
