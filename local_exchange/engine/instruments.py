"""What is traded: perpetuals with their margin tables, and the read-only spot universe.

Asset ids follow the venue: a perpetual's id is its index in the universe, a spot pair's id is
10000 plus the pair's own index. Spot indices are sparse, so a list position is never an index.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

SPOT_ASSET_BASE = 10_000
PERP_PRICE_DECIMALS = 6
FLAT_MARGIN_TABLE_LIMIT = 50
"""Margin table ids below this mean a flat table with that leverage, and are not listed."""


@dataclass(frozen=True, slots=True)
class MarginTier:
    """From `lower_bound` USDC of notional upwards, leverage is at most `max_leverage`."""

    lower_bound: Decimal
    max_leverage: int


@dataclass(frozen=True, slots=True)
class MarginTable:
    """Tiers in rising order of their lower bound; the first starts at zero."""

    id: int
    description: str
    tiers: tuple[MarginTier, ...]


@dataclass(frozen=True, slots=True)
class PerpInstrument:
    """A perpetual. `initial_price` is where its market starts, in USDC."""

    asset: int
    name: str
    size_decimals: int
    max_leverage: int
    margin_table_id: int
    initial_price: Decimal
    is_delisted: bool = False

    @property
    def price_decimals(self) -> int:
        """The most decimals a price may have."""
        return PERP_PRICE_DECIMALS - self.size_decimals


@dataclass(frozen=True, slots=True)
class SpotToken:
    """A spot token, known by its sparse `index`."""

    name: str
    index: int
    size_decimals: int
    wei_decimals: int
    token_id: str
    is_canonical: bool


@dataclass(frozen=True, slots=True)
class SpotPair:
    """A spot pair of two token indices, known by its sparse `index`; `name` is its coin string."""

    name: str
    index: int
    base_token: int
    quote_token: int
    is_canonical: bool
    price: Decimal

    @property
    def asset(self) -> int:
        """The asset id used in orders."""
        return SPOT_ASSET_BASE + self.index


@dataclass(frozen=True)
class Universe:
    """Everything listed. A perpetual's place in `perps` is its asset id."""

    perps: tuple[PerpInstrument, ...]
    margin_tables: tuple[MarginTable, ...]
    spot_tokens: tuple[SpotToken, ...]
    spot_pairs: tuple[SpotPair, ...]

    @cached_property
    def perps_by_name(self) -> dict[str, PerpInstrument]:
        """Every perpetual, delisted ones included, by coin."""
        return {perp.name: perp for perp in self.perps}

    @cached_property
    def spot_pairs_by_asset(self) -> dict[int, SpotPair]:
        """Every spot pair by asset id (10000 + index)."""
        return {pair.asset: pair for pair in self.spot_pairs}

    @cached_property
    def margin_tables_by_id(self) -> dict[int, MarginTable]:
        """The listed (not flat) margin tables by id."""
        return {table.id: table for table in self.margin_tables}

    def perp(self, asset: int) -> PerpInstrument | None:
        """The perpetual of this asset id, or None."""
        return self.perps[asset] if 0 <= asset < len(self.perps) else None

    def margin_table(self, perp: PerpInstrument) -> MarginTable:
        """The perpetual's margin table; flat ones are made from their id."""
        if perp.margin_table_id < FLAT_MARGIN_TABLE_LIMIT:
            tier = MarginTier(Decimal(0), perp.margin_table_id)
            return MarginTable(perp.margin_table_id, "", (tier,))
        return self.margin_tables_by_id[perp.margin_table_id]
