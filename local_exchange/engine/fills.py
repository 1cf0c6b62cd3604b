"""What a match leaves behind: a fill for either side, and the public trade."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from local_exchange.engine.orders import Side

FEE_TOKEN = "USDC"


class FillDirection(StrEnum):
    """What the fill did to the position, in the venue's words."""

    OPEN_LONG = "Open Long"
    OPEN_SHORT = "Open Short"
    CLOSE_LONG = "Close Long"
    CLOSE_SHORT = "Close Short"
    LONG_TO_SHORT = "Long > Short"
    SHORT_TO_LONG = "Short > Long"
    LIQUIDATED_CROSS_LONG = "Liquidated Cross Long"
    LIQUIDATED_CROSS_SHORT = "Liquidated Cross Short"
    LIQUIDATED_ISOLATED_LONG = "Liquidated Isolated Long"
    LIQUIDATED_ISOLATED_SHORT = "Liquidated Isolated Short"


class LiquidationMethod(StrEnum):
    """Whether the book took the position, or the house as the backstop."""

    MARKET = "market"
    BACKSTOP = "backstop"


@dataclass(frozen=True, slots=True)
class FillLiquidation:
    """Carried by both sides' fills of a liquidation."""

    liquidated_user: str
    mark_price: Decimal
    method: LiquidationMethod


@dataclass(frozen=True, slots=True)
class Fill:
    """One user's side of one match.

    `start_position` is the signed size before it, `closed_pnl` is gross of the fee and zero on
    opens, `fee` is in USDC (negative is a rebate), `crossed` is True for the taker. `tid` is
    shared by both sides of the match.
    """

    user: str
    coin: str
    price: Decimal
    size: Decimal
    side: Side
    time: int
    start_position: Decimal
    direction: FillDirection
    closed_pnl: Decimal
    hash: str
    oid: int
    crossed: bool
    fee: Decimal
    tid: int
    cloid: str | None
    liquidation: FillLiquidation | None


@dataclass(frozen=True, slots=True)
class Trade:
    """One match as the public sees it; `side` is the taker's."""

    coin: str
    side: Side
    price: Decimal
    size: Decimal
    time: int
    hash: str
    tid: int
    buyer: str
    seller: str
