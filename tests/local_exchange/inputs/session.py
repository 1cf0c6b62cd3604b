"""A venue without sockets, a clock that is told the time, and a seeded crowd that trades on it."""

import json
from pathlib import Path
from random import Random
from typing import Any

from local_exchange.engine.config import ExchangeConfig, MarketConfig
from local_exchange.engine.exchange import Exchange
from local_exchange.faults.board import FaultBoard
from local_exchange.faults.fault import Fault
from local_exchange.faults.injection import FaultInjection
from local_exchange.inputs.machine import Machine
from local_exchange.inputs.model import AgentExpired, DepositMade, MarketMoved, OrderEnded
from local_exchange.inputs.recorder import Recorder
from local_exchange.inputs.recovery import opened
from local_exchange.wire import controls, information
from local_exchange.wire.envelope import parse_envelope
from local_exchange.wire.queries import query_from
from local_exchange.wire.venue import Venue
from tests.local_exchange.wire.signing_client import (
    ADDRESS,
    limit_order,
    order_action,
    signed_approval,
    signed_request,
)

OPENED_MS = 1_700_000_000_000
AGENT = "0x" + "a" * 40


class Session:
    """A venue on a log; `clock_ms` is its time."""

    def __init__(self, directory: Path, config: ExchangeConfig, now_ms: int) -> None:
        self.clock_ms = now_ms
        self.machine, self.log = opened(directory, config, now_ms)
        self.board = FaultBoard()
        injection = FaultInjection(self.machine.exchange, self.board)
        recorder = Recorder(self.log, config.market.step_ms)
        self.venue = Venue(self.machine, injection, recorder, lambda: self.clock_ms)

    def deposit(self, usdc: str) -> None:
        deposit = controls.Deposit.model_validate({"address": ADDRESS, "usdc": usdc})
        self.venue.apply(DepositMade(control=deposit))

    def act(self, action: dict[str, Any], nonce: int) -> dict[str, Any]:
        return self.post(signed_request(action, nonce))

    def post(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.venue.trade(parse_envelope(json.dumps(request).encode()))

    def advance(self, elapsed_ms: int) -> None:
        self.clock_ms += elapsed_ms
        self.venue.advance()

    def disturb(self, fault: Fault) -> None:
        self.board.add(fault)

    def crash(self) -> None:
        """Lose everything but what is in the file."""
        self.log.close()


def market(step_ms: int = 1_000, frozen: bool = False) -> ExchangeConfig:
    return ExchangeConfig(market=MarketConfig(3, step_ms, volatility=3.0, frozen=frozen))


def trade_at_random(
    session: Session, seed: int, rounds: int, longest_pause_ms: int = 9_000
) -> None:
    """Orders that take, rest and protect; cancels, controls and pauses, short and long."""
    random = Random(seed)
    session.deposit("20000")
    session.post(signed_approval(AGENT, OPENED_MS, "desk"))
    for number in range(rounds):
        _act_at_random(session, random, OPENED_MS + 1 + number)
        session.advance(random.choice([0, 7, 50, 400, 1_000, 2_500, longest_pause_ms]))
    session.advance(longest_pause_ms)
    _act_at_random(session, random, OPENED_MS + 1 + rounds)


def _act_at_random(session: Session, random: Random, nonce: int) -> None:
    mid = int(session.machine.exchange.info.mids()["ETH"])
    is_buy, distance = random.random() < 0.5, random.choice([-60, -3, 0, 3, 60])
    order = limit_order(
        1,
        is_buy,
        price=str(mid - distance if is_buy else mid + distance),
        size=str(random.choice(["0.02", "0.5", "2", "9"])),
        tif=random.choice(["Gtc", "Ioc", "Alo"]),
        reduce_only=random.random() < 0.2,
        cloid=f"0x{random.randrange(20):032x}",
    )
    cancel = {"asset": 1, "cloid": f"0x{random.randrange(20):032x}"}
    choice = random.random()
    if choice < 0.7:
        session.act(order_action(order, order), nonce)
    elif choice < 0.85:
        session.act({"type": "cancelByCloid", "cancels": [cancel]}, nonce)
    elif choice < 0.93:
        _end_an_order(session)
    else:
        move = {"coin": "ETH", "mid": str(mid + random.choice([-40, 40]))}
        session.venue.apply(MarketMoved(control=controls.MarketMove.model_validate(move)))


def _end_an_order(session: Session) -> None:
    orders = session.machine.exchange.info.open_orders(ADDRESS)
    if orders:
        ending = {"oid": orders[0].oid, "status": "marginCanceled"}
        model = controls.EndOrder.model_validate_json(json.dumps(ending))
        session.venue.apply(OrderEnded(control=model))


def expire_agent(session: Session) -> None:
    expiry = controls.ExpireAgent.model_validate({"address": AGENT})
    session.venue.apply(AgentExpired(control=expiry))


def picture(exchange: Exchange) -> dict[str, Any]:
    """Everything that the outside can see."""
    queries: list[dict[str, Any]] = [
        {"type": kind, "user": ADDRESS}
        for kind in (
            "clearinghouseState",
            "frontendOpenOrders",
            "historicalOrders",
            "userFills",
            "userRateLimit",
            "extraAgents",
        )
    ]
    queries += [{"type": "userFunding", "user": ADDRESS, "startTime": 0}]
    queries += [{"type": "metaAndAssetCtxs"}, {"type": "l2Book", "coin": "ETH"}]
    queries += [{"type": "recentTrades", "coin": "ETH"}]
    queries += [
        {
            "type": "candleSnapshot",
            "req": {"coin": "ETH", "interval": interval, "startTime": OPENED_MS - 600_000},
        }
        for interval in ("1m", "1h")
    ]
    shown = {
        json.dumps(query): information.answer(exchange, query_from(query)) for query in queries
    }
    return shown | {"ledger": controls.ledger(exchange), "time": exchange.now_ms}


def replayed(directory: Path, config: ExchangeConfig) -> Machine:
    """The machine that the log in the directory gives."""
    machine, log = opened(directory, config, OPENED_MS)
    log.close()
    return machine
