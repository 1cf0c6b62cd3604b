"""What each request weighs in the IP address's budget.

Source: Hyperliquid, "Rate limits and user limits", "IP-based limits".
"""

from collections.abc import Mapping

from trader.strands.strand import Json

_DEFAULT_WEIGHT = 20
_WEIGHTS: Mapping[str, int] = {
    "l2Book": 2,
    "allMids": 2,
    "clearinghouseState": 2,
    "orderStatus": 2,
    "spotClearinghouseState": 2,
    "exchangeStatus": 2,
    "userRole": 60,
}
_ITEMS_PER_WEIGHT: Mapping[str, int] = {
    "recentTrades": 20,
    "historicalOrders": 20,
    "userFills": 20,
    "userFillsByTime": 20,
    "fundingHistory": 20,
    "userFunding": 20,
    "nonUserFundingUpdates": 20,
    "twapHistory": 20,
    "userTwapSliceFills": 20,
    "userTwapSliceFillsByTime": 20,
    "delegatorHistory": 20,
    "delegatorRewards": 20,
    "validatorStats": 20,
    "candleSnapshot": 60,
}
_ITEMS_PER_ACTION_WEIGHT = 40
_ITEM_LISTS = ("orders", "cancels", "modifies")


def query_weight(query_type: str) -> int:
    """The weight of an `/info` request of this type, before its reply is known."""
    return _WEIGHTS.get(query_type, _DEFAULT_WEIGHT)


def reply_weight(query_type: str, reply: Json) -> int:
    """What the reply weighs besides: some types cost more with every item returned."""
    items_per_weight = _ITEMS_PER_WEIGHT.get(query_type)
    if items_per_weight is None or not isinstance(reply, list):
        return 0
    return len(reply) // items_per_weight


def action_items(action: Mapping[str, Json]) -> int:
    """How many orders or cancellations an action holds; any other action counts as one."""
    lists = [action[name] for name in _ITEM_LISTS if name in action]
    return max(1, sum(len(items) for items in lists if isinstance(items, list)))


def action_weight(items: int) -> int:
    """The weight of an action of so many items."""
    return 1 + items // _ITEMS_PER_ACTION_WEIGHT
