"""Orders, instruments and addresses that the venue tests share."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trader.venues.instrument import Instrument, Side
from trader.venues.orders import OrderRequest, TimeInForce, Trigger, TriggerKind

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
PRIVATE_KEY = "0x" + "0123456789abcdef" * 4
ADDRESS = "0xfcad0b19bb29d4674531d6f115237e16afce377c"
CLOID = "0x000000000000000000000000000000a1"
META: dict[str, Any] = {
    "universe": [
        {"name": "BTC", "szDecimals": 5, "maxLeverage": 40, "marginTableId": 56},
        {"name": "ETH", "szDecimals": 4, "maxLeverage": 25, "marginTableId": 55},
        {"name": "kPEPE", "szDecimals": 0, "maxLeverage": 10, "marginTableId": 52},
        {"name": "MATIC", "szDecimals": 1, "maxLeverage": 20, "isDelisted": True},
    ],
    "marginTables": [],
    "collateralToken": 0,
}


def instrument(symbol: str = "BTC", asset: int = 0, size_decimals: int = 5) -> Instrument:
    """A perpetual with that many size decimals."""
    return Instrument(
        symbol=symbol,
        asset=asset,
        size_decimals=size_decimals,
        price_decimals=6 - size_decimals,
        max_leverage=40,
    )


BTC = instrument()
ETH = instrument("ETH", 1, 4)
KPEPE = instrument("kPEPE", 2, 0)


def limit_order(**changes: object) -> OrderRequest:
    """Buy 0.01 BTC at 60 000, good till cancelled, with these changes."""
    return OrderRequest.model_validate(
        {
            "cloid": CLOID,
            "symbol": "BTC",
            "side": Side.BUY,
            "size": Decimal("0.01"),
            "limit_price": Decimal(60_000),
            "time_in_force": TimeInForce.GTC,
            **changes,
        }
    )


def stop_order(**changes: object) -> OrderRequest:
    """Sell 0.01 BTC when the mark falls to 50 000, at 45 000 or better, with these changes."""
    return limit_order(
        **{
            "side": Side.SELL,
            "limit_price": Decimal(45_000),
            "time_in_force": None,
            "trigger": Trigger(kind=TriggerKind.STOP, price=Decimal(50_000)),
            "reduce_only": True,
            **changes,
        }
    )
