"""The same seed gives the same faults, request by request."""

import http.client
import json
from collections import Counter
from urllib.parse import urlsplit

import pytest

from local_exchange.faults.schedule import Schedule
from local_exchange.faults.scope import Surface
from local_exchange.faults.socket_faults import FillDuplicated, UpdatesReordered
from tests.local_exchange.controls import Controls
from tests.local_exchange.wire.signing_client import ADDRESS

ALL_KINDS = {"reply_dropped", "request_dropped", "http_error", "delayed"}


def drawn(schedule: Schedule, surface: Surface = Surface.EXCHANGE) -> list[object]:
    return [schedule.http_fault(surface, number) for number in range(300)]


def test_seed_decides() -> None:
    schedule = Schedule(seed=4, rate=0.3)
    assert drawn(schedule) == drawn(Schedule(seed=4, rate=0.3))
    assert drawn(schedule) != drawn(Schedule(seed=5, rate=0.3))
    assert drawn(schedule) != drawn(schedule, Surface.INFO)


def test_a_higher_rate_only_adds() -> None:
    few, many = drawn(Schedule(seed=4, rate=0.1)), drawn(Schedule(seed=4, rate=0.5))
    assert all(rare == often for rare, often in zip(few, many, strict=True) if rare is not None)
    assert 0.4 < sum(fault is not None for fault in many) / 300 < 0.6


def test_every_kind_is_drawn() -> None:
    schedule = Schedule(seed=4, rate=1, refusal_rate=1, socket_rate=1)
    kinds = Counter(fault.kind for n in range(300) if (fault := schedule.http_fault("info", n)))
    assert set(kinds) == ALL_KINDS
    assert {schedule.refusal(n).kind for n in range(50)} == {"batch_refused", "action_refused"}


def test_channels_have_their_own() -> None:
    schedule = Schedule(seed=4, socket_rate=1)
    by_channel = {
        channel: {type(schedule.socket_fault(channel, number)) for number in range(100)}
        for channel in ("bbo", "userFills", "user", "orderUpdates")
    }
    assert by_channel["userFills"] - by_channel["bbo"] == {FillDuplicated}
    assert by_channel["user"] - by_channel["bbo"] == {FillDuplicated}
    assert by_channel["orderUpdates"] - by_channel["bbo"] == {UpdatesReordered}


def test_no_rate_draws_nothing() -> None:
    assert set(drawn(Schedule(seed=4))) == {None}
    assert Schedule(seed=4).refusal(0) is Schedule(seed=4).socket_fault("bbo", 0) is None


def outcomes(url: str, requests: int) -> list[str]:
    """How each request ended, on a connection of its own."""
    shown = []
    for _ in range(requests):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        body = json.dumps({"type": "orderStatus", "user": ADDRESS, "oid": 1})
        try:
            connection.request("POST", "/info", body, {"Content-Type": "application/json"})
            shown.append(str(connection.getresponse().status))
        except ConnectionError as error:
            shown.append(type(error).__name__)
        finally:
            connection.close()
    return shown


@pytest.mark.parametrize("seed", [1, 2])
def test_a_server_follows_it(exchange_server: str, controls: Controls, seed: int) -> None:
    runs = []
    for _ in range(2):
        controls.set_schedule(seed, rate=0.5, max_delay_ms=5)
        runs.append(outcomes(exchange_server, 60))
    controls.clear_faults()
    assert runs[0] == runs[1]
    assert {"200", "429", "500", "502"} <= set(runs[0])
    assert outcomes(exchange_server, 10) == ["200"] * 10


def test_servers_with_other_seeds_differ(exchange_server: str, controls: Controls) -> None:
    runs = []
    for seed in (1, 2):
        controls.set_schedule(seed, rate=0.5, max_delay_ms=5)
        runs.append(outcomes(exchange_server, 30))
    assert runs[0] != runs[1]
