"""Every way in which a call to the venue fails, on a real server."""

import socket
import time

import pytest

from tests.venues.scripted_venue import (
    Behaviour,
    ScriptedVenue,
    close_connection,
    full_server,
    half_a_reply,
    hang,
    reply,
    reply_json,
    reset_connection,
)
from trader.strands.strand import Json
from trader.venues.budget import Unlimited
from trader.venues.hyperliquid import connection as connection_module
from trader.venues.hyperliquid.transport import Transport
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import (
    ActionExpired,
    ActionOutcomeUnknown,
    ActionRefused,
    BudgetExhausted,
    DuplicateNonce,
    VenueUnavailable,
)

TIMEOUT = 0.3
ENVELOPE: dict[str, Json] = {"action": {"type": "updateLeverage"}, "nonce": 1}
OK = {"status": "ok", "response": {"type": "default"}}
HTML = "<html><h1>502 Bad Gateway</h1></html>"


@pytest.fixture
def transport(scripted_venue: ScriptedVenue) -> Transport:
    return Transport(scripted_venue.url, TIMEOUT, Unlimited())


def err(text: str) -> Behaviour:
    return reply_json({"status": "err", "response": text})


def test_an_accepted_action_gives_its_response(
    scripted_venue: ScriptedVenue, transport: Transport
) -> None:
    scripted_venue.behaviour = reply_json(OK)
    assert transport.act(ENVELOPE) == {"type": "default"}


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (close_connection, ActionOutcomeUnknown),
        (reset_connection, ActionOutcomeUnknown),
        (half_a_reply, ActionOutcomeUnknown),
        (hang, ActionOutcomeUnknown),
        (reply(500, "null"), ActionOutcomeUnknown),
        (reply(502, HTML), ActionOutcomeUnknown),
        (reply(504, ""), ActionOutcomeUnknown),
        (reply(408, "Request Timeout"), ActionOutcomeUnknown),
        (reply(307, "", Location="/elsewhere"), ActionOutcomeUnknown),
        (reply(302, "", Location="/elsewhere"), ActionOutcomeUnknown),
        (reply(200, HTML), ActionOutcomeUnknown),
        (reply(200, ""), ActionOutcomeUnknown),
        (reply(200, "null"), ActionOutcomeUnknown),
        (reply(200, "[]"), ActionOutcomeUnknown),
        (reply_json({"status": "fine", "response": {}}), ActionOutcomeUnknown),
        (reply_json({"status": "err", "response": {"code": 7}}), ActionOutcomeUnknown),
        (reply(429, "null"), BudgetExhausted),
        (reply(400, "Failed to parse the request body as JSON"), ActionRefused),
        (reply(422, "Failed to deserialize the JSON body"), ActionRefused),
        (reply(422, '{"reason": "no code"}'), ActionRefused),
        (reply(403, '"forbidden"'), ActionRefused),
        (err("Invalid nonce: duplicate nonce 1"), DuplicateNonce),
        (err("Action already expired"), ActionExpired),
        (err("Order has invalid size."), ActionRefused),
    ],
)
def test_a_failed_action_is_sent_once_and_says_what_may_have_happened(
    scripted_venue: ScriptedVenue,
    transport: Transport,
    behaviour: Behaviour,
    kind: type[Exception],
) -> None:
    scripted_venue.behaviour = behaviour
    with pytest.raises(kind) as failure:
        transport.act(ENVELOPE)
    assert type(failure.value) is kind
    assert [path for path, _ in scripted_venue.received] == ["/exchange"]


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (reply(422, "Failed to deserialize the JSON body"), RefusalCause.FORM),
        (reply(403, '"forbidden"'), RefusalCause.UNKNOWN),
        (err("Trading is halted."), RefusalCause.TRADING_HALTED),
        (reply(429, "null"), RefusalCause.RATE_LIMIT),
        (err("Too many cumulative requests sent (2 > 1)"), RefusalCause.ADDRESS_BUDGET),
    ],
)
def test_a_refused_action_has_its_cause(
    scripted_venue: ScriptedVenue, transport: Transport, behaviour: Behaviour, cause: RefusalCause
) -> None:
    scripted_venue.behaviour = behaviour
    with pytest.raises((ActionRefused, BudgetExhausted)) as refused:
        transport.act(ENVELOPE)
    assert refused.value.cause is cause


@pytest.mark.parametrize(
    "behaviour",
    [
        close_connection,
        half_a_reply,
        hang,
        reply(500, "null"),
        reply(502, HTML),
        reply(429, "null"),
        reply(422, "Failed to deserialize the JSON body"),
        reply(200, HTML),
    ],
)
def test_a_failed_read_may_be_made_again(
    scripted_venue: ScriptedVenue, transport: Transport, behaviour: Behaviour
) -> None:
    scripted_venue.behaviour = behaviour
    with pytest.raises(VenueUnavailable):
        transport.read(transport.info.meta)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_an_action_that_never_left_is_no_doubt(host: str) -> None:
    transport = Transport(f"http://{host}:{unused_port()}", TIMEOUT, Unlimited())
    with pytest.raises(VenueUnavailable, match="could not be reached"):
        transport.act(ENVELOPE)


def test_a_venue_that_does_not_take_connections_in_time_is_no_doubt() -> None:
    with full_server() as (host, port):
        transport = Transport(f"http://{host}:{port}", TIMEOUT, Unlimited())
        with pytest.raises(VenueUnavailable, match="could not be reached"):
            transport.act(ENVELOPE)


def test_the_timeout_ends_a_silent_venue(
    scripted_venue: ScriptedVenue, transport: Transport
) -> None:
    scripted_venue.behaviour = hang
    started = time.monotonic()
    with pytest.raises(ActionOutcomeUnknown):
        transport.act(ENVELOPE)
    assert TIMEOUT <= time.monotonic() - started < 10 * TIMEOUT


def test_a_connection_serves_many_calls(
    scripted_venue: ScriptedVenue, transport: Transport
) -> None:
    scripted_venue.behaviour = reply_json(OK)
    for _ in range(3):
        transport.act(ENVELOPE)
    assert len(set(scripted_venue.peers)) == 1


def test_a_connection_left_idle_is_not_used_again(
    scripted_venue: ScriptedVenue, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "MAX_IDLE_SECONDS", -1.0)
    scripted_venue.behaviour = reply_json(OK)
    for _ in range(3):
        transport.act(ENVELOPE)
    assert len(set(scripted_venue.peers)) == 3


def test_building_it_calls_nobody(scripted_venue: ScriptedVenue) -> None:
    Transport(scripted_venue.url, TIMEOUT, Unlimited())
    assert scripted_venue.received == []
