import pytest
from celery import Celery

from beat_schedule import beat_schedule


@pytest.mark.parametrize("heartbeat", [0.5, 2.0, 60.0])
def test_every_entry_beats_with_the_heart_and_expires_before_the_next_beat(
    heartbeat: float,
) -> None:
    for entry in beat_schedule(heartbeat).values():
        assert entry["schedule"] == heartbeat
        assert 0 < entry["options"]["expires"] <= heartbeat


def test_what_beats_is_a_task_without_arguments(app: Celery) -> None:
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert tasks == {
        "workers.market.publish_market",
        "workers.track.sweep_orders",
        "workers.monitor.resume_stalled",
    }
    assert tasks <= app.tasks.keys()
    for entry in app.conf.beat_schedule.values():
        assert not entry.keys() & {"args", "kwargs"}
