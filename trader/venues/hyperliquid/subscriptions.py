"""What can be subscribed to on the venue's websocket, and the messages that ask for it.

User channels are public by address: no key is needed. Source: Hyperliquid, "Subscriptions".
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Channel(StrEnum):
    """A subscription's type, which its channel carries too (userEvents: `user`)."""

    ALL_MIDS = "allMids"
    BEST_PRICES = "bbo"
    ASSET_CONTEXT = "activeAssetCtx"
    ORDER_UPDATES = "orderUpdates"
    USER_FILLS = "userFills"
    USER_EVENTS = "userEvents"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel of one coin, of one user (an address in lower case), or of neither."""

    channel: Channel
    coin: str | None = None
    user: str | None = None


ALL_MIDS = Subscription(Channel.ALL_MIDS)


def best_prices(coin: str) -> Subscription:
    """Best bid and ask of a coin, told when they change."""
    return Subscription(Channel.BEST_PRICES, coin=coin)


def asset_context(coin: str) -> Subscription:
    """Mark and mid of a coin, told about once a second."""
    return Subscription(Channel.ASSET_CONTEXT, coin=coin)


def account_channels(account: str) -> frozenset[Subscription]:
    """Everything that the venue tells of an account's orders and trades."""
    channels = (Channel.ORDER_UPDATES, Channel.USER_FILLS, Channel.USER_EVENTS)
    return frozenset(Subscription(channel, user=account.lower()) for channel in channels)


def request(method: Literal["subscribe", "unsubscribe"], subscription: Subscription) -> str:
    """The message that starts or ends a subscription."""
    wanted = {"type": subscription.channel, "coin": subscription.coin, "user": subscription.user}
    named = {name: value for name, value in wanted.items() if value is not None}
    return json.dumps({"method": method, "subscription": named})
