"""POST /info behind the HTTP: each query's answer as the venue's JSON."""

from collections.abc import Callable
from typing import Any, Final

from local_exchange.engine.exchange import Exchange
from local_exchange.engine.info import Info
from local_exchange.wire import account_shapes, market_shapes, order_shapes
from local_exchange.wire.queries import (
    AccountQuery,
    ActiveAssetQuery,
    BookQuery,
    CandleQuery,
    DexQuery,
    FillsByTimeQuery,
    FillsQuery,
    FundingHistoryQuery,
    OrderStatusQuery,
    Query,
    RecentTradesQuery,
    UserFundingQuery,
    VenueQuery,
)
from local_exchange.wire.scalars import amount

Json = dict[str, Any]

UNKNOWN_ORDER: Final[Json] = {"status": "unknownOid"}


def answer(exchange: Exchange, query: Query) -> Any:
    """The JSON value of the answer."""
    info = exchange.info
    match query:
        case DexQuery():
            return _DEX_ANSWERS[query.type](info)
        case VenueQuery():
            return _VENUE_ANSWERS[query.type](exchange)
        case AccountQuery():
            return _ACCOUNT_ANSWERS[query.type](info, query.user)
        case OrderStatusQuery():
            return _order_status(info, query)
        case FillsQuery():
            return [order_shapes.fill(fill) for fill in info.fills(query.user)]
        case FillsByTimeQuery():
            fills = info.fills_by_time(query.user, query.start_time, query.end_time)
            return [order_shapes.fill(fill) for fill in fills]
        case UserFundingQuery():
            payments = info.funding_payments(query.user, query.start_time, query.end_time)
            return [account_shapes.funding_payment(payment) for payment in payments]
        case _:
            return _coin_answer(info, query)


def _coin_answer(
    info: Info,
    query: BookQuery | CandleQuery | RecentTradesQuery | FundingHistoryQuery | ActiveAssetQuery,
) -> Any:
    """For an unknown coin the venue answers null."""
    try:
        return _known_coin_answer(info, query)
    except KeyError:
        return None


def _known_coin_answer(
    info: Info,
    query: BookQuery | CandleQuery | RecentTradesQuery | FundingHistoryQuery | ActiveAssetQuery,
) -> Any:
    match query:
        case BookQuery():
            snapshot = info.book(query.coin, query.n_sig_figs, query.mantissa or 1)
            return market_shapes.book(snapshot)
        case CandleQuery(req=span):
            candles = info.candles(span.coin, span.interval, span.start_time, span.end_time)
            return [market_shapes.candle(candle) for candle in candles]
        case RecentTradesQuery():
            return [order_shapes.trade(trade) for trade in info.recent_trades(query.coin)]
        case FundingHistoryQuery():
            rates = info.funding_history(query.coin, query.start_time, query.end_time)
            return [market_shapes.funding_rate(rate) for rate in rates]
        case ActiveAssetQuery(user=user, coin=coin):
            return account_shapes.active_asset(user, coin, info.active_asset(user, coin))


def _order_status(info: Info, query: OrderStatusQuery) -> Json:
    if isinstance(query.oid, int):
        record = info.order_by_oid(query.user, query.oid)
    else:
        record = info.order_by_cloid(query.user, query.oid)
    if record is None:
        return UNKNOWN_ORDER
    return {"status": "order", "order": order_shapes.order_record(record)}


def _contexts(info: Info) -> list[Any]:
    contexts = [market_shapes.asset_context(context) for context in info.asset_contexts()]
    return [market_shapes.perp_meta(info.universe), contexts]


def mids(info: Info) -> dict[str, str]:
    """Every coin's mid."""
    return {coin: amount(mid) for coin, mid in info.mids().items()}


def _spot_contexts(exchange: Exchange) -> list[Any]:
    universe = exchange.info.universe
    contexts = [market_shapes.spot_context(pair) for pair in universe.spot_pairs]
    return [market_shapes.spot_meta(universe), contexts]


_DEX_ANSWERS: Final[dict[str, Callable[[Info], Any]]] = {
    "meta": lambda info: market_shapes.perp_meta(info.universe),
    "metaAndAssetCtxs": _contexts,
    "allMids": mids,
}
_VENUE_ANSWERS: Final[dict[str, Callable[[Exchange], Any]]] = {
    "spotMeta": lambda exchange: market_shapes.spot_meta(exchange.info.universe),
    "spotMetaAndAssetCtxs": _spot_contexts,
    "perpDexs": lambda _exchange: [None],
    "exchangeStatus": lambda exchange: {"time": exchange.now_ms, "specialStatuses": None},
}
_ACCOUNT_ANSWERS: Final[dict[str, Callable[[Info, str], Any]]] = {
    "clearinghouseState": lambda info, user: account_shapes.clearinghouse_state(
        info.clearinghouse_state(user)
    ),
    "spotClearinghouseState": lambda info, user: {
        "balances": [account_shapes.spot_balance(entry) for entry in info.spot_balances(user)]
    },
    "openOrders": lambda info, user: [
        order_shapes.open_order(order) for order in info.open_orders(user)
    ],
    "frontendOpenOrders": lambda info, user: [
        order_shapes.frontend_order(order) for order in info.open_orders(user)
    ],
    "historicalOrders": lambda info, user: [
        order_shapes.order_record(record) for record in info.historical_orders(user)
    ],
    "userFees": lambda info, user: account_shapes.user_fees(info.fees(user)),
    "userRateLimit": lambda info, user: account_shapes.rate_limit(info.rate_limit(user)),
    "userRole": lambda info, user: account_shapes.user_role(info.role(user)),
    "userAbstraction": lambda _info, _user: "default",
    "extraAgents": lambda info, user: [
        account_shapes.extra_agent(agent) for agent in info.extra_agents(user)
    ],
    "subAccounts": lambda _info, _user: None,
}
