"""Setting, listing and deleting faults over HTTP; every mistake is named."""

from typing import Any

import pytest
import requests

from local_exchange.faults.catalogue import FAULTS
from tests.local_exchange.controls import TIMEOUT_SECONDS, Controls

NEEDED: dict[str, dict[str, Any]] = {
    "delayed": {"min_ms": 1, "max_ms": 2},
    "http_error": {"status": 500},
    "clock_skewed": {"ms": 1},
}
KINDS = [fault.model_fields["kind"].default for fault in FAULTS]


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_can_be_set_and_listed(controls: Controls, kind: str) -> None:
    number = controls.set_fault(kind, **NEEDED.get(kind, {}))
    (fault,) = controls.faults()["faults"]
    assert (fault["id"], fault["kind"]) == (number, kind)
    controls.clear_faults(number)
    assert controls.faults() == {"faults": [], "schedule": None, "struck": {}}


def test_faults_add_up_and_a_schedule_replaces_the_last(controls: Controls) -> None:
    first = controls.set_fault("reply_dropped")
    second = controls.set_fault("reply_dropped")
    assert first != second
    controls.set_schedule(1, rate=0.1)
    controls.set_schedule(2, socket_rate=0.2)
    listing = controls.faults()
    assert [fault["id"] for fault in listing["faults"]] == [first, second]
    assert (listing["schedule"]["seed"], listing["schedule"]["rate"]) == (2, 0.0)
    controls.clear_faults()
    assert controls.faults() == {"faults": [], "schedule": None, "struck": {}}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"faults": [{"kind": "earthquake"}]}, "earthquake"),
        ({"faults": [{"kind": "reply_dropped", "cuont": 1}]}, "cuont"),
        ({"faults": [{"kind": "reply_dropped", "probability": 0}]}, "greater than 0"),
        ({"faults": [{"kind": "reply_dropped", "count": 0}]}, "greater than or equal to 1"),
        ({"faults": [{"kind": "reply_dropped", "scope": {"types": ["ordr"]}}]}, "no such types"),
        ({"faults": [{"kind": "batch_refused", "scope": {"types": ["meta"]}}]}, "no such types"),
        ({"faults": [{"kind": "batch_refused", "scope": {"surface": "info"}}]}, "surface"),
        ({"faults": [{"kind": "http_error", "status": 503}]}, "status"),
        (
            {"faults": [{"kind": "http_error", "status": 429, "moment": "after_commit"}]},
            "429 is answered before the commit",
        ),
        ({"faults": [{"kind": "delayed", "min_ms": 2, "max_ms": 1}]}, "must not exceed"),
        ({"faults": [{"kind": "cloid_hidden", "min_ms": 2000}]}, "must not exceed"),
        ({"faults": [{"kind": "message_lost", "channels": ["fils"]}]}, "channels"),
        ({"faults": [{"kind": "post_only_window", "count": 1}]}, "count"),
        ({"schedule": {"seed": 1, "rate": 2}}, "less than or equal to 1"),
        ({"schedule": {"rate": 0.1}}, "seed"),
        ({"fault": []}, "fault"),
    ],
)
def test_a_mistake_is_refused(
    exchange_server: str, controls: Controls, body: dict[str, Any], reason: str
) -> None:
    url = f"{exchange_server}/_local/faults"
    answer = requests.post(url, json=body, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 400
    assert reason in answer.text
    assert controls.faults()["faults"] == []


def test_a_fault_that_is_not_set_cannot_be_deleted(exchange_server: str) -> None:
    answer = requests.delete(f"{exchange_server}/_local/faults/7", timeout=TIMEOUT_SECONDS)
    assert (answer.status_code, answer.text) == (404, "no fault 7 is set")
