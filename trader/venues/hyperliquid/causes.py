"""What the venue's words for a refusal mean, in the causes that are no venue's.

Sources: Hyperliquid, "Error responses" and "Info endpoint", "Query order status"; words that the
document lacks, or has otherwise, are as seen in replies.
"""

from collections.abc import Mapping
from typing import TypeVar

from trader.venues.hyperliquid.statuses import CANCELLED_AS_ASKED, order_state
from trader.venues.orders import VenueOrderState
from trader.venues.refusal_cause import RefusalCause

T = TypeVar("T")

WORDS: Mapping[RefusalCause, tuple[str, ...]] = {
    RefusalCause.POST_ONLY_PERIOD: ("Only post-only orders allowed",),
    RefusalCause.TRADING_HALTED: ("Trading is halted",),
    RefusalCause.ADDRESS_BUDGET: ("Too many cumulative requests sent",),
    RefusalCause.OPEN_INTEREST_CAP: (
        "Order would increase open interest while open interest is capped",
        "Order would increase open interest too quickly",
        "Order rejected due to price more aggressive than oracle while at open interest cap",
    ),
    RefusalCause.PRICE_BAND: (
        "Order price cannot be more than",
        "Order price too far from oracle",
        "Price too far from oracle",
    ),
    RefusalCause.OPEN_ORDER_LIMIT: ("Too many open orders",),
    RefusalCause.SIZE: (
        "Order has invalid size",
        "Order has zero size",
        "Order value too large",
    ),
    RefusalCause.MINIMUM_NOTIONAL: ("Order must have minimum value of",),
    RefusalCause.PRICE_FORM: (
        "Price must be divisible by tick size",
        "Order has invalid price",
        "Order has zero price",
    ),
    RefusalCause.FORM: (
        "Orders are empty",
        "Signed action over weight limit",
        "Placing trigger orders is not enabled on spot trading yet",
        "Unexpected number of trigger orders",
        "Main order cannot be trigger order",
        "Trigger order is not reduce only",
        "Trigger order has unexpected side",
    ),
    RefusalCause.UNKNOWN_SYMBOL: ("Order has invalid asset", "Invalid perp DEX"),
    RefusalCause.MARGIN: (
        "Insufficient margin to place order",
        "Insufficient spot balance",
        "Order has insufficient spot balance to trade",
    ),
    RefusalCause.POSITION_LIMIT: ("Order would cause position to exceed margin tier limit",),
    RefusalCause.REDUCE_ONLY: ("Reduce only order would increase position",),
    RefusalCause.POST_ONLY_WOULD_TRADE: ("Post only order would have immediately matched",),
    RefusalCause.NO_LIQUIDITY: (
        "Order could not immediately match",
        "No liquidity available for market order",
    ),
    RefusalCause.TRIGGER_PASSED: ("Invalid TP/SL price",),
    RefusalCause.SIGNER: ("User or API Wallet", "Unable to recover signer"),
    RefusalCause.ACCOUNT: (
        "Must deposit before performing actions",
        "Multi-sig required",
        "Vault not registered",
        "Vault may not perform this action",
        "Builder fee has not been approved",
        "Action disabled when unified account is active",
    ),
    RefusalCause.NONCE: ("Invalid nonce",),
}
"""Beginnings of the venue's words; most of them go on with ` asset=N`, some with figures."""

STATUSES: Mapping[RefusalCause, tuple[str, ...]] = {
    RefusalCause.OPEN_INTEREST_CAP: (
        "openInterestCapCanceled",
        "positionIncreaseAtOpenInterestCapRejected",
        "positionFlipAtOpenInterestCapRejected",
        "tooAggressiveAtOpenInterestCapRejected",
        "openInterestIncreaseRejected",
    ),
    RefusalCause.PRICE_BAND: ("oracleRejected",),
    RefusalCause.OPEN_ORDER_LIMIT: ("tooManyOpenOrdersRejected",),
    RefusalCause.MINIMUM_NOTIONAL: ("minTradeNtlRejected",),
    RefusalCause.PRICE_FORM: ("tickRejected",),
    RefusalCause.UNKNOWN_SYMBOL: ("delistedCanceled", "outcomeSettledCanceled"),
    RefusalCause.MARGIN: (
        "marginCanceled",
        "perpMarginRejected",
        "insufficientSpotBalanceRejected",
    ),
    RefusalCause.POSITION_LIMIT: ("perpMaxPositionRejected",),
    RefusalCause.REDUCE_ONLY: ("reduceOnlyRejected", "reduceOnlyCanceled"),
    RefusalCause.POST_ONLY_WOULD_TRADE: ("badAloPxRejected",),
    RefusalCause.NO_LIQUIDITY: ("iocCancelRejected", "marketOrderNoLiquidityRejected"),
    RefusalCause.TRIGGER_PASSED: ("badTriggerPxRejected",),
    RefusalCause.SELF_TRADE: ("selfTradeCanceled",),
    RefusalCause.SIBLING_FILLED: ("siblingFilledCanceled",),
    RefusalCause.LIQUIDATION: ("liquidatedCanceled",),
    RefusalCause.WITHDRAWAL: ("vaultWithdrawalCanceled",),
    RefusalCause.SCHEDULED_CANCEL: ("scheduledCancel",),
    RefusalCause.UNKNOWN: ("rejected", "internalCancel"),
}
"""The statuses of orders that the venue refused or ended of its own accord."""

HTTP_STATUSES: Mapping[RefusalCause, tuple[int, ...]] = {
    RefusalCause.RATE_LIMIT: (429,),
    RefusalCause.FORM: (400, 415, 422),
}
"""The HTTP statuses that say why; what they refuse was never looked at."""

_PREFIX = "l1 error: "
_ENDED = (VenueOrderState.CANCELLED, VenueOrderState.REJECTED)


def cause_of_words(text: str) -> RefusalCause:
    """The cause of an order's error, or of a refused action: by how the text begins."""
    said = " ".join(text.split()).lower().removeprefix(_PREFIX)
    causes = (cause for words, cause in _BY_WORDS.items() if said.startswith(words))
    return next(causes, RefusalCause.UNKNOWN)


def cause_of_status(venue_status: str) -> RefusalCause | None:
    """The cause of an order's end; None of one that goes on, filled, or ended as it was asked."""
    if venue_status == CANCELLED_AS_ASKED or order_state(venue_status) not in _ENDED:
        return None
    return _BY_STATUS.get(venue_status, RefusalCause.UNKNOWN)


def cause_of_http_status(status: int) -> RefusalCause:
    """The cause of a reply with an HTTP status that is none of success."""
    return _BY_HTTP_STATUS.get(status, RefusalCause.UNKNOWN)


def _inverted(table: Mapping[RefusalCause, tuple[T, ...]]) -> dict[T, RefusalCause]:
    return {word: cause for cause, words in table.items() for word in words}


_BY_WORDS = {words.lower(): cause for words, cause in _inverted(WORDS).items()}
_BY_STATUS = _inverted(STATUSES)
_BY_HTTP_STATUS = _inverted(HTTP_STATUSES)
