"""POST /exchange behind the HTTP: who asks, whether the request still counts, what it does.

The order of the checks is the venue's: recover the signer, resolve the account, the vault, admit
the nonce. Whatever is refused after that has used its nonce up.
"""

from decimal import Decimal
from typing import Any, Final, NamedTuple

from local_exchange.engine.errors import ActionRejected, BatchRejected
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import Rejected
from local_exchange.engine.views import RoleKind
from local_exchange.wire import answers
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


class NotAdmittedError(Exception):
    """The request counts for nothing and its nonce is still free; the text is the venue's."""


class Party(NamedTuple):
    """Who signed, and the account that is acted for: lower-case addresses."""

    signer: str
    user: str


class TradingDesk:
    """Admits signed requests and has the exchange execute them."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._nonces = NonceBook()

    def identify(self, envelope: Envelope) -> Party:
        """Whose request it is; raises NotAdmittedError."""
        try:
            signer = recovered_address(envelope)
            return Party(signer, self._account(envelope, signer))
        except UnrecoverableSignatureError as error:
            raise NotAdmittedError("Unable to recover signer.") from error
        except ActionRejected as rejected:
            raise NotAdmittedError(rejected.text) from rejected

    def check_nonce(self, party: Party, nonce: int, now_ms: int) -> None:
        """Raises NotAdmittedError for a nonce that cannot be used; nothing changes."""
        try:
            self._nonces.check(party.signer, nonce, now_ms)
        except NonceRefusedError as refused:
            raise NotAdmittedError(str(refused)) from refused

    def admit(self, party: Party, nonce: int, now_ms: int) -> None:
        """Use up the nonce of an identified request."""
        self._nonces.admit(party.signer, nonce, now_ms)

    def execute(self, party: Party, envelope: Envelope, now_ms: int) -> Json:
        """The answer to an admitted request, always of HTTP status 200."""
        try:
            _check_admitted(envelope, now_ms)
            return self._execute(envelope, party.user, party.signer, now_ms)
        except ActionRejected as rejected:
            return answers.refused(rejected.text)

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
        return answers.done()

    def _place(self, action: OrderAction, user: str, signer: str, nonce: int, now_ms: int) -> Json:
        if action.builder is not None:
            raise ActionRejected("Builder fee has not been approved.")
        orders = [order_request(wire) for wire in action.orders]
        try:
            outcomes = self._exchange.place_orders(
                user, orders, action.grouping, signer, nonce, now_ms
            )
        except BatchRejected as rejected:
            return answers.batch_refused(action, rejected.text)
        return answers.statuses("order", [order_outcome(outcome) for outcome in outcomes])

    def _cancel(self, action: CancelAction | CancelByCloidAction, user: str, now_ms: int) -> Json:
        try:
            outcomes = self._exchange.cancel(user, cancels(action), now_ms, action.fast)
        except BatchRejected as rejected:
            return answers.batch_refused(action, rejected.text)
        return answers.statuses("cancel", [cancel_outcome(outcome) for outcome in outcomes])

    def _modify(
        self, action: ModifyAction, user: str, signer: str, nonce: int, now_ms: int
    ) -> Json:
        """A single modification answers without the new oid, and its error is the action's."""
        try:
            (outcome,) = self._exchange.modify(
                user, modifications(action), action.always_place, signer, nonce, now_ms
            )
        except BatchRejected as rejected:
            return answers.refused(rejected.text)
        return answers.refused(outcome.text) if isinstance(outcome, Rejected) else answers.done()

    def _modify_batch(
        self, action: BatchModifyAction, user: str, signer: str, nonce: int, now_ms: int
    ) -> Json:
        try:
            outcomes = self._exchange.modify(
                user, modifications(action), action.always_place, signer, nonce, now_ms
            )
        except BatchRejected as rejected:
            return answers.batch_refused(action, rejected.text)
        return answers.statuses("order", [order_outcome(outcome) for outcome in outcomes])


def _check_admitted(envelope: Envelope, now_ms: int) -> None:
    if envelope.expires_after is not None and envelope.expires_after < now_ms:
        raise ActionRejected("Action already expired")
    if envelope.action.weight > MAX_ITEMS:
        raise ActionRejected(f"Signed action over weight limit of {MAX_ITEMS}.")
