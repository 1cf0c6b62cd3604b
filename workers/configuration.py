"""Celery's configuration, from a checked model: a misspelt name is an error, not silence."""

from celery.app import defaults
from kombu import Exchange, Queue
from pydantic import BaseModel, ConfigDict, Field

from trader.errors import Misconfigured

MONITOR = "monitor"
EXCHANGE = "exchange"
ANALYSIS = "analysis"

KEY_PREFIX = "trader:celery:"

ROUTES = {
    "workers.monitor.*": {"queue": MONITOR},
    "workers.place.*": {"queue": EXCHANGE},
    "workers.track.*": {"queue": EXCHANGE},
    "workers.market.*": {"queue": EXCHANGE},
    "workers.analyze.*": {"queue": ANALYSIS},
}


def _queue(name: str) -> Queue:
    """A queue with a routing key of its own: a shared one would copy every message to all."""
    return Queue(name, Exchange("trader", type="direct"), routing_key=name)


class CelerySettings(BaseModel):
    """The settings that differ from Celery's defaults, each for the reason in its description."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    broker_url: str
    broker_connection_retry_on_startup: bool = True
    broker_connection_max_retries: int | None = Field(None, description="retry for ever")
    broker_transport_options: dict[str, object]
    task_acks_late: bool = Field(True, description="a killed worker's task is delivered again")
    task_reject_on_worker_lost: bool = True
    worker_prefetch_multiplier: int = Field(1, description="a busy worker reserves nothing")
    task_ignore_result: bool = Field(True, description="the journal is the result")
    task_serializer: str = "json"
    accept_content: list[str] = ["json"]
    task_routes: dict[str, dict[str, str]] = ROUTES
    task_queues: tuple[Queue, ...] = tuple(map(_queue, (MONITOR, EXCHANGE, ANALYSIS)))
    task_default_queue: str = MONITOR
    task_default_exchange: str = "trader"
    task_default_routing_key: str = MONITOR
    task_create_missing_queues: bool = Field(False, description="a misrouted task is an error")
    task_soft_time_limit: int = 45
    task_time_limit: int = 60
    worker_soft_shutdown_timeout: float = 10.0
    beat_sync_every: int = Field(1, description="the schedule file's age shows that beat lives")
    worker_max_tasks_per_child: int = Field(2000, description="bounds what a child may leak")
    worker_send_task_events: bool = Field(True, description="Flower shows them")
    task_send_sent_event: bool = True
    worker_hijack_root_logger: bool = False
    worker_redirect_stdouts: bool = False
    timezone: str = "UTC"
    enable_utc: bool = True


def celery_settings(redis_url: str) -> dict[str, object]:
    """Celery's settings for this broker. Raises Misconfigured for a name Celery lacks."""
    settings = CelerySettings(
        broker_url=redis_url,
        broker_transport_options={
            "visibility_timeout": 90,
            "socket_timeout": 10,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 15,
            "global_keyprefix": KEY_PREFIX,
        },
    )
    unknown = set(CelerySettings.model_fields) - set(defaults.SETTING_KEYS)
    if unknown:
        raise Misconfigured(f"Celery has no setting {', '.join(sorted(unknown))}")
    return settings.model_dump()
