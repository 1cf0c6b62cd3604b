"""An account that is watched, and trades of it."""

from datetime import datetime, timedelta
from decimal import Decimal

from tests.support.lifecycles import START
from trader.reconciliation.account import AccountState
from trader.venues.instrument import Side
from trader.venues.orders import Fill

NOW = START + timedelta(minutes=5)
OTHER_CLOID = "0x" + "f" * 32
ACCOUNT = AccountState(
    account_id="account:hyperliquid:0xabc",
    seq=0,
    since=START,
    created_at=START,
    updated_at=START,
    last_strand_id="strand",
)


def a_fill(
    cloid: str | None,
    *,
    trade_id: int = 999,
    traded_at: datetime = NOW,
    liquidation: bool = False,
) -> Fill:
    """1 BTC is sold by this order."""
    return Fill(
        trade_id=trade_id,
        order_id=555,
        cloid=cloid,
        symbol="BTC",
        side=Side.SELL,
        price=Decimal(30100),
        size=Decimal(1),
        fee=Decimal(0),
        fee_token="USDC",
        is_taker=True,
        realised=Decimal(0),
        position_before=Decimal(1),
        is_liquidation=liquidation,
        traded_at=traded_at,
    )
