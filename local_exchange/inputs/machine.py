"""The exchange and its nonces as one deterministic machine: nothing else changes them."""

from typing import Any

from local_exchange.engine.config import ExchangeConfig
from local_exchange.engine.exchange import Exchange
from local_exchange.inputs.model import (
    AgentExpired,
    DepositMade,
    DepthSet,
    Input,
    MarketMoved,
    OrderEnded,
    SignedAction,
    TimePassed,
)
from local_exchange.wire.trading import Party, TradingDesk

Json = dict[str, Any]

APPLIED: Json = {"status": "ok"}


class Machine:
    """Fed with inputs, live or from a log."""

    def __init__(self, config: ExchangeConfig, now_ms: int) -> None:
        self.exchange = Exchange(config, now_ms)
        self.desk = TradingDesk(self.exchange)

    def apply(self, change: Input) -> Json:
        """The answer. A control raises ValueError when it is refused, and nothing changes then."""
        if isinstance(change, SignedAction):
            return self._perform(change)
        self._change(change)
        return APPLIED

    def _perform(self, action: SignedAction) -> Json:
        party = Party(action.signer, action.user)
        self.desk.admit(party, action.envelope.nonce, action.now_ms)
        if action.refusal is not None:
            return action.refusal
        return self.desk.execute(party, action.envelope, action.now_ms)

    def _change(
        self, change: TimePassed | DepositMade | MarketMoved | DepthSet | OrderEnded | AgentExpired
    ) -> None:
        exchange = self.exchange
        match change:
            case TimePassed(now_ms=now_ms):
                exchange.advance(now_ms)
            case DepositMade(control=deposit):
                exchange.deposit(deposit.address, deposit.usdc)
            case MarketMoved(control=move):
                exchange.set_mid(move.coin, move.mid)
            case DepthSet(control=depth):
                exchange.set_depth(depth.coin, depth.levels())
            case OrderEnded(control=ending):
                exchange.intervention.end_order(ending.target, ending.status)
            case AgentExpired(control=expiry):
                exchange.intervention.expire_agent(expiry.address)
