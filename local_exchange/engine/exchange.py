"""The exchange as its wire sees it: actions, controls, and the events that they cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from local_exchange.engine.account import Account, LeverageSetting
from local_exchange.engine.agents import AgentRegistry
from local_exchange.engine.cancellation import Cancellation, ScheduledCancels
from local_exchange.engine.checks import OrderChecks
from local_exchange.engine.config import ExchangeConfig
from local_exchange.engine.errors import ActionRejected, BatchRejected
from local_exchange.engine.events import Event
from local_exchange.engine.execution import Execution
from local_exchange.engine.fills import Fill
from local_exchange.engine.funding import Funding
from local_exchange.engine.house import House
from local_exchange.engine.info import Info
from local_exchange.engine.intervention import Intervention
from local_exchange.engine.leverage import LeverageDesk
from local_exchange.engine.liquidation import Liquidation
from local_exchange.engine.margin import Margin
from local_exchange.engine.market import Market
from local_exchange.engine.matching import Matcher
from local_exchange.engine.opening import open_state
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import (
    CancelByCloid,
    CancelByOid,
    CancelOutcome,
    Grouping,
    Modify,
    OrderOutcome,
    OrderRequest,
)
from local_exchange.engine.placement import Placement, Submission
from local_exchange.engine.precision import round_usd
from local_exchange.engine.settlement import Settlement
from local_exchange.engine.timeline import Timeline
from local_exchange.engine.triggers import Triggers
from local_exchange.engine.validation import Validation
from local_exchange.engine.views import BookLevel, LedgerOrder
from local_exchange.engine.working_order import WorkingOrder


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that was accepted and filled for users (not the house), in order of acceptance."""

    orders: tuple[LedgerOrder, ...]
    fills: tuple[Fill, ...]


class Exchange:
    """A single-threaded exchange without a clock: every action brings the time it happens at (ms).

    Time never runs backwards: an earlier `now_ms` counts as the latest one seen. Users are
    lower-case addresses and are the accounts acted for; `signer` is who signed.
    """

    info: Info
    intervention: Intervention

    def __init__(self, config: ExchangeConfig, now_ms: int) -> None:
        state = self._state = open_state(config, now_ms)
        margin = Margin(state)
        desk = OrderDesk(state)
        matcher = Matcher(state, desk, margin, Settlement(state, margin))
        checks = OrderChecks(state, margin)
        execution = Execution(state, desk, matcher)
        triggers = Triggers(state, desk, checks, execution)
        liquidation = Liquidation(state, desk, margin, matcher)
        self._agents = AgentRegistry()
        self._validation = Validation(state)
        self._placement = Placement(state, desk, checks, execution, triggers)
        self._cancellation = Cancellation(desk, self._placement)
        self._scheduled = ScheduledCancels(state, desk)
        self._leverage = LeverageDesk(state, margin)
        self._market = Market(state, House(state, desk, matcher), triggers, liquidation)
        self._timeline = Timeline(state, self._market, Funding(state), self._scheduled)
        self.intervention = Intervention(state, desk, triggers, self._agents)
        self.info = Info(state, margin, self._agents)

    def _begin(self, user: str, now_ms: int) -> Account:
        self._timeline.advance(now_ms)
        self._state.ids.begin_transaction()
        account = self._state.accounts.get(user)
        if account is None:
            raise ActionRejected(f"Must deposit before performing actions. User: {user}")
        return account

    @property
    def now_ms(self) -> int:
        """The exchange's time."""
        return self._state.now

    def advance(self, now_ms: int) -> None:
        """Let the time pass: the market's steps, funding, scheduled cancels, liquidations."""
        self._timeline.advance(now_ms)

    def place_orders(
        self,
        user: str,
        orders: Sequence[OrderRequest],
        grouping: Grouping,
        signer: str,
        nonce: int,
        now_ms: int,
    ) -> list[OrderOutcome]:
        """Place a batch; one outcome an order.

        Raises BatchRejected when the payload itself is wrong (nothing was recorded), and
        ActionRejected when the user has no account.
        """
        account = self._begin(user, now_ms)
        self._validation.batch(orders, grouping)
        submission = Submission(account, signer, nonce)
        outcomes = self._placement.place_batch(submission, orders, grouping)
        account.requests_used += len(orders)
        return outcomes

    def cancel(
        self,
        user: str,
        cancels: Sequence[CancelByOid | CancelByCloid],
        now_ms: int,
        fast: bool = False,
    ) -> list[CancelOutcome]:
        """Cancel open orders. Raises as place_orders. A fast cancel refuses trigger orders."""
        account = self._begin(user, now_ms)
        if not cancels:
            raise BatchRejected("Cancels are empty.")
        outcomes = self._cancellation.cancel(account, cancels, fast)
        account.requests_used += len(cancels)
        return outcomes

    def modify(
        self,
        user: str,
        modifies: Sequence[Modify],
        always_place: bool,
        signer: str,
        nonce: int,
        now_ms: int,
    ) -> list[OrderOutcome]:
        """Cancel and place anew, under a new oid; one outcome a modify. Raises as place_orders.

        Without `always_place` (the wire's `a`) the new order must be ALO, or a GTC that does not
        match at once (it becomes ALO), and the old order must still be open.
        """
        account = self._begin(user, now_ms)
        self._validation.batch([each.order for each in modifies], Grouping.NONE)
        submission = Submission(account, signer, nonce)
        outcomes = [self._cancellation.modify(submission, each, always_place) for each in modifies]
        account.requests_used += len(modifies)
        return outcomes

    def schedule_cancel(self, user: str, time_ms: int | None, now_ms: int) -> None:
        """Cancel all the user's orders at `time_ms`, or clear that with None.

        Raises ActionRejected.
        """
        account = self._begin(user, now_ms)
        self._scheduled.schedule(account, time_ms)
        account.requests_used += 1

    def update_leverage(
        self, user: str, asset: int, is_cross: bool, leverage: int, now_ms: int
    ) -> None:
        """Set the leverage of a coin. Raises ActionRejected."""
        account = self._begin(user, now_ms)
        self._leverage.update(account, asset, LeverageSetting(leverage, is_cross))
        account.requests_used += 1

    def update_isolated_margin(self, user: str, asset: int, usd: Decimal, now_ms: int) -> None:
        """Add USDC to (or with a negative amount take it from) an isolated position.

        Raises ActionRejected.
        """
        account = self._begin(user, now_ms)
        self._leverage.update_isolated_margin(account, asset, usd)
        account.requests_used += 1

    def approve_agent(
        self, master: str, agent: str, name: str | None, valid_until: int | None, now_ms: int
    ) -> None:
        """Let `agent` sign for `master`; the zero address revokes the agent of that name.

        `valid_until` in ms; None means 90 days. Raises ActionRejected.
        """
        account = self._begin(master, now_ms)
        self._agents.approve(account.address, agent, name, valid_until, self._state.now)

    def master_of(self, agent: str) -> str | None:
        """Whom the agent may act for now, or None."""
        return self._agents.master_of(agent, self._state.now)

    def count_requests(self, user: str, requests: int) -> None:
        """Book requests of actions that the engine does not execute (noop and the like).

        The engine books its own: n for a batch of n. Raises KeyError for who has no account.
        """
        self._state.accounts[user].requests_used += requests

    def deposit(self, user: str, usdc: Decimal) -> None:
        """Credit the perpetuals account, opening it if need be."""
        if usdc <= 0:
            raise ValueError(f"cannot deposit {usdc} USDC: give a positive amount")
        self._state.open_account(user).raw_usd += round_usd(usdc)

    def deposit_spot(self, user: str, token: int, amount: Decimal) -> None:
        """Credit a spot token by its index. Raises ValueError for an unknown token."""
        known = [each.index for each in self.info.universe.spot_tokens]
        if token not in known or amount <= 0:
            raise ValueError(f"cannot deposit {amount} of token {token}: tokens are {known}")
        balances = self._state.open_account(user).spot
        balances[token] = balances.get(token, Decimal(0)) + amount

    def set_mid(self, coin: str, price: Decimal) -> None:
        """Move the coin's mid, mark and oracle to `price` at once, at the exchange's time.

        The house quotes its ladder around it (crossing users' resting orders fills them), triggers
        are evaluated, accounts liquidated. Raises ValueError for an unknown coin or a price that
        is not positive.
        """
        self._market.set_mid(coin, price)

    def set_depth(
        self, coin: str, levels: tuple[Sequence[BookLevel], Sequence[BookLevel]] | None
    ) -> None:
        """Replace the house's book by these (bids, asks), never replenished; None restores the
        ladder, as set_mid does and every move of an unfrozen market. `BookLevel.orders` is unused.
        """
        self._market.set_depth(coin, levels)

    def ledger(self) -> Ledger:
        """What was really accepted and filled, over the whole life of the exchange."""
        orders = tuple(_ledger_order(order) for order in self._state.ledger_orders)
        return Ledger(orders, tuple(self._state.ledger_fills))

    def drain_events(self) -> list[Event]:
        """The events since the last drain, in order."""
        return self._state.events.drain()


def _ledger_order(order: WorkingOrder) -> LedgerOrder:
    return LedgerOrder(
        oid=order.oid,
        cloid=order.cloid,
        user=order.account.address,
        signer=order.signer,
        nonce=order.nonce,
        asset=order.asset,
        coin=order.coin,
        side=order.side,
        size=order.original_size,
        price=order.price,
        filled_size=order.filled_size,
        time=order.time,
        status=order.status,
        status_time=order.status_time,
    )
