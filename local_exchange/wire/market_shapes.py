"""The market as the venue's JSON shows it: what is listed, contexts, books, candles."""

from typing import Any

from local_exchange.engine.instruments import (
    MarginTable,
    PerpInstrument,
    SpotPair,
    SpotToken,
    Universe,
)
from local_exchange.engine.views import AssetContext, BookLevel, BookSnapshot, Candle, FundingRate
from local_exchange.wire.scalars import amount, optional_amount

Json = dict[str, Any]
COLLATERAL_TOKEN = 0
"""The index of USDC among the spot tokens."""


def perp_meta(universe: Universe) -> Json:
    """`meta`: a perpetual's place in `universe` is its asset id."""
    return {
        "universe": [_perp(perp) for perp in universe.perps],
        "marginTables": [[table.id, _margin_table(table)] for table in universe.margin_tables],
        "collateralToken": COLLATERAL_TOKEN,
    }


def spot_meta(universe: Universe) -> Json:
    """`spotMeta`: indices are sparse and never list positions."""
    return {
        "tokens": [_spot_token(token) for token in universe.spot_tokens],
        "universe": [_spot_pair(pair) for pair in universe.spot_pairs],
    }


def spot_context(pair: SpotPair) -> Json:
    """A spot pair is listed at a fixed price and not traded here."""
    price = amount(pair.price)
    return {
        "prevDayPx": price,
        "dayNtlVlm": "0.0",
        "markPx": price,
        "midPx": price,
        "circulatingSupply": "0.0",
        "coin": pair.name,
        "totalSupply": "0.0",
        "dayBaseVlm": "0.0",
    }


def asset_context(context: AssetContext) -> Json:
    """A perpetual's context, without its coin: its place says which it is."""
    impact = context.impact_prices
    return {
        "funding": amount(context.funding),
        "openInterest": amount(context.open_interest),
        "prevDayPx": amount(context.previous_day_price),
        "dayNtlVlm": amount(context.day_notional_volume),
        "premium": optional_amount(context.premium),
        "oraclePx": amount(context.oracle_price),
        "markPx": amount(context.mark_price),
        "midPx": optional_amount(context.mid_price),
        "impactPxs": None if impact is None else [amount(price) for price in impact],
        "dayBaseVlm": amount(context.day_base_volume),
    }


def book(snapshot: BookSnapshot) -> Json:
    """`l2Book`: bids, then asks, the best price first."""
    return {
        "coin": snapshot.coin,
        "time": snapshot.time,
        "levels": [
            [_level(level) for level in snapshot.bids],
            [_level(level) for level in snapshot.asks],
        ],
    }


def best_prices(snapshot: BookSnapshot) -> Json:
    """`bbo`: the best level of either side, or null."""
    return {
        "coin": snapshot.coin,
        "time": snapshot.time,
        "bbo": [_level(side[0]) if side else None for side in (snapshot.bids, snapshot.asks)],
    }


def candle(entry: Candle) -> Json:
    """One candle; `t` and `T` are its first and last millisecond."""
    return {
        "t": entry.open_time,
        "T": entry.close_time,
        "s": entry.coin,
        "i": entry.interval,
        "o": amount(entry.open),
        "c": amount(entry.close),
        "h": amount(entry.high),
        "l": amount(entry.low),
        "v": amount(entry.volume),
        "n": entry.trades,
    }


def funding_rate(rate: FundingRate) -> Json:
    """The rate of one hour."""
    return {
        "coin": rate.coin,
        "fundingRate": amount(rate.rate),
        "premium": amount(rate.premium),
        "time": rate.time,
    }


def _perp(perp: PerpInstrument) -> Json:
    shape: Json = {
        "szDecimals": perp.size_decimals,
        "name": perp.name,
        "maxLeverage": perp.max_leverage,
        "marginTableId": perp.margin_table_id,
    }
    return shape | ({"isDelisted": True} if perp.is_delisted else {})


def _margin_table(table: MarginTable) -> Json:
    return {
        "description": table.description,
        "marginTiers": [
            {"lowerBound": amount(tier.lower_bound), "maxLeverage": tier.max_leverage}
            for tier in table.tiers
        ],
    }


def _spot_token(token: SpotToken) -> Json:
    return {
        "name": token.name,
        "szDecimals": token.size_decimals,
        "weiDecimals": token.wei_decimals,
        "index": token.index,
        "tokenId": token.token_id,
        "isCanonical": token.is_canonical,
        "evmContract": None,
        "fullName": None,
    }


def _spot_pair(pair: SpotPair) -> Json:
    return {
        "tokens": [pair.base_token, pair.quote_token],
        "name": pair.name,
        "index": pair.index,
        "isCanonical": pair.is_canonical,
    }


def _level(level: BookLevel) -> Json:
    return {"px": amount(level.price), "sz": amount(level.size), "n": level.orders}
