"""How every task of ours fails."""

from typing import Any

import structlog
from celery import Task

from trader.errors import Retryable

RETRY_SECONDS = (0.3, 0.7, 1.0, 1.0)
"""The pauses before the new attempts: the first is short, because much of what fails is over at
once, and an order in doubt should not wait."""

log = structlog.get_logger()


class StageTask(Task):
    """Retries what may pass soon, a few times; after that the next sweep goes on.

    Anything else fails the task loudly, and leaves the plan at its stage.
    """

    autoretry_for = (Retryable,)
    max_retries = len(RETRY_SECONDS)
    throws = (Retryable,)

    def retry(self, *arguments: Any, **options: Any) -> Any:
        """As Celery does, after the pause of this attempt."""
        pause = RETRY_SECONDS[min(self.request.retries, self.max_retries - 1)]
        return super().retry(*arguments, **{"countdown": pause} | options)

    def on_retry(self, exc: Exception, *_: Any) -> None:
        """Say what is tried again, and why."""
        log.warning("tried again soon", error=type(exc).__name__, why=str(exc))

    def on_failure(self, exc: Exception, *_: Any) -> None:
        """Say what is left to the next sweep, or what needs somebody's look."""
        if isinstance(exc, Retryable):
            log.warning("left to the next sweep", error=type(exc).__name__, why=str(exc))
        else:
            log.error("task failed", error=type(exc).__name__, why=str(exc))
