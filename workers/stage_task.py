"""How every task of ours fails."""

from celery import Task

from trader.errors import Retryable

RETRY_SECONDS = 1.0


class StageTask(Task):
    """Retries what may pass soon, a few times; after that the next sweep goes on.

    Anything else fails the task loudly, and leaves the plan at its stage.
    """

    autoretry_for = (Retryable,)
    max_retries = 3
    default_retry_delay = RETRY_SECONDS
    retry_backoff = False
    throws = (Retryable,)
