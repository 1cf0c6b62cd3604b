"""Every word that the venue is known to say has its cause, and any other is UNKNOWN."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trader.venues.hyperliquid.causes import (
    HTTP_STATUSES,
    STATUSES,
    WORDS,
    cause_of_http_status,
    cause_of_status,
    cause_of_words,
)
from trader.venues.hyperliquid.statuses import STATES, order_state
from trader.venues.orders import VenueOrderState
from trader.venues.refusal_cause import RefusalCause

SAID = [
    ("Price must be divisible by tick size. asset=1", "price_form"),
    ("Order has invalid price.", "price_form"),
    ("Order has zero price.", "price_form"),
    ("Order must have minimum value of $10. asset=0", "minimum_notional"),
    ("Order must have minimum value of 10 USDC.", "minimum_notional"),
    ("Insufficient margin to place order. asset=0", "margin"),
    ("Insufficient spot balance asset=10000", "margin"),
    ("Order has insufficient spot balance to trade", "margin"),
    ("Reduce only order would increase position. asset=4", "reduce_only"),
    (
        "Post only order would have immediately matched, bbo was 0.56057@0.56086. asset=7",
        "post_only_would_trade",
    ),
    (
        "Order could not immediately match against any resting orders. asset=0",
        "no_liquidity",
    ),
    ("No liquidity available for market order. asset=0", "no_liquidity"),
    ("Invalid TP/SL price. asset=0", "trigger_passed"),
    (
        "Order would increase open interest while open interest is capped asset=3",
        "open_interest_cap",
    ),
    (
        "Order rejected due to price more aggressive than oracle while at open interest cap",
        "open_interest_cap",
    ),
    ("Order would increase open interest too quickly", "open_interest_cap"),
    ("Order price too far from oracle", "price_band"),
    ("Price too far from oracle asset=4", "price_band"),
    (
        "Order price cannot be more than 80% away from the reference price asset=0",
        "price_band",
    ),
    (
        "Order price cannot be more than 95% away from the reference price",
        "price_band",
    ),
    (
        "Order would cause position to exceed margin tier limit at current leverage asset=0",
        "position_limit",
    ),
    ("Order has invalid size.", "size"),
    ("Order has zero size.", "size"),
    ("Order value too large. Max is $5000000.", "size"),
    ("Order has invalid asset. asset=999", "unknown_symbol"),
    ("Invalid perp DEX", "unknown_symbol"),
    ("Too many open orders. asset=0", "open_order_limit"),
    ("Orders are empty.", "form"),
    ("Signed action over weight limit of 200.", "form"),
    ("Placing trigger orders is not enabled on spot trading yet.", "form"),
    ("Unexpected number of trigger orders", "form"),
    ("Main order cannot be trigger order.", "form"),
    ("Trigger order is not reduce only.", "form"),
    ("Trigger order has unexpected side.", "form"),
    (
        "Only post-only orders allowed immediately after a network upgrade",
        "post_only_period",
    ),
    (
        "Only post-only orders allowed immediately after network upgrade asset=0",
        "post_only_period",
    ),
    ("Trading is halted.", "trading_halted"),
    ("Trading is halted. asset=12", "trading_halted"),
    (
        "Too many cumulative requests sent (97460 > 97456) for cumulative volume traded "
        "$87457.46. Place taker orders to free up 1 request per USDC traded.",
        "address_budget",
    ),
    ("User or API Wallet 0xfcad does not exist.", "signer"),
    ("L1 error: User or API Wallet 0xfcad does not exist.", "signer"),
    ("Unable to recover signer.", "signer"),
    ("Must deposit before performing actions. User: 0x00", "account"),
    ("Vault not registered: 0x00", "account"),
    ("Vault may not perform this action.", "account"),
    ("Builder fee has not been approved.", "account"),
    ("Multi-sig required", "account"),
    ("Action disabled when unified account is active", "account"),
    ("Invalid nonce: duplicate nonce 1700000000000", "nonce"),
    ("Invalid nonce: nonce too low 1 < 2", "nonce"),
    ("Invalid nonce: nonce too high 2 > 1", "nonce"),
]


@pytest.mark.parametrize(("text", "cause"), SAID)
def test_the_words_of_a_refusal(text: str, cause: str) -> None:
    assert cause_of_words(text) == cause


@pytest.mark.parametrize(
    "text",
    ["", "sunspots", "asset=0", "Action already expired", "L1 error: ", "The order has zero"],
)
def test_words_that_nobody_knows(text: str) -> None:
    assert cause_of_words(text) is RefusalCause.UNKNOWN


def test_every_word_of_the_table_is_tested_here() -> None:
    known = [words for several in WORDS.values() for words in several]
    tested = [text.removeprefix("L1 error: ") for text, _ in SAID]

    assert [words for words in known if not any(text.startswith(words) for text in tested)] == []


def test_no_word_is_the_beginning_of_another() -> None:
    known = [words.lower() for several in WORDS.values() for words in several]

    assert [(a, b) for a in known for b in known if a is not b and b.startswith(a)] == []


@given(st.text())
@example("\0")
@example("ONLY  POST-ONLY\norders allowed")
def test_any_text_has_a_cause(text: str) -> None:
    assert cause_of_words(text) in RefusalCause


@given(st.sampled_from(SAID), st.text(max_size=20))
def test_what_follows_the_words_changes_no_cause(said: tuple[str, str], more: str) -> None:
    text, cause = said
    assert cause_of_words(f"{text} {more}") == cause_of_words(f"  {text.upper()}") == cause


def test_every_status_that_refuses_or_ends_an_order_is_in_the_table_once() -> None:
    ends = {VenueOrderState.CANCELLED, VenueOrderState.REJECTED}
    known = [status for several in STATUSES.values() for status in several]

    assert sorted(known) == sorted(s for s in STATES if STATES[s] in ends and s != "canceled")


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("openInterestCapCanceled", RefusalCause.OPEN_INTEREST_CAP),
        ("positionIncreaseAtOpenInterestCapRejected", RefusalCause.OPEN_INTEREST_CAP),
        ("positionFlipAtOpenInterestCapRejected", RefusalCause.OPEN_INTEREST_CAP),
        ("tooAggressiveAtOpenInterestCapRejected", RefusalCause.OPEN_INTEREST_CAP),
        ("openInterestIncreaseRejected", RefusalCause.OPEN_INTEREST_CAP),
        ("oracleRejected", RefusalCause.PRICE_BAND),
        ("tooManyOpenOrdersRejected", RefusalCause.OPEN_ORDER_LIMIT),
        ("minTradeNtlRejected", RefusalCause.MINIMUM_NOTIONAL),
        ("tickRejected", RefusalCause.PRICE_FORM),
        ("perpMarginRejected", RefusalCause.MARGIN),
        ("marginCanceled", RefusalCause.MARGIN),
        ("insufficientSpotBalanceRejected", RefusalCause.MARGIN),
        ("perpMaxPositionRejected", RefusalCause.POSITION_LIMIT),
        ("reduceOnlyRejected", RefusalCause.REDUCE_ONLY),
        ("reduceOnlyCanceled", RefusalCause.REDUCE_ONLY),
        ("badAloPxRejected", RefusalCause.POST_ONLY_WOULD_TRADE),
        ("iocCancelRejected", RefusalCause.NO_LIQUIDITY),
        ("marketOrderNoLiquidityRejected", RefusalCause.NO_LIQUIDITY),
        ("badTriggerPxRejected", RefusalCause.TRIGGER_PASSED),
        ("selfTradeCanceled", RefusalCause.SELF_TRADE),
        ("siblingFilledCanceled", RefusalCause.SIBLING_FILLED),
        ("liquidatedCanceled", RefusalCause.LIQUIDATION),
        ("vaultWithdrawalCanceled", RefusalCause.WITHDRAWAL),
        ("scheduledCancel", RefusalCause.SCHEDULED_CANCEL),
        ("delistedCanceled", RefusalCause.UNKNOWN_SYMBOL),
        ("outcomeSettledCanceled", RefusalCause.UNKNOWN_SYMBOL),
        ("rejected", RefusalCause.UNKNOWN),
        ("internalCancel", RefusalCause.UNKNOWN),
        ("lunarEclipseRejected", RefusalCause.UNKNOWN),
        ("lunarEclipseCanceled", RefusalCause.UNKNOWN),
        ("canceled", None),
        ("open", None),
        ("triggered", None),
        ("filled", None),
        ("paused", None),
        ("", None),
    ],
)
def test_the_status_of_an_order(status: str, cause: RefusalCause | None) -> None:
    assert cause_of_status(status) is cause


@given(st.text() | st.text().map(lambda text: text + "Rejected"))
def test_any_status_has_a_cause_when_it_is_an_end(status: str) -> None:
    ended = order_state(status) in {VenueOrderState.CANCELLED, VenueOrderState.REJECTED}

    assert (cause_of_status(status) is not None) is (ended and status != "canceled")


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (429, RefusalCause.RATE_LIMIT),
        (400, RefusalCause.FORM),
        (415, RefusalCause.FORM),
        (422, RefusalCause.FORM),
        (403, RefusalCause.UNKNOWN),
        (404, RefusalCause.UNKNOWN),
    ],
)
def test_an_http_status(status: int, cause: RefusalCause) -> None:
    assert cause_of_http_status(status) is cause


def test_no_word_or_status_has_two_causes() -> None:
    for table in (WORDS, STATUSES, HTTP_STATUSES):
        everything = [word for several in table.values() for word in several]
        assert len(everything) == len(set(everything))
