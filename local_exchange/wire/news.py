"""What happened since the last publication, sorted by whom it concerns."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from local_exchange.engine.events import (
    BookChanged,
    CandleChanged,
    Event,
    FundingPaid,
    Liquidated,
    MidsChanged,
    NonUserCanceled,
    OrderUpdated,
    Traded,
    UserFilled,
)
from local_exchange.engine.fills import Fill, Trade
from local_exchange.engine.orders import OrderRecord
from local_exchange.wire.account_shapes import funding_terms, liquidation

Json = dict[str, Any]


@dataclass(slots=True)
class News:
    """Fills and updates by user, trades by coin, and which books, candles and mids changed.

    `other_events` are ready-made payloads of the channel `user` that are not fills.
    """

    updates: dict[str, list[OrderRecord]] = field(default_factory=lambda: defaultdict(list))
    fills: dict[str, list[Fill]] = field(default_factory=lambda: defaultdict(list))
    other_events: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    trades: dict[str, list[Trade]] = field(default_factory=lambda: defaultdict(list))
    books: list[str] = field(default_factory=list)
    candles: list[str] = field(default_factory=list)
    mids_changed: bool = False

    @property
    def concerns_accounts(self) -> bool:
        """Whether anything happened to a user, and not to the market alone."""
        return bool(self.updates or self.fills or self.other_events)


def news_of(events: Iterable[Event]) -> News:
    """Sort the events; within one user or coin their order is kept."""
    news = News()
    for event in events:
        _add(news, event)
    return news


def _add(news: News, event: Event) -> None:
    match event:
        case OrderUpdated(user, record):
            news.updates[user].append(record)
        case UserFilled(fill):
            news.fills[fill.user].append(fill)
        case Traded(trade):
            news.trades[trade.coin].append(trade)
        case BookChanged(coin):
            news.books.append(coin)
        case CandleChanged(coin):
            news.candles.append(coin)
        case MidsChanged():
            news.mids_changed = True
        case NonUserCanceled(user, coin, oid):
            cancel = {"coin": coin, "oid": oid}
            news.other_events[user].append({"nonUserCancel": [cancel]})
        case FundingPaid(user=user, time=time):
            terms = {"time": time} | funding_terms(event)
            news.other_events[user].append({"funding": terms})
        case Liquidated(user=user):
            news.other_events[user].append({"liquidation": liquidation(event)})
