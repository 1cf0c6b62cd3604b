"""The instruments listed by default."""

from decimal import Decimal

from local_exchange.engine.instruments import (
    MarginTable,
    MarginTier,
    PerpInstrument,
    SpotPair,
    SpotToken,
    Universe,
)


def _table(table_id: int, description: str, *tiers: tuple[int, int]) -> MarginTable:
    return MarginTable(
        table_id, description, tuple(MarginTier(Decimal(bound), top) for bound, top in tiers)
    )


_MARGIN_TABLES = (
    _table(56, "tiered 40x", (0, 40), (150_000_000, 20)),
    _table(55, "tiered 25x", (0, 25), (100_000_000, 15)),
    _table(54, "tiered 20x", (0, 20), (70_000_000, 10)),
    _table(52, "tiered 10x", (0, 10), (20_000_000, 5)),
)

# name, size decimals, maximum leverage, margin table, initial price, delisted
_PERPS = (
    ("BTC", 5, 40, 56, "100000", False),
    ("ETH", 4, 25, 55, "3000", False),
    ("SOL", 2, 20, 54, "150", False),
    ("HYPE", 2, 10, 52, "40", False),
    ("DOGE", 0, 10, 52, "0.2", False),
    ("kPEPE", 0, 10, 52, "0.01", False),
    ("ARB", 1, 10, 52, "0.5", False),
    ("FTT", 1, 3, 3, "1", True),
)

_SPOT_TOKENS = (
    SpotToken("USDC", 0, 8, 8, "0x6d1e7cde53ba9467b783cb7c530ce054", True),
    SpotToken("PURR", 1, 0, 5, "0xc1fb593aeffbeb02f85e0308e9956a90", True),
    SpotToken("HYPE", 150, 2, 8, "0x0d01dc56dcaaca66ad901c959b4011ec", False),
)

_SPOT_PAIRS = (
    SpotPair("PURR/USDC", 0, 1, 0, True, Decimal("0.2")),
    SpotPair("@107", 107, 150, 0, False, Decimal("40")),
)


def default_universe() -> Universe:
    """Seven live perpetuals, a delisted one, and three spot tokens at sparse indices."""
    perps = tuple(
        PerpInstrument(asset, name, decimals, leverage, table, Decimal(price), delisted)
        for asset, (name, decimals, leverage, table, price, delisted) in enumerate(_PERPS)
    )
    return Universe(perps, _MARGIN_TABLES, _SPOT_TOKENS, _SPOT_PAIRS)
