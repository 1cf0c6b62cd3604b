"""The two sides that the judge holds against each other: the exchange's ledger and the journal."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from trader.lifecycle.stage import Leg, Stage
from trader.positions.position import Netting

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade as either side has it. `size` is signed: positive was bought."""

    trade_id: int
    order_id: int
    cloid: str | None
    symbol: str
    size: Decimal
    price: Decimal
    fee: Decimal
    traded_at: datetime


@dataclass(frozen=True, slots=True)
class AcceptedOrder:
    """An order that the exchange accepted. `filled` is how much of `size` has traded.

    `ended_at` is None while it works.
    """

    cloid: str | None
    order_id: int
    symbol: str
    signer: str
    nonce: int
    size: Decimal
    filled: Decimal
    accepted_at: datetime
    ended_at: datetime | None = None

    @property
    def is_working(self) -> bool:
        """Whether it may still trade."""
        return self.ended_at is None


@dataclass(frozen=True)
class Ledger:
    """What the exchange did for the account, and what the account holds there by symbol.

    What the account's owner did by hand stands apart from what was done for the Trader.
    """

    orders: tuple[AcceptedOrder, ...] = ()
    trades: tuple[Trade, ...] = ()
    owners_orders: tuple[AcceptedOrder, ...] = ()
    owners_trades: tuple[Trade, ...] = ()
    positions: dict[str, Decimal] = field(default_factory=dict)

    @cached_property
    def orders_by_cloid(self) -> dict[str | None, list[AcceptedOrder]]:
        """More than one for a cloid is a double."""
        found: dict[str | None, list[AcceptedOrder]] = {}
        for order in self.orders:
            found.setdefault(order.cloid, []).append(order)
        return found

    @cached_property
    def net_traded(self) -> dict[str, Decimal]:
        """What all trades add up to, by symbol."""
        net: dict[str, Decimal] = {}
        for trade in (*self.trades, *self.owners_trades):
            net[trade.symbol] = net.get(trade.symbol, ZERO) + trade.size
        return net

    @cached_property
    def trades_by_cloid(self) -> dict[str | None, list[Trade]]:
        """The trades of each order."""
        found: dict[str | None, list[Trade]] = {}
        for trade in self.trades:
            found.setdefault(trade.cloid, []).append(trade)
        return found


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order as the plan's strands have it, intended by strand `intent_seq`.

    `has_landed`: the journal says that the venue accepted it. `is_doubtful`: it says that nobody
    knows. `is_refused`: the venue refused it, or ended it by itself before it traded at all.
    `venue_text` is the venue's latest word on it.
    """

    cloid: str
    leg: Leg
    signer: str
    nonce: int
    intent_seq: int = 0
    order_id: int | None = None
    has_landed: bool = True
    is_doubtful: bool = False
    is_working: bool = False
    is_refused: bool = False
    venue_text: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """The strand `seq` that ended the plan, or asked it to end: then no entry may follow.

    `is_final`: nothing at all may follow.
    """

    seq: int
    at: datetime
    event: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """An intent whose outcome was unknown from `began` to `ended` (None: it still is)."""

    intent_id: str
    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan as its strands have it.

    `sign` is 1 for a long plan, -1 for a short one. `denied_by`: the control that stopped its
    entry for good. `has_stop`: it wants a stop while it holds a position. `is_leaving`: it was
    told, or has decided, to close it. `nettings`: what it has closed against opposite plans.
    `projection_agrees`: its row of `lifecycles` is the one that its strands add up to.
    `anomalies`: what was said of its orders and cannot be true, by kind.
    """

    lifecycle_id: str
    stage: Stage
    symbol: str | None = None
    sign: int = 1
    outcome: str | None = None
    denied_by: str | None = None
    has_stop: bool = False
    is_leaving: bool = False
    orders: tuple[PlannedOrder, ...] = ()
    trades: tuple[Trade, ...] = ()
    nettings: tuple[Netting, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    endings: tuple[Ending, ...] = ()
    projection_agrees: bool = True
    anomalies: tuple[str, ...] = ()

    @property
    def netted(self) -> Decimal:
        """What it has closed against opposite plans, signed."""
        return sum((netting.size for netting in self.nettings), ZERO)
