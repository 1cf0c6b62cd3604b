"""Actions that are refused though the exchange would have executed them."""

from typing import Any

from local_exchange.engine.cancellation import require_volume
from local_exchange.engine.errors import ActionRejected
from local_exchange.engine.exchange import Exchange
from local_exchange.faults.board import FaultBoard
from local_exchange.faults.budget import BudgetKeeper
from local_exchange.faults.scope import Subject, Surface
from local_exchange.faults.venue_faults import (
    AddressBudget,
    BatchRefused,
    PostOnlyWindow,
    ScheduleCancelGate,
)
from local_exchange.wire import answers
from local_exchange.wire.actions import (
    Action,
    BatchModifyAction,
    LimitType,
    ModifyAction,
    OrderAction,
    OrderWire,
    ScheduleCancelAction,
)

Json = dict[str, Any]

POST_ONLY_TEXT = "Only post-only orders allowed immediately after a network upgrade"


class Refusals:
    """Asked after the nonce was admitted, and before anything is done."""

    def __init__(self, board: FaultBoard, exchange: Exchange) -> None:
        self._board = board
        self._exchange = exchange
        self._budgets = BudgetKeeper()

    def refusal(self, user: str, action: Action, now_ms: int) -> Json | None:
        """The answer instead, or None to let the action be executed."""
        try:
            self._require_budget(user, action, now_ms)
            self._require_volume(user, action)
        except ActionRejected as rejected:
            return answers.refused(rejected.text)
        if self._board.conditions(PostOnlyWindow) and not _is_allowed_after_upgrade(action):
            return answers.batch_refused(action, POST_ONLY_TEXT)
        return self._struck(user, action)

    def _require_budget(self, user: str, action: Action, now_ms: int) -> None:
        for budget in self._board.conditions(AddressBudget):
            if budget.user in (None, user):
                limit = self._exchange.info.rate_limit(user)
                self._budgets.spend(budget, user, limit, action, now_ms)

    def _require_volume(self, user: str, action: Action) -> None:
        if isinstance(action, ScheduleCancelAction):
            volume = self._exchange.info.rate_limit(user).cumulative_volume
            for gate in self._board.conditions(ScheduleCancelGate):
                require_volume(volume, gate.volume)

    def _struck(self, user: str, action: Action) -> Json | None:
        subject = Subject(Surface.EXCHANGE, action.type, lambda: user)
        for strike in self._board.strikes_on_action(subject):
            if isinstance(strike.fault, BatchRefused):
                return answers.batch_refused(action, strike.fault.text)
            return answers.refused(strike.fault.text)
        return None


def _is_allowed_after_upgrade(action: Action) -> bool:
    match action:
        case OrderAction():
            return all(_is_post_only(order) for order in action.orders)
        case ModifyAction():
            return _is_post_only(action.order)
        case BatchModifyAction():
            return all(_is_post_only(modify.order) for modify in action.modifies)
        case _:
            return True


def _is_post_only(order: OrderWire) -> bool:
    return isinstance(order.terms, LimitType) and order.terms.limit.tif == "Alo"
