"""What holds after any sequence of actions."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_exchange.engine.errors import ActionRejected, BatchRejected
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import (
    CancelByOid,
    Grouping,
    OrderRequest,
    Side,
    TimeInForce,
    TriggerKind,
    TriggerSpec,
)
from local_exchange.engine.state import State
from tests.local_exchange.engine.builders import ETH, buy, frozen_exchange, sell

USERS = [f"0x{number:040x}" for number in range(1, 4)]
DEPOSIT = Decimal(20_000)


@dataclass(frozen=True)
class Place:
    user: str
    order: OrderRequest


@dataclass(frozen=True)
class Cancel:
    user: str
    index: int


@dataclass(frozen=True)
class Move:
    price: Decimal


@dataclass(frozen=True)
class Wait:
    ms: int


@dataclass(frozen=True)
class Lever:
    user: str
    is_cross: bool
    value: int


prices = st.sampled_from([2_900, 2_950, 2_990, 2_998, 3_000, 3_002, 3_010, 3_100]).map(Decimal)
sizes = st.sampled_from(["0.01", "1", "2.5", "10", "40", "120"]).map(Decimal)
moves = st.sampled_from([2_700, 2_850, 2_950, 2_995, 3_000, 3_005, 3_050, 3_150, 3_300])
sides = st.sampled_from(Side)
limit_orders = st.builds(
    OrderRequest,
    st.just(ETH),
    sides,
    prices,
    sizes,
    st.sampled_from([False, False, False, True]),
    tif=st.sampled_from([TimeInForce.GTC, TimeInForce.IOC, TimeInForce.ALO]),
)


def trigger_order(side: Side, price: Decimal, size: Decimal, is_market: bool) -> OrderRequest:
    """A stop or a target, whichever does not fire at a mark of 3000."""
    is_stop = (price > 3_000) == (side is Side.BUY)
    kind = TriggerKind.STOP_LOSS if is_stop else TriggerKind.TAKE_PROFIT
    return OrderRequest(ETH, side, price, size, True, trigger=TriggerSpec(price, is_market, kind))


trigger_orders = st.builds(trigger_order, sides, prices, sizes, st.booleans())
users = st.sampled_from(USERS)
actions = st.one_of(
    st.builds(Place, users, limit_orders),
    st.builds(Place, users, limit_orders),
    st.builds(Place, users, trigger_orders),
    st.builds(Cancel, users, st.integers(0, 5)),
    st.builds(Move, moves.map(Decimal)),
    st.builds(Wait, st.integers(1, 3_600_000)),
    st.builds(Lever, users, st.booleans(), st.integers(1, 25)),
)

OPENING: list[Place | Cancel | Move | Wait | Lever] = [
    Place(USERS[0], buy("3010", "100", TimeInForce.IOC)),
    Place(USERS[0], trigger_order(Side.SELL, Decimal(2_950), Decimal(100), True)),
    Place(USERS[0], sell("3050", "60", reduce_only=True)),
    Place(USERS[1], sell("2990", "100", TimeInForce.IOC)),
    Lever(USERS[2], False, 10),
    Place(USERS[2], buy("3010", "20", TimeInForce.IOC)),
]


def perform(exchange: Exchange, action: Place | Cancel | Move | Wait | Lever) -> None:
    try:
        match action:
            case Place(user, order):
                exchange.place_orders(user, [order], Grouping.NONE, user, 1, exchange.now_ms)
            case Cancel(user, index):
                orders = exchange.info.open_orders(user)
                if index < len(orders):
                    cancel = CancelByOid(ETH, orders[index].oid)
                    exchange.cancel(user, [cancel], exchange.now_ms)
            case Move(price):
                exchange.set_mid("ETH", price)
            case Wait(ms):
                exchange.advance(exchange.now_ms + ms)
            case Lever(user, is_cross, value):
                exchange.update_leverage(user, ETH, is_cross, value, exchange.now_ms)
    except (BatchRejected, ActionRejected):
        pass


def check_invariants(exchange: Exchange, deposits: Decimal) -> None:
    state: State = exchange._state
    accounts = [state.house, *state.accounts.values()]
    coin = state.coins["ETH"]
    sizes_held = [account.size_of("ETH") for account in accounts]
    cash = [account.raw_usd for account in accounts]
    for account in accounts:
        cash += [each.isolated_usd for each in account.positions.values()]
    assert sum(sizes_held) == 0
    assert sum(cash) + state.fees_collected == deposits
    assert set(coin.holders) == {each.address for each in accounts if each.size_of("ETH")}
    bid, ask = coin.book.bids.best_price(), coin.book.asks.best_price()
    assert bid is None or ask is None or bid < ask
    for side in (coin.book.bids, coin.book.asks):
        assert [level.size for level in side.levels()] == [
            sum(order.size for order in side.orders() if order.price == level.price)
            for level in side.levels()
        ]
    for account in state.accounts.values():
        resting = [each for each in account.orders.working() if each.stage.value == "resting"]
        free = [each for each in resting if not each.reduce_only]
        reducing = [each for each in resting if each.reduce_only]
        held = account.size_of("ETH")
        bound = account.resting.get("ETH")
        assert sum(each.size for each in free if each.is_buy) == (bound.buys if bound else 0)
        assert sum(each.size for each in free if not each.is_buy) == (bound.sells if bound else 0)
        assert sum(each.size for each in reducing) <= abs(held)
        assert all(each.is_buy == (held < 0) for each in reducing)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(actions, min_size=15, max_size=60))
def test_sizes_and_money_are_conserved_and_the_book_is_sound(
    sequence: list[Place | Cancel | Move | Wait | Lever],
) -> None:
    exchange = frozen_exchange()
    for user in USERS:
        exchange.deposit(user, DEPOSIT)
    for action in OPENING:
        perform(exchange, action)
    deposits = DEPOSIT * len(USERS) + 200_000
    for action in sequence:
        perform(exchange, action)
        check_invariants(exchange, deposits)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(users, prices, sizes), min_size=1, max_size=12),
    st.tuples(prices, st.integers(1, 1_000_000).map(lambda lots: Decimal(lots) / 10_000)),
)
def test_resting_orders_are_filled_by_price_and_then_by_time(
    resting: list[tuple[str, Decimal, Decimal]], taking: tuple[Decimal, Decimal]
) -> None:
    exchange = frozen_exchange()
    taker = "0x" + "f" * 40
    exchange.set_depth("ETH", ([], []))
    for user in (taker, *USERS):
        exchange.deposit(user, Decimal(10**9))
    offers = [
        OrderRequest(ETH, Side.SELL, price, size, tif=TimeInForce.ALO)
        for _, price, size in resting
        if price * size >= 10
    ]
    makers = [user for user, price, size in resting if price * size >= 10]
    for user, offer in zip(makers, offers, strict=True):
        exchange.place_orders(user, [offer], Grouping.NONE, user, 1, exchange.now_ms)
    limit, size = taking
    order = OrderRequest(ETH, Side.BUY, limit, size, tif=TimeInForce.IOC)
    exchange.place_orders(taker, [order], Grouping.NONE, taker, 1, exchange.now_ms)

    expected, left = [], size if size * limit >= 10 else Decimal(0)
    for price, _, user, offered in sorted(
        (offer.price, number, user, offer.size)
        for number, (user, offer) in enumerate(zip(makers, offers, strict=True))
        if offer.price <= limit
    ):
        taken = min(left, offered)
        if taken:
            expected.append((user, price, taken))
            left -= taken
    fills = exchange.ledger().fills
    assert [(fill.user, fill.price, fill.size) for fill in fills if not fill.crossed] == expected
    assert [(fill.price, fill.size) for fill in fills if fill.crossed] == [
        (price, taken) for _, price, taken in expected
    ]
