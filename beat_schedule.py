"""What beats, and how often.

Every periodic task is a sweep by state: a doubled tick is harmless, a lost one is made good by
the next. Each expires before the next beat, so that an outage leaves no pile behind.
"""

from typing import Any

from workers import task_names


def beat_schedule(heartbeat_seconds: float) -> dict[str, dict[str, Any]]:
    """Celery's beat schedule for this heartbeat.

    The market is published first, and the condition check of all waiting plans follows it in
    the same task's wake: prices are fresh when conditions are judged.
    """
    return {
        "publish the market, then check the waiting plans": _every(
            heartbeat_seconds, task_names.PUBLISH_MARKET
        ),
        "sweep orders and positions": _every(heartbeat_seconds, task_names.SWEEP_ORDERS),
        "resume plans whose message was lost": _every(heartbeat_seconds, task_names.RESUME_STALLED),
    }


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}
