"""A call is over by its deadline, and nothing leaves after it, whatever hangs on the way."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.venues.scripted_venue import (
    Behaviour,
    Handler,
    ScriptedVenue,
    drip_body,
    drip_headers,
    full_server,
    hang,
    reply,
    reply_json,
)
from trader.strands.strand import Json
from trader.venues.budget import Priority, Unlimited
from trader.venues.hyperliquid.transport import Transport
from trader.venues.venue import ActionOutcomeUnknown, BudgetExhausted, VenueUnavailable

TIMEOUT = 0.4
MARGIN = 3.0
"""How late a call may be over on a machine that is busy: what hangs here hangs for ever."""

ENVELOPE: dict[str, Json] = {"action": {"type": "updateLeverage"}, "nonce": 1}
URGENT: dict[str, Json] = {"action": {"type": "noop"}, "nonce": 1}
OK = {"status": "ok", "response": {"type": "default"}}


def transport(url: str) -> Transport:
    return Transport(url, TIMEOUT, Unlimited())


@contextmanager
def over_in_time() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < TIMEOUT + MARGIN


@contextmanager
def listening(accept: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server of which only the kernel takes connections, until `accept` does; its port's URL."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        thread = threading.Thread(target=accept, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def never(_: socket.socket) -> None:
    """Accept nobody."""


@pytest.mark.parametrize("behaviour", [hang, drip_headers, drip_body])
def test_a_reply_that_does_not_end_leaves_an_action_unknown(
    scripted_venue: ScriptedVenue, behaviour: Behaviour
) -> None:
    scripted_venue.behaviour = behaviour
    with over_in_time(), pytest.raises(ActionOutcomeUnknown, match="may have admitted"):
        transport(scripted_venue.url).act(ENVELOPE)
    assert len(scripted_venue.received) == 1


@pytest.mark.parametrize("behaviour", [hang, drip_headers, drip_body])
def test_a_read_is_over_in_time_too(scripted_venue: ScriptedVenue, behaviour: Behaviour) -> None:
    scripted_venue.behaviour = behaviour
    reader = transport(scripted_venue.url)
    with over_in_time(), pytest.raises(VenueUnavailable):
        reader.read(reader.info.meta)


def test_a_connection_that_the_server_takes_too_late_leaves_an_action_unknown() -> None:
    with (
        listening(never) as url,
        over_in_time(),
        pytest.raises(ActionOutcomeUnknown),
    ):
        transport(url).act(ENVELOPE)


def test_what_has_not_left_by_the_deadline_never_does() -> None:
    arrived: list[bytes] = []
    is_over = threading.Event()

    def read_late(server: socket.socket) -> None:
        accepted, _ = server.accept()
        is_over.wait()
        with accepted:
            try:
                while piece := accepted.recv(1 << 20):
                    arrived.append(piece)
            except ConnectionResetError:
                pass

    large: dict[str, Json] = {"action": {"type": "updateLeverage", "text": "x" * 60_000}}
    with listening(read_late) as url:
        with over_in_time(), pytest.raises(ActionOutcomeUnknown):
            transport(url).act(large)
        is_over.set()
    assert sum(map(len, arrived)) < 60_000


def test_a_handshake_that_does_not_end_is_given_up() -> None:
    with listening(never) as url, over_in_time(), pytest.raises(ActionOutcomeUnknown):
        transport(url.replace("http:", "https:")).act(ENVELOPE)


def test_a_name_that_is_not_found_in_time_is_no_doubt(
    scripted_venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up, is_over = socket.getaddrinfo, threading.Event()

    def slowly(*args: object, **options: object) -> object:
        is_over.wait()
        return look_up(*args, **options)  # type: ignore[arg-type]  # whatever urllib3 asks

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with over_in_time(), pytest.raises(VenueUnavailable, match="could not be reached"):
        transport(scripted_venue.url).act(ENVELOPE)
    is_over.set()
    time.sleep(0.1)
    assert scripted_venue.received == []


def test_the_addresses_of_a_name_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with full_server() as server:
        address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", server)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address] * 20)
        with over_in_time(), pytest.raises(VenueUnavailable, match="could not be reached"):
            transport("http://venue.test").act(ENVELOPE)


def test_a_second_try_has_the_time_that_the_first_left(scripted_venue: ScriptedVenue) -> None:
    def refuse_then_drip(handler: Handler) -> None:
        behave = reply(429, "null") if len(scripted_venue.received) == 1 else drip_headers
        behave(handler)

    scripted_venue.behaviour = refuse_then_drip
    urgent = Transport(scripted_venue.url, 1.5, Unlimited(), Priority.URGENT)
    started = time.monotonic()
    with pytest.raises(ActionOutcomeUnknown):
        urgent.act(URGENT)
    assert len(scripted_venue.received) == 2
    assert time.monotonic() - started < 1.5 + MARGIN


def test_there_is_no_second_try_without_time(scripted_venue: ScriptedVenue) -> None:
    scripted_venue.behaviour = reply(429, "null")
    urgent = Transport(scripted_venue.url, 0.2, Unlimited(), Priority.URGENT)
    with pytest.raises(BudgetExhausted):
        urgent.act(URGENT)
    assert len(scripted_venue.received) == 1


def test_who_waits_for_anothers_call_waits_no_longer_than_for_its_own(
    scripted_venue: ScriptedVenue,
) -> None:
    scripted_venue.behaviour = hang
    shared = transport(scripted_venue.url)
    with over_in_time(), ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(shared.act, ENVELOPE) for _ in range(20)]
        errors = [call.exception() for call in calls]
    assert all(isinstance(e, (ActionOutcomeUnknown, VenueUnavailable)) for e in errors)
    unknown = sum(isinstance(error, ActionOutcomeUnknown) for error in errors)
    assert 1 <= len(scripted_venue.received) <= unknown


def test_the_call_after_one_that_was_cut_has_a_connection_of_its_own(
    scripted_venue: ScriptedVenue,
) -> None:
    scripted_venue.behaviour = drip_body
    again = transport(scripted_venue.url)
    with pytest.raises(ActionOutcomeUnknown):
        again.act(ENVELOPE)
    scripted_venue.behaviour = reply_json(OK)
    assert again.act(ENVELOPE) == {"type": "default"}
    assert len(set(scripted_venue.peers)) == 2


class Interrupted(Exception):
    """As Celery ends a task that takes too long."""


def test_who_is_interrupted_leaves_no_call_behind(
    scripted_venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def tell_the_end(handler: Handler) -> None:
        handler.rfile.read(1)  # empty when the connection ends
        ended.set()
        handler.close_connection = True

    def interrupt(*_: object) -> None:
        while not scripted_venue.received:
            time.sleep(0.01)
        raise Interrupted

    scripted_venue.behaviour = tell_the_end
    monkeypatch.setattr("concurrent.futures.Future.result", interrupt)
    with pytest.raises(Interrupted):
        Transport(scripted_venue.url, 60.0, Unlimited()).act(ENVELOPE)
    assert ended.wait(MARGIN)
