"""From the exchange's events to the messages of its websocket channels.

One publication covers what happened since the last one: a user's order updates share a message,
and so do fills, as they do within one block of the venue.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from local_exchange.engine.exchange import Exchange
from local_exchange.engine.fills import Fill, Trade
from local_exchange.engine.orders import OrderRecord
from local_exchange.wire import market_shapes, order_shapes
from local_exchange.wire.hub import Hub
from local_exchange.wire.information import mids
from local_exchange.wire.news import News
from local_exchange.wire.subscriptions import (
    AllMids,
    AnySubscription,
    Bbo,
    Candles,
    L2Book,
    Trades,
    UserFills,
)

Json = dict[str, Any]
FAST_LEVELS = 5


def message(channel: str, data: Any) -> str:
    """One websocket message."""
    return json.dumps({"channel": channel, "data": data}, separators=(",", ":"))


class Publisher:
    """Tells those who listen what they asked to know."""

    def __init__(self, exchange: Exchange, hub: Hub) -> None:
        self._exchange = exchange
        self._hub = hub
        self._best_told: dict[str, Any] = {}

    def publish(self, news: News) -> None:
        """Queue the messages that tell the news."""
        self._publish_accounts(news)
        self._publish_market(news)

    def snapshot(self, subscription: AnySubscription) -> str | None:
        """What a new subscriber is told at once, if anything. KeyError for an unknown coin."""
        info = self._exchange.info
        match subscription:
            case AllMids():
                return self._mids(subscription)
            case Bbo(coin=coin):
                return message("bbo", market_shapes.best_prices(info.book(coin)))
            case L2Book():
                return self._book(subscription)
            case Candles():
                return self._candle(subscription)
            case Trades(coin=coin):
                info.recent_trades(coin)
                return None
            case UserFills(user=user):
                return _user_fills(info.fills(user), subscription, is_snapshot=True)
            case _:
                return None

    def _publish_accounts(self, news: News) -> None:
        for user, records in news.updates.items():
            self._hub.publish(("orderUpdates", user), partial(_order_updates, records))
        for user, fills in news.fills.items():
            self._hub.publish(("userFills", user), partial(_user_fills, fills))
            self._hub.publish(("userEvents", user), partial(_fill_event, fills))
        for user, events in news.other_events.items():
            for event in events:
                self._hub.publish(("userEvents", user), partial(_user_event, event))

    def _publish_market(self, news: News) -> None:
        for coin, trades in news.trades.items():
            self._hub.publish(("trades", coin), partial(_trades, trades))
        for coin in news.books:
            self._hub.publish(("bbo", coin), self._changed_bbo)
            self._hub.publish(("l2Book", coin), self._book)
        for coin in news.candles:
            self._hub.publish(("candle", coin), self._candle)
        if news.mids_changed:
            self._hub.publish(("allMids", ""), self._mids)

    def _mids(self, _subscription: AnySubscription) -> str:
        return message("allMids", {"mids": mids(self._exchange.info)})

    def _changed_bbo(self, subscription: AnySubscription) -> str | None:
        assert isinstance(subscription, Bbo)
        best = market_shapes.best_prices(self._exchange.info.book(subscription.coin))
        if best["bbo"] == self._best_told.get(subscription.coin):
            return None
        self._best_told[subscription.coin] = best["bbo"]
        return message("bbo", best)

    def _book(self, subscription: AnySubscription) -> str:
        assert isinstance(subscription, L2Book)
        snapshot = self._exchange.info.book(
            subscription.coin, subscription.n_sig_figs, subscription.mantissa or 1
        )
        shape = market_shapes.book(snapshot)
        if subscription.fast:
            shape["levels"] = [side[:FAST_LEVELS] for side in shape["levels"]]
        return message("l2Book", shape)

    def _candle(self, subscription: AnySubscription) -> str:
        assert isinstance(subscription, Candles)
        candle = self._exchange.info.last_candle(subscription.coin, subscription.interval)
        return message("candle", market_shapes.candle(candle))


def _order_updates(records: Sequence[OrderRecord], _subscription: AnySubscription) -> str:
    return message("orderUpdates", [order_shapes.order_update(record) for record in records])


def _user_fills(
    fills: Sequence[Fill], subscription: AnySubscription, is_snapshot: bool = False
) -> str:
    assert isinstance(subscription, UserFills)
    data = {"user": subscription.user, "fills": [order_shapes.fill(fill) for fill in fills]}
    return message("userFills", {"isSnapshot": True} | data if is_snapshot else data)


def _fill_event(fills: Sequence[Fill], _subscription: AnySubscription) -> str:
    return message("user", {"fills": [order_shapes.fill(fill) for fill in fills]})


def _user_event(event: Json, _subscription: AnySubscription) -> str:
    return message("user", event)


def _trades(trades: Sequence[Trade], _subscription: AnySubscription) -> str:
    return message("trades", [order_shapes.trade(trade) for trade in trades])
