"""The exchange's answers to queries. Nothing here changes anything."""

from decimal import Decimal
from itertools import islice

from local_exchange.engine.account import Account
from local_exchange.engine.account_views import AccountViews
from local_exchange.engine.agents import AgentRegistry
from local_exchange.engine.events import FundingPaid
from local_exchange.engine.fills import Fill, Trade
from local_exchange.engine.instruments import Universe
from local_exchange.engine.margin import Margin
from local_exchange.engine.market_views import MarketViews
from local_exchange.engine.orders import OrderRecord, OrderSnapshot
from local_exchange.engine.state import State
from local_exchange.engine.user_orders import UserOrders
from local_exchange.engine.views import (
    ActiveAsset,
    AssetContext,
    BookSnapshot,
    Candle,
    ClearinghouseState,
    ExtraAgent,
    FundingRate,
    RateLimit,
    RoleKind,
    SpotBalance,
    UserFees,
    UserRole,
)
from local_exchange.engine.working_order import ZERO

PAGE = 2_000
FUNDING_PAGE = 500
SPOT_TAKER_RATE = Decimal("0.0007")
SPOT_MAKER_RATE = Decimal("0.0004")
REQUEST_BUFFER = 10_000


class Info:
    """Queries. Unknown users get empty answers; an unknown coin or interval is a KeyError."""

    def __init__(self, state: State, margin: Margin, agents: AgentRegistry) -> None:
        self._state = state
        self._agents = agents
        self._accounts = AccountViews(state, margin)
        self._market = MarketViews(state)

    def _account(self, user: str) -> Account:
        known = self._state.accounts.get(user)
        return Account(user, UserOrders(retention=0)) if known is None else known

    @property
    def universe(self) -> Universe:
        """Everything listed."""
        return self._state.config.universe

    def role(self, address: str) -> UserRole:
        """What the address is."""
        if address in self._state.accounts:
            return UserRole(RoleKind.USER)
        master = self._agents.master_of(address, self._state.now)
        return UserRole(RoleKind.MISSING if master is None else RoleKind.AGENT, master)

    def clearinghouse_state(self, user: str) -> ClearinghouseState:
        """Positions, margins and what can be withdrawn."""
        return self._accounts.clearinghouse(self._account(user))

    def spot_balances(self, user: str) -> tuple[SpotBalance, ...]:
        """Spot balances in order of their token index."""
        tokens = {token.index: token.name for token in self.universe.spot_tokens}
        return tuple(
            SpotBalance(tokens[index], index, total, hold=ZERO, entry_notional=ZERO)
            for index, total in sorted(self._account(user).spot.items())
        )

    def open_orders(self, user: str) -> tuple[OrderSnapshot, ...]:
        """Resting and trigger orders, newest first (children that wait: in their parent)."""
        orders = self._account(user).orders.working()
        return tuple(order.snapshot() for order in reversed(orders))

    def order_by_oid(self, user: str, oid: int) -> OrderRecord | None:
        """The user's order, while it is remembered."""
        order = self._account(user).orders.find(oid)
        return None if order is None else order.record()

    def order_by_cloid(self, user: str, cloid: str) -> OrderRecord | None:
        """The user's latest order with this cloid, while it is remembered."""
        order = self._account(user).orders.find(cloid)
        return None if order is None else order.record()

    def historical_orders(self, user: str) -> tuple[OrderRecord, ...]:
        """The remembered orders, newest first, at most 2000."""
        orders = list(self._account(user).orders.remembered())
        return tuple(order.record() for order in reversed(orders[-PAGE:]))

    def fills(self, user: str) -> tuple[Fill, ...]:
        """The latest fills, newest first, at most 2000."""
        latest = islice(reversed(self._account(user).fills), PAGE)
        return tuple(latest)

    def fills_by_time(self, user: str, start: int, end: int | None) -> tuple[Fill, ...]:
        """Fills in [start, end], oldest first, at most 2000."""
        matching = (
            fill
            for fill in self._account(user).fills
            if start <= fill.time and (end is None or fill.time <= end)
        )
        return tuple(islice(matching, PAGE))

    def funding_payments(self, user: str, start: int, end: int | None) -> tuple[FundingPaid, ...]:
        """The user's funding payments in [start, end], oldest first, at most 500."""
        matching = (
            paid
            for paid in self._account(user).funding
            if start <= paid.time and (end is None or paid.time <= end)
        )
        return tuple(islice(matching, FUNDING_PAGE))

    def funding_history(self, coin: str, start: int, end: int | None) -> tuple[FundingRate, ...]:
        """Rates charged in [start, end], oldest first, at most 500."""
        matching = (
            rate
            for rate in self._state.coins[coin].funding_history
            if start <= rate.time and (end is None or rate.time <= end)
        )
        return tuple(islice(matching, FUNDING_PAGE))

    def fees(self, user: str) -> UserFees:
        """The user's fee rates."""
        rates = self._account(user).fee_rates
        return UserFees(rates.taker, rates.maker, SPOT_TAKER_RATE, SPOT_MAKER_RATE)

    def rate_limit(self, user: str) -> RateLimit:
        """The user's request budget."""
        account = self._account(user)
        cap = REQUEST_BUFFER + int(account.volume)
        return RateLimit(account.volume, account.requests_used, cap)

    def extra_agents(self, user: str) -> tuple[ExtraAgent, ...]:
        """The user's named agents that are still valid."""
        return self._agents.extra_agents(user, self._state.now)

    def active_asset(self, user: str, coin: str) -> ActiveAsset:
        """What the user could trade of this coin now."""
        return self._accounts.active_asset(self._account(user), self._state.coins[coin])

    def mids(self) -> dict[str, Decimal]:
        """The middle of every live perpetual's book (the last price if a side is empty), and the
        fixed price of every spot pair."""
        return self._market.mids()

    def book(
        self, coin: str, significant_figures: int | None = None, mantissa: int = 1
    ) -> BookSnapshot:
        """At most 20 levels a side. With `significant_figures` (2 to 5; `mantissa` 1, 2 or 5 only
        with 5) prices are grouped, bids downwards and asks upwards. Raises ValueError for others.
        """
        return self._market.book(self._state.coins[coin], significant_figures, mantissa)

    def asset_context(self, coin: str) -> AssetContext:
        """The market facts of one perpetual."""
        return self._market.context(self._state.coins[coin])

    def asset_contexts(self) -> tuple[AssetContext, ...]:
        """The market facts of all perpetuals, in order of their asset ids."""
        return tuple(self._market.context(coin) for coin in self._state.coins.values())

    def candles(self, coin: str, interval: str, start: int, end: int | None) -> tuple[Candle, ...]:
        """Candles that open in [start, end], oldest first, the last 5000."""
        return self._state.coins[coin].candles.candles(interval, start, end)

    def last_candle(self, coin: str, interval: str) -> Candle:
        """The candle that is being made."""
        return self._state.coins[coin].candles.last(interval)

    def recent_trades(self, coin: str) -> tuple[Trade, ...]:
        """The latest trades, newest first."""
        return tuple(reversed(self._state.coins[coin].trades))
