"""The log gives the exchange back, to the last fill and nonce, whatever went on."""

import json
from pathlib import Path

import pytest

from local_exchange.engine.config import ExchangeConfig
from local_exchange.faults.venue_faults import ActionRefused, ClockSkewed
from local_exchange.inputs.log import FILE_NAME, LogUnusableError
from local_exchange.inputs.model import DepthSet
from local_exchange.wire import controls
from tests.local_exchange.inputs.conftest import OpenSession
from tests.local_exchange.inputs.session import (
    OPENED_MS,
    expire_agent,
    market,
    picture,
    replayed,
    trade_at_random,
)
from tests.local_exchange.wire.signing_client import limit_order, order_action

NONCE = OPENED_MS + 1_000_000
NOOP = {"type": "noop"}
RESTING = limit_order(1, price="1500", size="0.1")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("config", "rounds", "longest_pause_ms"),
    [
        pytest.param(market(), 40, 61_000, id="moving"),
        pytest.param(market(step_ms=20), 8, 14_000, id="moving fast, steps grow in the pauses"),
        pytest.param(market(frozen=True), 100, 4_000_000, id="frozen, with funding"),
    ],
)
def test_the_same_exchange_again(
    open_session: OpenSession,
    tmp_path: Path,
    config: ExchangeConfig,
    rounds: int,
    longest_pause_ms: int,
    seed: int,
) -> None:
    session = open_session(tmp_path, config)
    trade_at_random(session, seed, rounds, longest_pause_ms)
    expire_agent(session)
    assert len(session.machine.exchange.ledger().fills) > 1
    before = picture(session.machine.exchange)
    session.venue.close()
    again = replayed(tmp_path, config)
    assert picture(again.exchange) == before
    assert again.exchange.drain_events() == [], "nobody is told twice"


def test_it_goes_on_as_if_it_had_never_stopped(open_session: OpenSession, tmp_path: Path) -> None:
    stopping, going_on = (open_session(tmp_path / name) for name in ("a", "b"))
    for session in (stopping, going_on):
        trade_at_random(session, 5, rounds=30)
    stopping.crash()
    restarted = open_session(tmp_path / "a", market(), now_ms=stopping.clock_ms)
    for session in (restarted, going_on):
        session.advance(1_500)
        session.act(order_action(limit_order(1, price="3500", tif="Ioc", size="0.1")), NONCE)
        session.advance(60_000)
    assert picture(restarted.machine.exchange) == picture(going_on.machine.exchange)


def test_a_used_nonce_stays_used(open_session: OpenSession, tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.deposit("1000")
    session.act(NOOP, NONCE)
    session.crash()
    restarted = open_session(tmp_path)
    duplicate = f"Invalid nonce: duplicate nonce {NONCE}"
    assert restarted.act(NOOP, NONCE) == {"status": "err", "response": duplicate}
    assert restarted.act(NOOP, NONCE + 1)["status"] == "ok"


def test_what_a_fault_refused_stays_refused(open_session: OpenSession, tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.deposit("1000")
    session.disturb(ActionRefused(count=1))
    assert session.act(order_action(RESTING), NONCE)["status"] == "err"
    session.crash()
    restarted = open_session(tmp_path)
    assert restarted.machine.exchange.ledger().orders == ()
    assert "duplicate" in restarted.act(order_action(RESTING), NONCE)["response"]


def test_a_wrong_clock_is_replayed(open_session: OpenSession, tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.deposit("1000")
    session.disturb(ClockSkewed(ms=30_000))
    session.act(order_action(RESTING), NONCE)
    session.board.clear()
    session.advance(5_000)
    before = picture(session.machine.exchange)
    session.crash()
    assert picture(replayed(tmp_path, market()).exchange) == before


def test_what_moved_an_account_survives_without_a_request(
    open_session: OpenSession, tmp_path: Path
) -> None:
    session = open_session(tmp_path)
    session.deposit("1000")
    mid = int(session.machine.exchange.info.mids()["ETH"])
    for number in range(8):
        for is_buy, price in ((True, mid - 1 - number), (False, mid + 2 + number)):
            order = limit_order(1, is_buy, str(price), "0.01", tif="Alo")
            session.act(order_action(order), NONCE + 2 * number + is_buy)
    while not session.machine.exchange.ledger().fills:
        session.advance(1_000)
    session.crash()
    again = replayed(tmp_path, market())
    assert again.exchange.ledger() == session.machine.exchange.ledger()


def test_a_control_that_is_refused_leaves_nothing(
    open_session: OpenSession, tmp_path: Path
) -> None:
    session = open_session(tmp_path, market(frozen=True))
    session.deposit("10000")
    crossed = {"coin": "ETH", "bids": [["10", "1"]], "asks": [["9", "1"]]}
    with pytest.raises(ValueError, match="below the lowest ask"):
        session.venue.apply(
            DepthSet(control=controls.Depth.model_validate_json(json.dumps(crossed)))
        )
    session.act(order_action(limit_order(1, price="3500", size="0.1")), NONCE)
    before = picture(session.machine.exchange)
    session.venue.close()
    assert picture(replayed(tmp_path, market(frozen=True)).exchange) == before


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (market(step_ms=50), "step_ms was 1000 and is now 50"),
        (market(frozen=True), "frozen was False and is now True"),
        (ExchangeConfig(market=market().market, default_leverage=3), "default_leverage was 20"),
    ],
)
def test_other_settings_are_refused(
    open_session: OpenSession, tmp_path: Path, config: ExchangeConfig, reason: str
) -> None:
    open_session(tmp_path).venue.close()
    with pytest.raises(LogUnusableError, match=reason):
        replayed(tmp_path, config)


def test_another_course_is_noticed(open_session: OpenSession, tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.deposit("1000")
    session.act(order_action(RESTING), NONCE)
    session.crash()
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes().replace(b'"usdc":"1000"', b'"usdc":"1"'))
    with pytest.raises(LogUnusableError, match=r"line 3 of .* is answered otherwise"):
        replayed(tmp_path, market())


def test_a_doubled_line_is_noticed(open_session: OpenSession, tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.deposit("1000")
    session.act(NOOP, NONCE)
    session.crash()
    path = tmp_path / FILE_NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[-1]]))
    with pytest.raises(LogUnusableError, match="line 4"):
        replayed(tmp_path, market())
