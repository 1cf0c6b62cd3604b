"""What one connection is subscribed to; a new connection starts with nothing."""

from collections.abc import Set
from dataclasses import dataclass

from trader.venues.hyperliquid.subscriptions import (
    ALL_MIDS,
    Subscription,
    account_channels,
    asset_context,
    best_prices,
    request,
)
from trader.venues.hyperliquid.websocket import Websocket


@dataclass(frozen=True, slots=True)
class Interest:
    """What the Trader wants to hear: of one account, of symbols, and of marks where one waits."""

    account: str
    symbols: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()

    def subscriptions(self) -> frozenset[Subscription]:
        """Every subscription that this takes."""
        prices = map(best_prices, self.symbols)
        contexts = map(asset_context, self.marks)
        return account_channels(self.account) | {ALL_MIDS, *prices, *contexts}


class Subscriptions:
    """Those of one connection."""

    def __init__(self, websocket: Websocket) -> None:
        self._websocket = websocket
        self._asked: frozenset[Subscription] = frozenset()
        self._confirmed: set[Subscription] = set()

    async def become(self, wanted: frozenset[Subscription]) -> None:
        """End what is no longer wanted, begin what is new. Raises ConnectionLost."""
        ended, begun = self._asked - wanted, wanted - self._asked
        self._asked = wanted
        self._confirmed -= ended
        for subscription in ended:
            await self._websocket.send(request("unsubscribe", subscription))
        for subscription in begun:
            await self._websocket.send(request("subscribe", subscription))

    def confirm(self, subscription: Subscription) -> None:
        """The venue has begun this one."""
        self._confirmed.add(subscription)

    def has(self, subscriptions: Set[Subscription]) -> bool:
        """Whether the venue has begun all of these."""
        return subscriptions <= self._confirmed
