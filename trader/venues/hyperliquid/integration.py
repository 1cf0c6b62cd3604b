"""Hyperliquid as a venue, on the official SDK."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Self

from hyperliquid.utils.constants import MAINNET_API_URL
from hyperliquid.utils.types import Cloid

from trader.errors import Permanent
from trader.settings import Settings
from trader.strands.strand import Json
from trader.venues.account_check import AccountRole
from trader.venues.budget import Budget, Priority
from trader.venues.credentials import Credentials
from trader.venues.fences import FenceRegister
from trader.venues.hyperliquid import replies, reports
from trader.venues.hyperliquid.answers import cancel_answers, order_answers
from trader.venues.hyperliquid.fill_history import read_fills
from trader.venues.hyperliquid.signing import sign_action
from trader.venues.hyperliquid.subscriptions import account_channels, request
from trader.venues.hyperliquid.transport import Transport
from trader.venues.hyperliquid.websocket import Patience, Websocket, open_websocket
from trader.venues.hyperliquid.wire import cancel_action, listed, order_action
from trader.venues.instrument import Instrument
from trader.venues.moments import to_milliseconds
from trader.venues.names import HYPERLIQUID
from trader.venues.orders import (
    Account,
    Fill,
    OrderAnswer,
    OrderReport,
    OrderRequest,
    VenuePosition,
)
from trader.venues.quote import Quote
from trader.venues.request_counter import RequestUse
from trader.venues.venue import Action


class HyperliquidIntegration:
    """One account on Hyperliquid's perpetuals.

    `url` is the venue's base URL; only the exact mainnet URL is signed for mainnet. `account` is
    the address that trades, never an agent's own. `timeout` is in seconds, and must be below the
    expiry of the orders sent. `clock` gives the aware time at which a quote is received. `budget`
    is asked before every request, with `priority`; cancellations and orders that only reduce are
    urgent in any case. `published` gives the instruments that somebody else has read, empty when
    there are none: building the object calls nobody, and only what is not published is asked for.
    `fences` are those that any process has heard of; without it, none are known.
    """

    name = HYPERLIQUID

    def __init__(
        self,
        *,
        url: str,
        account: str,
        credentials: Credentials,
        timeout: float,
        clock: Callable[[], datetime],
        budget: Budget,
        priority: Priority = Priority.READ,
        published: Callable[[], Mapping[str, Instrument]] = dict,
        fences: FenceRegister | None = None,
    ) -> None:
        self._url = url = url.rstrip("/")
        self._transport = Transport(url, timeout, budget, priority)
        self._info = self._transport.info
        self._account = account.lower()
        self._credentials = credentials
        self._clock = clock
        self._is_mainnet = url == MAINNET_API_URL
        self._budget = budget
        self._published = published
        self._fences = fences
        self._instruments: Mapping[str, Instrument] = {}

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        credentials: Credentials,
        clock: Callable[[], datetime],
        budget: Budget,
        priority: Priority = Priority.READ,
        published: Callable[[], Mapping[str, Instrument]] = dict,
        fences: FenceRegister | None = None,
    ) -> Self:
        """The venue that the settings name; without an account, the key's own address trades."""
        return cls(
            url=settings.venue_url,
            account=trading_address(settings, credentials),
            credentials=credentials,
            timeout=settings.venue_timeout_seconds,
            clock=clock,
            budget=budget,
            priority=priority,
            published=published,
            fences=fences,
        )

    @property
    def signer(self) -> str:
        """The address of the key that signs, lower case."""
        return self._credentials.address

    def instruments(self) -> Mapping[str, Instrument]:
        """The perpetuals, by name: the published ones, else as of the last look at the venue."""
        return self._published() or self._instruments or self._read_instruments()

    def quotes(self) -> Mapping[str, Quote]:
        """Mid and mark of every perpetual; takes new listings into `instruments` on the way."""
        reply = self._transport.read(self._info.meta_and_asset_ctxs)
        observed_at = self._clock()
        meta, contexts = replies.parse(replies.META_AND_CONTEXTS, reply)
        self._instruments = reports.instruments_of(meta)
        return reports.quotes_of(meta, contexts, observed_at)

    def quote(self, symbol: str) -> Quote:
        """Best bid, ask and mid. Raises Permanent when the symbol is not listed."""
        listed(self._instruments_with({symbol}), symbol)
        query: Json = {"type": "l2Book", "coin": symbol}
        reply = self._transport.read(self._info.post, "/info", query)
        observed_at = self._clock()
        return reports.quote_of(symbol, replies.parse(replies.BOOK, reply), observed_at)

    def account(self) -> Account:
        """Equity and positions."""
        reply = self._transport.read(self._info.user_state, self._account)
        state = replies.parse(replies.CLEARINGHOUSE_STATE, reply)
        return reports.account_of(self._account, state)

    def requests_left(self) -> int | None:
        """How many more orders the venue grants the account; None while unknown."""
        use = self._budget.use()
        return None if use is None else use.left

    def refresh_request_use(self) -> None:
        """Take the venue's count of the account's requests into the budget, when that is due."""
        if self._budget.is_use_due():
            self._budget.record(self.request_use())

    def request_use(self) -> RequestUse:
        """The venue's count of the account's requests."""
        reply = self._transport.read(self._info.user_rate_limit, self._account)
        return reports.request_use_of(replies.parse(replies.RATE_LIMIT, reply))

    def compose_orders(self, orders: Sequence[OrderRequest]) -> Action:
        """The action that places these orders, each on its own. Raises Permanent."""
        return order_action(orders, self._instruments_with({order.symbol for order in orders}))

    def compose_cancel(self, cloids: Sequence[tuple[str, str]]) -> Action:
        """The action that cancels these orders, given as (symbol, cloid). Raises Permanent."""
        return cancel_action(cloids, self._instruments_with({symbol for symbol, _ in cloids}))

    def admit(self, action: Action, now: datetime) -> int:
        """Make room for one action of this client, which sends it next: the nonce to sign with."""
        return self._info.admit(action, now)

    def send_orders(
        self, action: Action, nonce: int, expires_after: datetime
    ) -> tuple[OrderAnswer, ...]:
        """Sign and post an order action: the same arguments give the same bytes."""
        count = _count(action, "orders")
        return order_answers(self._send(action, nonce, expires_after), count)

    def send_cancel(self, action: Action, nonce: int, expires_after: datetime) -> tuple[str, ...]:
        """Sign and post a cancellation: one text an order, empty when cancelled."""
        count = _count(action, "cancels")
        return cancel_answers(self._send(action, nonce, expires_after), count)

    def fence(self, nonce: int, expires_after: datetime) -> None:
        """Use the nonce up with `noop`, so that nothing else signed with it can land.

        Source: Hyperliquid, "Exchange endpoint", "Invalidate pending nonce (noop)".
        """
        self._send({"type": "noop"}, nonce, expires_after)
        if self._fences is not None:
            self._fences.add(nonce)

    def is_fenced(self, nonce: int) -> bool:
        """Whether a fence is known to have taken the nonce."""
        return self._fences is not None and self._fences.has(nonce)

    def order(self, cloid: str) -> OrderReport | None:
        """The latest order with this cloid; None may also mean "not yet visible"."""
        query = self._info.query_order_by_cloid
        reply = self._transport.read(query, self._account, Cloid.from_str(cloid))
        return reports.order_report(replies.parse(replies.ORDER_STATUS, reply))

    def open_orders(self) -> tuple[OrderReport, ...]:
        """The open orders, triggers included."""
        reply = self._transport.read(self._info.frontend_open_orders, self._account)
        orders = replies.parse(replies.OPEN_ORDERS, reply)
        return tuple(reports.open_order_report(order) for order in orders)

    def fills(self, since: datetime) -> tuple[Fill, ...]:
        """The fills from that time on, oldest first, each once."""
        found = read_fills(self._fill_page, to_milliseconds(since))
        return tuple(reports.fill_of(fill, self._account) for fill in found)

    def role(self, address: str) -> AccountRole:
        """What the address is to the venue."""
        reply = self._transport.read(self._info.user_role, address)
        return reports.role_of(replies.parse(replies.ROLE, reply))

    def abstraction(self, address: str) -> str:
        """How the account keeps its balances, in the venue's word."""
        reply = self._transport.read(self._info.query_user_abstraction_state, address)
        return replies.parse(replies.ABSTRACTION, reply)

    def place_order(
        self, order: OrderRequest, now: datetime, expires_after: datetime
    ) -> OrderAnswer:
        """Compose, sign and post one order. Raises as `admit` and `send_orders` do."""
        action = self.compose_orders([order])
        return self.send_orders(action, self.admit(action, now), expires_after)[0]

    @asynccontextmanager
    async def connect_websocket(self) -> AsyncIterator[Websocket]:
        """One websocket that tells of the account's orders and trades, closed at the end.

        It does not come back by itself: `trader.stream` keeps one for ever. Raises ConnectionLost.
        """
        async with open_websocket(self._url, Patience()) as websocket:
            for channel in account_channels(self._account):
                await websocket.send(request("subscribe", channel))
            yield websocket

    def get_positions(self) -> tuple[VenuePosition, ...]:
        """The open positions."""
        return self.account().positions

    def get_order_status(self, cloid: str) -> OrderReport | None:
        """The latest order with this cloid."""
        return self.order(cloid)

    def _instruments_with(self, symbols: Set[str]) -> Mapping[str, Instrument]:
        known = self._published() or self._instruments
        return known if symbols <= known.keys() else self._read_instruments()

    def _read_instruments(self) -> Mapping[str, Instrument]:
        meta = replies.parse(replies.META, self._transport.read(self._info.meta))
        self._instruments = reports.instruments_of(meta)
        return self._instruments

    def _send(self, action: Action, nonce: int, expires_after: datetime) -> Json:
        expiry = to_milliseconds(expires_after)
        signature = sign_action(
            self._credentials, action, nonce, expiry, is_mainnet=self._is_mainnet
        )
        return self._transport.act(
            {
                "action": action,
                "nonce": nonce,
                "signature": signature,
                "vaultAddress": None,
                "expiresAfter": expiry,
            }
        )

    def _fill_page(self, since: int) -> tuple[replies.WireFill, ...]:
        reply = self._transport.read(self._info.user_fills_by_time, self._account, since)
        return replies.parse(replies.FILLS, reply)


def trading_address(settings: Settings, credentials: Credentials) -> str:
    """The address whose orders these are: the account's, or the key's own when none is set."""
    return settings.account_address or credentials.address


def _count(action: Action, key: str) -> int:
    items = action.get(key)
    if not isinstance(items, list):
        raise Permanent(f"an action of type {action.get('type')!r} has no list of {key}")
    return len(items)
