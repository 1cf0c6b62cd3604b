"""Every status of the venue has a state, and a new one is never taken for an end."""

import pytest

from trader.venues.hyperliquid.statuses import STATES, order_state
from trader.venues.orders import VenueOrderState

DOCUMENTED = [
    "open",
    "filled",
    "canceled",
    "triggered",
    "rejected",
    "marginCanceled",
    "vaultWithdrawalCanceled",
    "openInterestCapCanceled",
    "selfTradeCanceled",
    "reduceOnlyCanceled",
    "siblingFilledCanceled",
    "delistedCanceled",
    "liquidatedCanceled",
    "scheduledCancel",
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
]
UNDOCUMENTED = ["outcomeSettledCanceled", "internalCancel", "tooManyOpenOrdersRejected"]


def expected(status: str) -> VenueOrderState:
    if status in {"open", "filled", "triggered"}:
        return VenueOrderState(status)
    return VenueOrderState.REJECTED if "ejected" in status else VenueOrderState.CANCELLED


def test_the_table_holds_the_29_documented_statuses_and_3_more() -> None:
    assert len(DOCUMENTED) == 29
    assert set(STATES) == {*DOCUMENTED, *UNDOCUMENTED}


@pytest.mark.parametrize("status", [*DOCUMENTED, *UNDOCUMENTED])
def test_known_statuses(status: str) -> None:
    assert order_state(status) is expected(status)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("lunarEclipseCanceled", VenueOrderState.CANCELLED),
        ("lunarEclipseRejected", VenueOrderState.REJECTED),
        ("paused", VenueOrderState.UNRECOGNISED),
        ("Filled", VenueOrderState.UNRECOGNISED),
        ("partiallyFilled", VenueOrderState.UNRECOGNISED),
        ("CanceledPending", VenueOrderState.UNRECOGNISED),
        ("", VenueOrderState.UNRECOGNISED),
    ],
)
def test_unknown_statuses(status: str, state: VenueOrderState) -> None:
    assert order_state(status) is state


def test_an_unrecognised_status_is_not_an_end() -> None:
    assert not order_state("paused").is_terminal
