"""The Celery application: its queues, its routes, its beat. Tasks are in the stage modules.

A worker imports the modules of its own queue only, so that an analysis worker holds no key and
an exchange worker no pandas.
"""

from celery import Celery

from beat_schedule import beat_schedule
from trader.errors import Misconfigured
from trader.settings import settings
from workers import logs as logs  # connects the logging to Celery's signals
from workers import shutdown as shutdown  # the same for what SIGTERM does
from workers.broker_transport import install as install_broker_transport
from workers.configuration import celery_settings


def _application() -> Celery:
    try:
        configured = settings()
    except Misconfigured as error:
        raise SystemExit(f"trader: {error}") from error
    install_broker_transport()
    celery = Celery("trader", set_as_current=True)
    celery.conf.update(celery_settings(configured.redis_url))
    celery.conf.beat_schedule = beat_schedule(configured.heartbeat_seconds)
    return celery


app = _application()
