"""How the tests reach the local exchange through the adapter."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.support.nonces import OwnNonces
from tests.venues.exchange_process import ExchangeProcess
from trader.clock import utc_now
from trader.venues.credentials import Credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration

MID = Decimal(60_000)
NONCES = OwnNonces()


def connect(
    exchange: ExchangeProcess, credentials: Credentials, account: str
) -> HyperliquidIntegration:
    return HyperliquidIntegration(
        url=exchange.url,
        account=account,
        credentials=credentials,
        timeout=5.0,
        clock=utc_now,
        budget=NONCES,
    )


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=15)
