"""The seed's `connect_websocket` on a real exchange."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from eth_account import Account

from tests.support.nonces import OwnNonces
from tests.support.real_processes import RealExchange
from tests.venues.builders import CLOID, limit_order
from trader.clock import utc_now
from trader.venues.credentials import Credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration
from trader.venues.hyperliquid.messages import Confirmed, Message, OrderNews, parse_message
from trader.venues.hyperliquid.subscriptions import account_channels
from trader.venues.orders import VenueOrderState


def test_it_tells_of_the_accounts_orders(exchange_process: RealExchange) -> None:
    account = Account.create()
    exchange_process.fund(account.address)
    venue = HyperliquidIntegration(
        url=exchange_process.url,
        account=account.address,
        credentials=Credentials(account),
        timeout=5.0,
        clock=utc_now,
        budget=OwnNonces(),
    )

    async def scene() -> list[Message]:
        heard: list[Message] = []
        async with venue.connect_websocket() as websocket:
            while sum(isinstance(message, Confirmed) for message in heard) < 3:
                heard.append(parse_message(await websocket.receive(), account.address))
            await asyncio.to_thread(place_resting_order, venue)
            while not isinstance(heard[-1], OrderNews):
                heard.append(parse_message(await websocket.receive(), account.address))
        return heard

    heard = asyncio.run(scene())
    confirmed = {m.subscription for m in heard if isinstance(m, Confirmed)}
    assert confirmed == account_channels(account.address)
    assert isinstance(heard[-1], OrderNews)
    (report,) = heard[-1].reports
    assert (report.cloid, report.state) == (CLOID, VenueOrderState.OPEN)


def place_resting_order(venue: HyperliquidIntegration) -> None:
    now = utc_now()
    order = limit_order(limit_price=Decimal(50_000))
    venue.place_order(order, now, now + timedelta(seconds=15))
