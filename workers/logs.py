"""Log lines as key=value, each with the task and the lifecycle it speaks of."""

import logging
import sys
from typing import Any

import structlog
from celery.signals import setup_logging, task_postrun, task_prerun
from structlog.types import Processor

from trader.settings import settings

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)
QUIET = ("celery.worker.strategy", "celery.app.trace")
"""Loggers that write two lines a task, heartbeats included; Flower shows the same."""

_RENDER = structlog.processors.LogfmtRenderer(
    key_order=["timestamp", "level", "event", "lifecycle_id", "task"], drop_missing=True
)


@setup_logging.connect
def configure_logging(**_: Any) -> None:
    """Send every logger's lines, Celery's included, to standard error in one form."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _RENDER],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=settings().log_level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


@task_prerun.connect
def bind_task(task: Any, task_id: str, args: Any, **_: Any) -> None:
    """Name the task, and the plan that it is about, in every line until it ends."""
    lifecycle = {"lifecycle_id": args[0]} if args else {}
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id, **lifecycle)


@task_postrun.connect
def unbind_task(**_: Any) -> None:
    """Forget the task."""
    structlog.contextvars.clear_contextvars()
