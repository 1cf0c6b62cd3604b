"""What each refusal of a whole action means."""

import pytest

from trader.strands.strand import Json
from trader.venues.hyperliquid.refusals import refusal, requests_used_up
from trader.venues.refusal_cause import RefusalCause
from trader.venues.request_counter import RequestUse
from trader.venues.venue import (
    ActionExpired,
    ActionOutcomeUnknown,
    ActionRefused,
    BudgetExhausted,
    DuplicateNonce,
)


@pytest.mark.parametrize(
    ("text", "kind", "cause"),
    [
        (
            "Invalid nonce: duplicate nonce 1700000000000",
            DuplicateNonce,
            RefusalCause.UNKNOWN,
        ),
        ("Action already expired", ActionExpired, RefusalCause.UNKNOWN),
        (
            "Invalid nonce: nonce too high 1800000000000 > 1700000000000",
            ActionRefused,
            RefusalCause.NONCE,
        ),
        ("Agent valid_until already expired.", ActionRefused, RefusalCause.UNKNOWN),
        (
            "Must deposit before performing actions. User: 0x00",
            ActionRefused,
            RefusalCause.ACCOUNT,
        ),
        (
            "Only post-only orders allowed immediately after a network upgrade",
            ActionRefused,
            RefusalCause.POST_ONLY_PERIOD,
        ),
        ("Trading is halted.", ActionRefused, RefusalCause.TRADING_HALTED),
        ("", ActionRefused, RefusalCause.UNKNOWN),
    ],
)
def test_refusals(text: str, kind: type[ActionRefused], cause: RefusalCause) -> None:
    error = refusal(text)
    assert isinstance(error, ActionRefused)
    assert (type(error), str(error), error.cause) == (kind, text, cause)


def test_a_nonce_pushed_out_of_the_window_proves_nothing_of_an_earlier_copy() -> None:
    error = refusal("Invalid nonce: nonce too low 1600000000000 < 1700000000000")
    assert type(error) is ActionOutcomeUnknown


@pytest.mark.parametrize("prefix", ["", "L1 error: "])
def test_an_unknown_signer_is_refused_with_a_hint(prefix: str) -> None:
    text = f"{prefix}User or API Wallet 0xfcad0b19bb29d4674531d6f115237e16afce377c does not exist."
    error = refusal(text)
    assert isinstance(error, ActionRefused)
    assert error.cause is RefusalCause.SIGNER
    assert str(error).startswith(text)
    assert "approved, unexpired agent" in str(error)


USED_UP = (
    "Too many cumulative requests sent (97460 > 97456) for cumulative volume traded $87457.46. "
    "Place taker orders to free up 1 request per USDC traded."
)


def test_requests_that_are_used_up_may_be_sent_again_at_a_pace() -> None:
    error = refusal(USED_UP)
    assert isinstance(error, BudgetExhausted)
    assert (error.seconds, error.cause) == (10, RefusalCause.ADDRESS_BUDGET)
    assert "97460 > 97456" in str(error)


@pytest.mark.parametrize(
    ("reply", "use"),
    [
        ({"status": "err", "response": USED_UP}, RequestUse(used=97460, granted=97456)),
        ({"status": "err", "response": "Too many cumulative requests sent"}, None),
        ({"status": "err", "response": "Trading is halted."}, None),
        ({"status": "ok", "response": USED_UP}, None),
        ({"status": "err", "response": None}, None),
        (None, None),
    ],
)
def test_figures_of_a_refusal(reply: Json, use: RequestUse | None) -> None:
    assert requests_used_up(reply) == use
