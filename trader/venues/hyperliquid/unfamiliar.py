"""Fields that the venue has added to its orders and fills: to be seen by people, not to stop us."""

import json

_UPDATE = frozenset({"order", "status", "statusTimestamp"})
_ORDER = frozenset(
    {"coin", "side", "limitPx", "sz", "oid", "timestamp", "origSz", "cloid", "reduceOnly"}
)
_FILL = frozenset(
    {
        *("coin", "px", "sz", "side", "time", "startPosition", "dir", "closedPnl", "hash", "oid"),
        *("crossed", "fee", "tid", "feeToken", "twapId", "cloid", "builderFee", "liquidation"),
    }
)


def unfamiliar_fields(text: str) -> frozenset[str]:
    """The unknown names in a message of `orderUpdates` or `userFills` that was understood.

    Other channels have none. Source: Hyperliquid, "Subscriptions".
    """
    message = json.loads(text)
    match message["channel"]:
        case "orderUpdates":
            updates = message["data"]
            orders = [update["order"] for update in updates]
            return _names(updates) - _UPDATE | _names(orders) - _ORDER
        case "userFills":
            return _names(message["data"]["fills"]) - _FILL
        case _:
            return frozenset()


def _names(items: list[dict[str, object]]) -> frozenset[str]:
    return frozenset(name for item in items for name in item)
