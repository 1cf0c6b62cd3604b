"""Short ways to say what an engine test needs.

ETH (asset 1) starts at 3000, its tick is 0.1 and its lot 0.0001.
"""

from collections.abc import Sequence
from decimal import Decimal

from local_exchange.engine.config import ExchangeConfig, MarketConfig
from local_exchange.engine.events import Event, OrderUpdated
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import (
    Grouping,
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    Side,
    TimeInForce,
    TriggerKind,
    TriggerSpec,
)
from local_exchange.engine.views import BookLevel, PositionView

START = 1_700_000_000_000
ALICE = "0x" + "a" * 40
BOB = "0x" + "b" * 40
BTC, ETH, SOL = 0, 1, 2
GTC, IOC, ALO = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.ALO


def frozen_exchange(**config: object) -> Exchange:
    """A frozen market; Alice and Bob have 100 000 USDC each."""
    settings = ExchangeConfig(market=MarketConfig(frozen=True), **config)  # type: ignore[arg-type]
    exchange = Exchange(settings, START)
    for user in (ALICE, BOB):
        exchange.deposit(user, Decimal(100_000))
    return exchange


def limit(
    side: Side,
    price: str,
    size: str,
    tif: TimeInForce = GTC,
    *,
    asset: int = ETH,
    reduce_only: bool = False,
    cloid: str | None = None,
) -> OrderRequest:
    """A limit order."""
    return OrderRequest(
        asset, side, Decimal(price), Decimal(size), reduce_only, tif=tif, cloid=cloid
    )


def buy(price: str, size: str, tif: TimeInForce = GTC, **more: object) -> OrderRequest:
    """A bid."""
    return limit(Side.BUY, price, size, tif, **more)  # type: ignore[arg-type]


def sell(price: str, size: str, tif: TimeInForce = GTC, **more: object) -> OrderRequest:
    """An offer."""
    return limit(Side.SELL, price, size, tif, **more)  # type: ignore[arg-type]


def trigger(
    side: Side,
    trigger_price: str,
    size: str,
    kind: TriggerKind = TriggerKind.STOP_LOSS,
    *,
    price: str | None = None,
    is_market: bool = True,
    reduce_only: bool = True,
    cloid: str | None = None,
) -> OrderRequest:
    """A trigger order on ETH; its limit price is the trigger price unless given."""
    spec = TriggerSpec(Decimal(trigger_price), is_market, kind)
    limit_price = Decimal(price or trigger_price)
    return OrderRequest(
        ETH, side, limit_price, Decimal(size), reduce_only, trigger=spec, cloid=cloid
    )


def place(
    exchange: Exchange,
    user: str,
    *orders: OrderRequest,
    grouping: Grouping = Grouping.NONE,
) -> list[OrderOutcome]:
    """Place at the exchange's time."""
    return exchange.place_orders(user, orders, grouping, user, 1, exchange.now_ms)


def quote(
    exchange: Exchange, bids: Sequence[tuple[str, str]], asks: Sequence[tuple[str, str]]
) -> None:
    """Fix the house's ETH book."""
    exchange.set_depth("ETH", (_levels(bids), _levels(asks)))


def _levels(levels: Sequence[tuple[str, str]]) -> list[BookLevel]:
    return [BookLevel(Decimal(price), Decimal(size), 1) for price, size in levels]


def position(exchange: Exchange, user: str, coin: str = "ETH") -> PositionView | None:
    """The user's position."""
    positions = exchange.info.clearinghouse_state(user).positions
    return next((each for each in positions if each.coin == coin), None)


def size_of(exchange: Exchange, user: str, coin: str = "ETH") -> Decimal:
    """The signed size of the user's position."""
    held = position(exchange, user, coin)
    return Decimal(0) if held is None else held.size


def status_of(exchange: Exchange, user: str, target: int | str) -> OrderStatus | None:
    """The status of an order by oid or cloid; None when it is unknown."""
    info = exchange.info
    record = (
        info.order_by_oid(user, target)
        if isinstance(target, int)
        else info.order_by_cloid(user, target)
    )
    return None if record is None else record.status


def statuses(events: Sequence[Event]) -> list[tuple[str | None, OrderStatus]]:
    """(cloid, status) of the order updates, in order."""
    return [
        (event.record.order.cloid, event.record.status)
        for event in events
        if isinstance(event, OrderUpdated)
    ]
