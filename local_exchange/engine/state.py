"""What the parts of the engine share."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b

from local_exchange.engine.account import Account
from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.config import ExchangeConfig
from local_exchange.engine.events import BookChanged, CandleChanged, Event, MidsChanged
from local_exchange.engine.fills import Fill
from local_exchange.engine.user_orders import UserOrders
from local_exchange.engine.working_order import ZERO, WorkingOrder

HOUSE_ADDRESS = "0x" + "e" * 40


class EventLog:
    """Events until they are drained; changes of a book and the like once a drain."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._seen: set[Event] = set()

    def add(self, event: Event) -> None:
        """Note what happened."""
        self._events.append(event)

    def add_once(self, event: BookChanged | MidsChanged | CandleChanged) -> None:
        """Note it if it is not noted yet."""
        if event not in self._seen:
            self._seen.add(event)
            self._events.append(event)

    def drain(self) -> list[Event]:
        """Everything noted, in order; and start anew."""
        events, self._events = self._events, []
        self._seen.clear()
        return events


class Identifiers:
    """Order ids, trade ids and transaction hashes, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._oid = 1_000_000
        self._tid = 500_000_000_000
        self._transaction = 0
        self._hash: str | None = None

    def oid(self) -> int:
        """The next order id."""
        self._oid += 1
        return self._oid

    def tid(self) -> int:
        """The next trade id."""
        self._tid += 1
        return self._tid

    def begin_transaction(self) -> None:
        """What follows gets another hash."""
        self._transaction += 1
        self._hash = None

    def hash(self) -> str:
        """The hash of the transaction that runs."""
        if self._hash is None:
            text = f"{self._seed}:{self._transaction}".encode()
            self._hash = "0x" + blake2b(text, digest_size=32).hexdigest()
        return self._hash


@dataclass(slots=True, eq=False)
class State:
    """The whole exchange. `ledger_orders` and `ledger_fills` are never shortened."""

    config: ExchangeConfig
    now: int
    coins: dict[str, CoinMarket]
    house: Account
    ids: Identifiers
    events: EventLog = field(default_factory=EventLog)
    accounts: dict[str, Account] = field(default_factory=dict)
    fees_collected: Decimal = ZERO
    ledger_orders: list[WorkingOrder] = field(default_factory=list)
    ledger_fills: list[Fill] = field(default_factory=list)
    activations: deque[WorkingOrder] = field(default_factory=deque)

    def open_account(self, address: str) -> Account:
        """The account of the address, opened if there is none."""
        account = self.accounts.get(address)
        if account is None:
            orders = UserOrders(self.config.order_retention)
            account = self.accounts[address] = Account(address, orders)
        return account

    def live_coins(self) -> list[CoinMarket]:
        """The markets that are not delisted."""
        return [coin for coin in self.coins.values() if not coin.perp.is_delisted]
