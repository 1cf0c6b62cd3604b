"""POST /exchange behind the HTTP: who asks, whether the request still counts, what it does.

The order of the checks is the venue's: recover the signer, resolve the account, the vault, admit
the nonce. Whatever is refused after that has used its nonce up.
"""

from decimal import Decimal
from typing import Any, Final

from local_exchange.engine.errors import ActionRejected, BatchRejected
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import Rejected
from local_exchange.engine.views import RoleKind
from local_exchange.wire.actions import (
    ApproveAgentAction,
    BatchModifyAction,
    CancelAction,
    CancelByCloidAction,
    ModifyAction,
    NoopAction,
    OrderAction,
    ScheduleCancelAction,
    UpdateIsolatedMarginAction,
    UpdateLeverageAction,
)
from local_exchange.wire.envelope import Envelope, recovered_address
from local_exchange.wire.nonces import NonceBook, NonceRefusedError
from local_exchange.wire.order_shapes import cancel_outcome, order_outcome
from local_exchange.wire.signatures import UnrecoverableSignatureError
from local_exchange.wire.translation import agent_name, cancels, modifications, order_request

Json = dict[str, Any]

MICRO: Final = Decimal(1_000_000)
MAX_ITEMS: Final = 200
"""The most orders, cancels or modifications in one action."""


class TradingDesk:
    """Admits signed requests and has the exchange execute them."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._nonces = NonceBook()

    def handle(self, envelope: Envelope, now_ms: int) -> Json:
        """The answer to one request, always of HTTP status 200."""
        try:
            signer = recovered_address(envelope)
            user = self._account(envelope, signer)
            self._nonces.admit(signer, envelope.nonce, now_ms)
            _check_admitted(envelope, now_ms)
            return self._execute(envelope, user, signer, now_ms)
        except UnrecoverableSignatureError:
            return _refusal("Unable to recover signer.")
        except NonceRefusedError as refused:
            return _refusal(str(refused))
        except ActionRejected as rejected:
            return _refusal(rejected.text)

    def _account(self, envelope: Envelope, signer: str) -> str:
        """Whom the request acts for. No vaults are registered here."""
        user = self._principal(envelope, signer)
        if envelope.vault_address is not None:
            raise ActionRejected(f"Vault not registered: {envelope.vault_address}")
        return user

    def _principal(self, envelope: Envelope, signer: str) -> str:
        """The signer's own account, or the one it is an agent of; agents approve nobody."""
        action = envelope.action
        if isinstance(action, ApproveAgentAction):
            if action.nonce != envelope.nonce:
                raise ActionRejected("Nonce mismatch.")
            return signer
        if self._exchange.info.role(signer).kind is RoleKind.USER:
            return signer
        master = self._exchange.master_of(signer)
        if master is None:
            raise ActionRejected(f"User or API Wallet {signer} does not exist.")
        return master

    def _execute(self, envelope: Envelope, user: str, signer: str, now_ms: int) -> Json:
        exchange, action = self._exchange, envelope.action
        match action:
            case OrderAction():
                return self._place(action, user, signer, envelope.nonce, now_ms)
            case CancelAction() | CancelByCloidAction():
                return self._cancel(action, user, now_ms)
            case ModifyAction():
                return self._modify(action, user, signer, envelope.nonce, now_ms)
            case BatchModifyAction():
                return self._modify_batch(action, user, signer, envelope.nonce, now_ms)
            case ScheduleCancelAction():
                exchange.schedule_cancel(user, action.time, now_ms)
            case UpdateLeverageAction():
                exchange.update_leverage(
                    user, action.asset, action.is_cross, action.leverage, now_ms
                )
            case UpdateIsolatedMarginAction():
                usd = Decimal(action.micro_usd) / MICRO
                exchange.update_isolated_margin(user, action.asset, usd, now_ms)
            case ApproveAgentAction():
                name, valid_until = agent_name(action.agent_name)
                exchange.approve_agent(user, action.agent_address, name, valid_until, now_ms)
            case NoopAction():
                exchange.count_requests(user, 1)
        return _done()

    def _place(self, action: OrderAction, user: str, signer: str, nonce: int, now_ms: int) -> Json:
        if action.builder is not None:
            raise ActionRejected("Builder fee has not been approved.")
        orders = [order_request(wire) for wire in action.orders]
        try:
            outcomes = self._exchange.place_orders(
                user, orders, action.grouping, signer, nonce, now_ms
            )
        except BatchRejected as rejected:
            return _batch_refusal("order", rejected)
        return _statuses("order", [order_outcome(outcome) for outcome in outcomes])

    def _cancel(self, action: CancelAction | CancelByCloidAction, user: str, now_ms: int) -> Json:
        try:
            outcomes = self._exchange.cancel(user, cancels(action), now_ms, action.fast)
        except BatchRejected as rejected:
            return _batch_refusal("cancel", rejected)
        return _statuses("cancel", [cancel_outcome(outcome) for outcome in outcomes])

    def _modify(
        self, action: ModifyAction, user: str, signer: str, nonce: int, now_ms: int
    ) -> Json:
        """A single modification answers without the new oid, and its error is the action's."""
        try:
            (outcome,) = self._exchange.modify(
                user, modifications(action), action.always_place, signer, nonce, now_ms
            )
        except BatchRejected as rejected:
            return _refusal(rejected.text)
        return _refusal(outcome.text) if isinstance(outcome, Rejected) else _done()

    def _modify_batch(
        self, action: BatchModifyAction, user: str, signer: str, nonce: int, now_ms: int
    ) -> Json:
        try:
            outcomes = self._exchange.modify(
                user, modifications(action), action.always_place, signer, nonce, now_ms
            )
        except BatchRejected as rejected:
            return _batch_refusal("order", rejected)
        return _statuses("order", [order_outcome(outcome) for outcome in outcomes])


def _check_admitted(envelope: Envelope, now_ms: int) -> None:
    if envelope.expires_after is not None and envelope.expires_after < now_ms:
        raise ActionRejected("Action already expired")
    if envelope.action.weight > MAX_ITEMS:
        raise ActionRejected(f"Signed action over weight limit of {MAX_ITEMS}.")


def _refusal(text: str) -> Json:
    return {"status": "err", "response": text}


def _done() -> Json:
    return {"status": "ok", "response": {"type": "default"}}


def _statuses(kind: str, statuses: list[Json | str]) -> Json:
    return {"status": "ok", "response": {"type": kind, "data": {"statuses": statuses}}}


def _batch_refusal(kind: str, rejected: BatchRejected) -> Json:
    """One error stands for every item of the batch."""
    return _statuses(kind, [{"error": rejected.text}])
