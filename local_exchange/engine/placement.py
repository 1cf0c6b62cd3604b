"""Places batches of orders, alone or grouped with their take-profit and stop-loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from local_exchange.engine.account import Account
from local_exchange.engine.checks import OrderChecks
from local_exchange.engine.execution import Execution
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import (
    Filled,
    Grouping,
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    Rejected,
    Resting,
    WaitingForFill,
    WaitingForTrigger,
)
from local_exchange.engine.reasons import Reason, with_asset
from local_exchange.engine.state import State
from local_exchange.engine.triggers import Triggers
from local_exchange.engine.working_order import Stage, WorkingOrder


@dataclass(frozen=True, slots=True)
class Submission:
    """Whose action it is and who signed it."""

    account: Account
    signer: str
    nonce: int


class Placement:
    """Takes batches that passed static validation."""

    def __init__(
        self,
        state: State,
        desk: OrderDesk,
        checks: OrderChecks,
        execution: Execution,
        triggers: Triggers,
    ) -> None:
        self._state = state
        self._desk = desk
        self._checks = checks
        self._execution = execution
        self._triggers = triggers

    def place_batch(
        self, submission: Submission, requests: Sequence[OrderRequest], grouping: Grouping
    ) -> list[OrderOutcome]:
        """One outcome an order."""
        if grouping is Grouping.NORMAL_TPSL:
            return self._place_with_children(submission, requests)
        if grouping is Grouping.POSITION_TPSL:
            return self._place_for_position(submission, requests)
        return [self.place(submission, request) for request in requests]

    def place(self, submission: Submission, request: OrderRequest) -> OrderOutcome:
        """Place one order by itself."""
        return self._run(self._new_order(submission, request))

    def _place_with_children(
        self, submission: Submission, requests: Sequence[OrderRequest]
    ) -> list[OrderOutcome]:
        parent = self._new_order(submission, requests[0])
        outcome = self._run(parent)
        if isinstance(outcome, Rejected):
            return [outcome] * len(requests)
        children = [self._new_order(submission, request) for request in requests[1:]]
        outcomes = [self._adopt(parent, child) for child in children]
        _make_siblings(parent.children)
        if parent.stage is Stage.ENDED:
            self._desk.release_children(parent)
            self._triggers.activate_children()
        return [outcome, *outcomes]

    def _adopt(self, parent: WorkingOrder, child: WorkingOrder) -> OrderOutcome:
        if reason := self._checks.form_refusal(child):
            return self._reject(child, reason)
        child.stage = Stage.WAITING_FOR_FILL
        parent.children.append(child)
        self._state.ledger_orders.append(child)
        has_filled = parent.status is OrderStatus.FILLED
        return WaitingForTrigger() if has_filled else WaitingForFill()

    def _place_for_position(
        self, submission: Submission, requests: Sequence[OrderRequest]
    ) -> list[OrderOutcome]:
        orders = [self._new_order(submission, request) for request in requests]
        for order in orders:
            order.is_position_tpsl = True
        outcomes = [self._run(order) for order in orders]
        _make_siblings([each for each in orders if each.stage is not Stage.ENDED])
        return [
            outcome if isinstance(outcome, Rejected) else WaitingForTrigger()
            for outcome in outcomes
        ]

    def _new_order(self, submission: Submission, request: OrderRequest) -> WorkingOrder:
        order = WorkingOrder(
            account=submission.account,
            oid=self._state.ids.oid(),
            asset=request.asset,
            coin=self._state.config.universe.perps[request.asset].name,
            side=request.side,
            price=request.price,
            size=request.size,
            time=self._state.now,
            reduce_only=request.reduce_only,
            tif=request.tif,
            trigger=request.trigger,
            cloid=request.cloid,
            signer=submission.signer,
            nonce=submission.nonce,
        )
        submission.account.orders.remember(order)
        return order

    def _run(self, order: WorkingOrder) -> OrderOutcome:
        if reason := self._checks.refusal(order):
            return self._reject(order, reason)
        if order.trigger is not None:
            self._desk.wait_for_trigger(order)
        else:
            self._execution.execute(order, order.tif is not None and order.tif.is_immediate)
        if order.stage is Stage.NEW:
            reason = self._execution.refuse_unmatched(order)
            return Rejected(with_asset(reason.text, order.asset))
        self._state.ledger_orders.append(order)
        self._triggers.activate_children()
        if order.filled_size:
            return self._filled(order)
        return Resting(order.oid, order.cloid)

    def _filled(self, order: WorkingOrder) -> Filled:
        decimals = self._state.coins[order.coin].perp.price_decimals
        average = order.average_price.quantize(Decimal(1).scaleb(-decimals))
        return Filled(order.oid, order.cloid, order.filled_size, average)

    def _reject(self, order: WorkingOrder, reason: Reason) -> Rejected:
        text = reason.text
        if reason is Reason.BAD_ALO_PX:
            text = text.format(bbo=self._state.coins[order.coin].bbo_text())
        self._desk.end(order, reason.status)
        return Rejected(with_asset(text, order.asset))


def _make_siblings(orders: list[WorkingOrder]) -> None:
    for order in orders:
        order.siblings = [other for other in orders if other is not order]
