import pytest
from celery import Celery
from celery.app import defaults
from celery.exceptions import QueueNotFound

from tests.workers.messages import Messages
from trader.errors import Misconfigured
from trader.processes.commands import QUEUES
from workers import configuration
from workers.configuration import CelerySettings, celery_settings


def test_celery_knows_every_setting() -> None:
    assert celery_settings("redis://").keys() <= defaults.SETTING_KEYS


def test_a_misspelt_setting_is_an_error_and_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Misspelt(CelerySettings):
        tasks_acks_late: bool = True

    monkeypatch.setattr(configuration, "CelerySettings", Misspelt)
    with pytest.raises(Misconfigured, match="Celery has no setting tasks_acks_late"):
        celery_settings("redis://")


def test_the_application_has_taken_every_setting(app: Celery) -> None:
    wanted = celery_settings(app.conf.broker_url)
    assert {name: app.conf[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("accept_content", ["json"]),
        ("result_backend", None),
        ("task_create_missing_queues", False),
        ("broker_connection_max_retries", None),
    ],
)
def test_what_orders_depend_on(app: Celery, setting: str, value: object) -> None:
    assert app.conf[setting] == value


def test_a_message_comes_to_the_worker_that_imports_its_task_and_to_no_other(
    app: Celery, messages: Messages
) -> None:
    names = [name for name in app.tasks if name.startswith("workers.")]
    assert names
    for name in names:
        module = name.rpartition(".")[0]
        (queue,) = (queue for queue, worker in QUEUES.items() if module in worker.modules)
        messages.clear()
        app.send_task(name)
        assert messages.counts() == {queue: 1}
        assert messages.of(queue)[0].task == name


def test_a_message_for_a_queue_that_nobody_serves_is_an_error(
    app: Celery, messages: Messages
) -> None:
    with pytest.raises(QueueNotFound, match="nobody"):
        app.send_task("workers.monitor.check_plans", queue="nobody")
    assert messages.counts() == {}


def test_messages_are_delivered_again_after_the_longest_task_but_before_long() -> None:
    settings = CelerySettings.model_validate(celery_settings("redis://"))
    again = settings.broker_transport_options["visibility_timeout"]
    assert isinstance(again, int)
    assert settings.task_soft_time_limit < settings.task_time_limit < again <= 120
