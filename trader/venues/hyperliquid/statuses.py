"""The venue's order statuses in the words of our own lifecycle."""

from trader.venues.orders import VenueOrderState

_LIVE = {
    "open": VenueOrderState.OPEN,
    "triggered": VenueOrderState.TRIGGERED,
    "filled": VenueOrderState.FILLED,
}
CANCELLED_AS_ASKED = "canceled"
"""By its owner, or because it was immediate and could trade no more."""

_CANCELLED = (
    CANCELLED_AS_ASKED,
    "marginCanceled",
    "vaultWithdrawalCanceled",
    "openInterestCapCanceled",
    "selfTradeCanceled",
    "reduceOnlyCanceled",
    "siblingFilledCanceled",
    "delistedCanceled",
    "liquidatedCanceled",
    "scheduledCancel",
    # Seen in replies, not in the document.
    "outcomeSettledCanceled",
    "internalCancel",
)
_REJECTED = (
    "rejected",
    "tickRejected",
    "minTradeNtlRejected",
    "perpMarginRejected",
    "reduceOnlyRejected",
    "badAloPxRejected",
    "iocCancelRejected",
    "badTriggerPxRejected",
    "marketOrderNoLiquidityRejected",
    "positionIncreaseAtOpenInterestCapRejected",
    "positionFlipAtOpenInterestCapRejected",
    "tooAggressiveAtOpenInterestCapRejected",
    "openInterestIncreaseRejected",
    "insufficientSpotBalanceRejected",
    "oracleRejected",
    "perpMaxPositionRejected",
    # Seen in replies, not in the document.
    "tooManyOpenOrdersRejected",
)

STATES: dict[str, VenueOrderState] = {
    **_LIVE,
    **dict.fromkeys(_CANCELLED, VenueOrderState.CANCELLED),
    **dict.fromkeys(_REJECTED, VenueOrderState.REJECTED),
}
"""Every known status. Source: Hyperliquid, "Info endpoint", "Query order status"."""

_SUFFIXES = {"Canceled": VenueOrderState.CANCELLED, "Rejected": VenueOrderState.REJECTED}


def order_state(venue_status: str) -> VenueOrderState:
    """The state of a status: known by name, or by its ending; otherwise UNRECOGNISED."""
    state = STATES.get(venue_status)
    return _state_by_suffix(venue_status) if state is None else state


def _state_by_suffix(venue_status: str) -> VenueOrderState:
    for suffix, state in _SUFFIXES.items():
        if venue_status.endswith(suffix):
            return state
    return VenueOrderState.UNRECOGNISED
