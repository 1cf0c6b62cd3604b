"""The seeded market, its views, and determinism."""

from decimal import Decimal
from itertools import pairwise

import pytest

from local_exchange.engine.config import ExchangeConfig, MarketConfig
from local_exchange.engine.events import (
    BookChanged,
    CandleChanged,
    Event,
    MidsChanged,
    Traded,
    UserFilled,
)
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.orders import Grouping
from local_exchange.engine.views import BookLevel
from tests.local_exchange.engine.builders import (
    ALICE,
    IOC,
    START,
    buy,
    place,
    quote,
    sell,
)

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def moving(seed: int = 7, **config: object) -> Exchange:
    market = MarketConfig(seed=seed, **config)  # type: ignore[arg-type]
    exchange = Exchange(ExchangeConfig(market=market), START)
    exchange.deposit(ALICE, Decimal(100_000))
    return exchange


def run(seed: int, pace_ms: int) -> tuple[list[Event], dict[str, Decimal]]:
    exchange = moving(seed)
    now = START
    for number in range(60_000 // pace_ms):
        now += pace_ms
        exchange.advance(now)
        if now % 10_000 == 0:
            side = buy if number % 2 else sell
            price = "3300" if number % 2 else "2700"
            place(exchange, ALICE, side(price, "0.5", IOC))
    return exchange.drain_events(), exchange.info.mids()


def test_the_same_seed_and_actions_give_the_same_run() -> None:
    assert run(3, 1_000) == run(3, 1_000)


def test_another_seed_gives_other_prices() -> None:
    assert run(3, 1_000)[1] != run(4, 1_000)[1]


def test_the_path_does_not_depend_on_how_often_time_is_told() -> None:
    assert run(3, 500)[1] == run(3, 2_000)[1]


def test_all_coins_stay_quoted_on_the_tick_with_mark_and_oracle_near() -> None:
    exchange = moving(volatility=2.0)
    for _ in range(300):
        exchange.advance(exchange.now_ms + 1_000)
    for coin, mid in exchange.info.mids().items():
        if coin not in exchange.info.universe.perps_by_name:
            continue
        context = exchange.info.asset_context(coin)
        assert abs(context.mark_price / mid - 1) < Decimal("0.01")
        assert abs(context.oracle_price / mid - 1) < Decimal("0.01")
        book = exchange.info.book(coin)
        assert len(book.bids) == len(book.asks) == 20
        assert book.bids[0].price < mid < book.asks[0].price


def test_a_long_absence_is_caught_up_in_few_steps() -> None:
    exchange = moving()
    exchange.advance(START + 48 * HOUR_MS)
    assert len(exchange.info.funding_history("ETH", 0, None)) == 48
    assert exchange.now_ms == START + 48 * HOUR_MS


def test_time_never_runs_backwards(exchange: Exchange) -> None:
    exchange.advance(START + 5_000)
    exchange.advance(START)
    assert exchange.now_ms == START + 5_000


@pytest.mark.parametrize(
    ("coin", "price"), [("BTC", "100000"), ("ETH", "3456.7"), ("DOGE", "0.2"), ("kPEPE", "0.01")]
)
def test_set_mid_sets_mid_mark_and_oracle(exchange: Exchange, coin: str, price: str) -> None:
    exchange.set_mid(coin, Decimal(price))
    context = exchange.info.asset_context(coin)
    assert context.mid_price == context.mark_price == context.oracle_price == Decimal(price)


@pytest.mark.parametrize(
    ("coin", "price"), [("ETH", "0"), ("ETH", "-1"), ("NONE", "1"), ("FTT", "1")]
)
def test_set_mid_refuses(exchange: Exchange, coin: str, price: str) -> None:
    with pytest.raises(ValueError, match=coin):
        exchange.set_mid(coin, Decimal(price))


DEPTHS = [
    ([("3001", "1")], [("3000", "1")], "below the lowest ask"),
    ([("2999", "0")], [], "must be positive"),
    ([("2999", "1"), ("2999", "2")], [], "stands twice"),
]


@pytest.mark.parametrize(("bids", "asks", "text"), DEPTHS)
def test_set_depth_refuses(
    exchange: Exchange, bids: list[tuple[str, str]], asks: list[tuple[str, str]], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        quote(exchange, bids, asks)


def test_the_book_can_be_grouped(exchange: Exchange) -> None:
    quote(exchange, [("2999.7", "1"), ("2999.2", "2"), ("2990", "4")], [("3000.1", "1")])
    whole = exchange.info.book("ETH", 4)
    assert whole.bids == (
        BookLevel(Decimal(2999), Decimal(3), 2),
        BookLevel(Decimal(2990), Decimal(4), 1),
    )
    assert whole.asks == (BookLevel(Decimal(3001), Decimal(1), 1),)
    halves = exchange.info.book("ETH", 5, 5)
    assert [level.price for level in halves.bids] == [
        Decimal("2999.5"),
        Decimal("2999.0"),
        Decimal("2990.0"),
    ]


@pytest.mark.parametrize(("figures", "mantissa"), [(1, 1), (6, 1), (4, 2), (5, 3)])
def test_unknown_groupings_are_refused(exchange: Exchange, figures: int, mantissa: int) -> None:
    with pytest.raises(ValueError, match="cannot group"):
        exchange.info.book("ETH", figures, mantissa)


@pytest.mark.parametrize(
    ("interval", "length", "fewest"),
    [
        ("1m", MINUTE_MS, 1_500),
        ("5m", 5 * MINUTE_MS, 300),
        ("15m", 15 * MINUTE_MS, 100),
        ("1h", HOUR_MS, 700),
        ("4h", 4 * HOUR_MS, 180),
        ("1d", 24 * HOUR_MS, 30),
    ],
)
def test_candles_are_there_from_the_start_and_join(
    exchange: Exchange, interval: str, length: int, fewest: int
) -> None:
    candles = exchange.info.candles("SOL", interval, 0, None)
    assert len(candles) >= fewest
    for candle, following in pairwise(candles):
        assert following.open_time == candle.open_time + length == candle.close_time + 1
        assert following.open == candle.close
        assert candle.low <= min(candle.open, candle.close)
        assert candle.high >= max(candle.open, candle.close)
    assert candles[-1].open_time == START - START % length
    assert exchange.info.last_candle("SOL", interval) == candles[-1]


def test_a_candle_shows_the_moves_and_trades_of_its_time(exchange: Exchange) -> None:
    minute = START - START % MINUTE_MS + MINUTE_MS
    exchange.advance(minute)
    exchange.set_mid("ETH", Decimal(3050))
    exchange.set_mid("ETH", Decimal(2950))
    place(exchange, ALICE, buy("2970", "2", IOC))
    (candle,) = exchange.info.candles("ETH", "1m", minute, None)
    assert (candle.open, candle.high, candle.low) == (Decimal(3000), Decimal(3050), Decimal(2950))
    assert (candle.volume, candle.trades) == (Decimal(2), 1)
    hour = exchange.info.last_candle("ETH", "1h")
    assert (hour.high, hour.low) == (Decimal(3050), Decimal(2950))


def test_quiet_minutes_repeat_the_last_price(exchange: Exchange) -> None:
    exchange.set_mid("ETH", Decimal(3100))
    exchange.advance(START + 5 * MINUTE_MS)
    candles = exchange.info.candles("ETH", "1m", START + MINUTE_MS, None)
    assert len(candles) == 4
    assert {candle.open for candle in candles} == {Decimal(3100)}


def test_recent_trades_and_events_of_a_match(exchange: Exchange) -> None:
    exchange.drain_events()
    place(exchange, ALICE, buy("3000.3", "1", IOC))
    events = exchange.drain_events()
    kinds = {type(event) for event in events}
    assert {Traded, UserFilled, BookChanged, CandleChanged} <= kinds
    (trade,) = exchange.info.recent_trades("ETH")
    (fill,) = exchange.info.fills(ALICE)
    assert (trade.buyer, trade.price, trade.hash) == (ALICE, fill.price, fill.hash)
    assert exchange.drain_events() == []


def test_changes_of_the_market_are_told_once_a_drain() -> None:
    exchange = moving()
    exchange.drain_events()
    for _ in range(10):
        exchange.advance(exchange.now_ms + 1_000)
    events = exchange.drain_events()
    assert events.count(MidsChanged()) == 1
    assert events.count(CandleChanged("ETH")) == 1


def test_the_ledger_keeps_who_signed_what_and_what_became_of_it(exchange: Exchange) -> None:
    exchange.place_orders(
        ALICE, [buy("3000.3", "1", IOC), buy("2900", "1")], Grouping.NONE, "0xs", 17, START
    )
    ledger = exchange.ledger()
    assert [(order.signer, order.nonce, order.status.value) for order in ledger.orders] == [
        ("0xs", 17, "filled"),
        ("0xs", 17, "open"),
    ]
    assert ledger.fills == exchange.info.fills(ALICE)


def test_volume_raises_the_request_budget(exchange: Exchange) -> None:
    place(exchange, ALICE, buy("3000.3", "1", IOC), buy("2900", "1"))
    exchange.count_requests(ALICE, 3)
    limit = exchange.info.rate_limit(ALICE)
    assert (limit.cumulative_volume, limit.requests_used) == (Decimal("3000.3"), 5)
    assert limit.requests_cap == 13_000


def test_what_could_be_traded(exchange: Exchange) -> None:
    active = exchange.info.active_asset(ALICE, "ETH")
    assert active.available_to_trade == (Decimal(100_000), Decimal(100_000))
    assert active.max_trade_sizes == (Decimal("666.6666"), Decimal("666.6666"))
    place(exchange, ALICE, buy("3000.3", "1", IOC))
    after = exchange.info.active_asset(ALICE, "ETH")
    assert after.max_trade_sizes[1] - after.max_trade_sizes[0] == 2


def test_spot_balances_are_read_only_and_known_by_index(exchange: Exchange) -> None:
    exchange.deposit_spot(ALICE, 150, Decimal(5))
    (balance,) = exchange.info.spot_balances(ALICE)
    assert (balance.coin, balance.token, balance.total) == ("HYPE", 150, Decimal(5))
    with pytest.raises(ValueError, match="token 2"):
        exchange.deposit_spot(ALICE, 2, Decimal(5))


def test_unknown_users_have_nothing(exchange: Exchange) -> None:
    stranger = "0x" + "c" * 40
    state = exchange.info.clearinghouse_state(stranger)
    assert state.positions == ()
    assert state.withdrawable == 0
    assert exchange.info.open_orders(stranger) == ()
    assert exchange.info.fills(stranger) == ()


def test_a_delisted_coin_keeps_its_place_among_the_contexts(exchange: Exchange) -> None:
    contexts = exchange.info.asset_contexts()
    assert [context.coin for context in contexts] == list(exchange.info.universe.perps_by_name)
    assert contexts[-1].mid_price is None
    assert "FTT" not in exchange.info.mids()
