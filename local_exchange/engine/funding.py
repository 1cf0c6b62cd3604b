"""Hourly funding.

The 8-hour rate is F = P + clamp(0.01 % - P, +-0.05 %), an eighth of it is charged each hour, capped
at 4 %. P is the hour's mean of samples of [max(impact bid - oracle, 0) - max(oracle - impact ask,
0)] / oracle. Longs pay size x oracle x rate when the rate is positive. Source: the venue's
"funding".
"""

from decimal import Decimal

from local_exchange.engine.account import Account, Position
from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.events import FundingPaid
from local_exchange.engine.precision import round_usd
from local_exchange.engine.state import State
from local_exchange.engine.views import FundingRate
from local_exchange.engine.working_order import ZERO

INTEREST = Decimal("0.0001")
CLAMP = Decimal("0.0005")
HOURLY_CAP = Decimal("0.04")
RATE_QUANTUM = Decimal("0.0000000001")
SAMPLE_MS = 5_000
_LARGE_IMPACT, _IMPACT = Decimal(20_000), Decimal(6_000)
_LARGE_IMPACT_COINS = frozenset({"BTC", "ETH"})


def hourly_rate(premium: Decimal) -> Decimal:
    """The rate of one hour for the hour's mean premium."""
    eight_hours = premium + max(-CLAMP, min(CLAMP, INTEREST - premium))
    return max(-HOURLY_CAP, min(HOURLY_CAP, eight_hours / 8)).quantize(RATE_QUANTUM)


def impact_prices(coin: CoinMarket) -> tuple[Decimal, Decimal] | None:
    """The average prices (bid, ask) of trading the impact notional; None for a thin book."""
    notional = _LARGE_IMPACT if coin.perp.name in _LARGE_IMPACT_COINS else _IMPACT
    bid = coin.book.bids.price_for_notional(notional)
    ask = coin.book.asks.price_for_notional(notional)
    if bid is None or ask is None:
        return None
    quantum = Decimal(1).scaleb(-coin.perp.price_decimals)
    return bid.quantize(quantum), ask.quantize(quantum)


def sample_premium(coin: CoinMarket) -> Decimal | None:
    """The premium of this moment; None for a thin book."""
    impact = impact_prices(coin)
    if impact is None:
        return None
    bid, ask = impact
    difference = max(bid - coin.oracle, ZERO) - max(coin.oracle - ask, ZERO)
    return (difference / coin.oracle).quantize(RATE_QUANTUM)


def mean_premium(coin: CoinMarket) -> Decimal:
    """The mean of the hour's samples so far, or of this moment; zero for a thin book."""
    if coin.premiums:
        return (sum(coin.premiums, ZERO) / len(coin.premiums)).quantize(RATE_QUANTUM)
    return sample_premium(coin) or ZERO


class Funding:
    """Samples premiums and charges holders; the house pays the other side, roundings included."""

    def __init__(self, state: State) -> None:
        self._state = state

    def sample(self) -> None:
        """Take one sample of every coin."""
        for coin in self._state.live_coins():
            premium = sample_premium(coin)
            if premium is not None:
                coin.premiums.append(premium)

    def charge(self) -> None:
        """Charge the hour that ends now."""
        for coin in self._state.live_coins():
            premium = mean_premium(coin)
            rate = hourly_rate(premium)
            samples = len(coin.premiums)
            coin.premiums.clear()
            coin.funding_history.append(FundingRate(coin.perp.name, rate, premium, self._state.now))
            for account in list(coin.holders.values()):
                if not account.is_house:
                    self._charge(account, coin, rate, samples)

    def _charge(self, account: Account, coin: CoinMarket, rate: Decimal, samples: int) -> None:
        position = account.position(coin.perp.name)
        cost = round_usd(position.size * coin.oracle * rate)
        if account.is_isolated(position.coin):
            position.isolated_usd -= cost
        else:
            account.raw_usd -= cost
        self._state.house.raw_usd += cost
        _count(position, cost)
        paid = FundingPaid(
            user=account.address,
            coin=position.coin,
            time=self._state.now,
            usdc=-cost,
            size=position.size,
            rate=rate,
            samples=samples,
        )
        account.funding.append(paid)
        self._state.events.add(paid)


def _count(position: Position, cost: Decimal) -> None:
    position.funding_all_time += cost
    position.funding_since_open += cost
    position.funding_since_change += cost
