"""Builds the exchange's state as it is when it opens."""

from local_exchange.engine.account import NO_FEES, Account
from local_exchange.engine.candles import CandleSeries
from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.config import ExchangeConfig
from local_exchange.engine.history import PriceHistory
from local_exchange.engine.instruments import PerpInstrument
from local_exchange.engine.margin_tiers import TierSchedule
from local_exchange.engine.state import HOUSE_ADDRESS, Identifiers, State
from local_exchange.engine.user_orders import UserOrders


def open_state(config: ExchangeConfig, now_ms: int) -> State:
    """No users, no orders; every coin at its initial price."""
    coins = {perp.name: _open_market(perp, config, now_ms) for perp in config.universe.perps}
    house = Account(HOUSE_ADDRESS, UserOrders(retention=0), is_house=True, fee_rates=NO_FEES)
    return State(config, now_ms, coins, house, Identifiers(config.market.seed))


def _open_market(perp: PerpInstrument, config: ExchangeConfig, now_ms: int) -> CoinMarket:
    market = config.market
    history = PriceHistory(perp, market.seed, market.volatility, now_ms)
    price = perp.initial_price
    return CoinMarket(
        perp=perp,
        tiers=TierSchedule(config.universe.margin_table(perp)),
        candles=CandleSeries(perp.name, history),
        mark=price,
        oracle=price,
        last_price=price,
    )
