"""What each refusal of a whole action means."""

import pytest

from trader.venues.hyperliquid.refusals import refusal
from trader.venues.venue import (
    ActionExpired,
    ActionOutcomeUnknown,
    ActionRefused,
    DuplicateNonce,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Invalid nonce: duplicate nonce 1700000000000", DuplicateNonce),
        ("Action already expired", ActionExpired),
        ("Invalid nonce: nonce too high 1800000000000 > 1700000000000", ActionRefused),
        ("Agent valid_until already expired.", ActionRefused),
        ("Must deposit before performing actions. User: 0x00", ActionRefused),
        ("Too many cumulative requests sent (97460 > 97456)", ActionRefused),
        ("Only post-only orders allowed immediately after a network upgrade", ActionRefused),
        ("Trading is halted.", ActionRefused),
        ("", ActionRefused),
    ],
)
def test_refusals(text: str, kind: type[Exception]) -> None:
    error = refusal(text)
    assert type(error) is kind
    assert str(error) == text


def test_a_nonce_pushed_out_of_the_window_proves_nothing_of_an_earlier_copy() -> None:
    error = refusal("Invalid nonce: nonce too low 1600000000000 < 1700000000000")
    assert type(error) is ActionOutcomeUnknown


@pytest.mark.parametrize("prefix", ["", "L1 error: "])
def test_an_unknown_signer_is_refused_with_a_hint(prefix: str) -> None:
    text = f"{prefix}User or API Wallet 0xfcad0b19bb29d4674531d6f115237e16afce377c does not exist."
    error = refusal(text)
    assert type(error) is ActionRefused
    assert str(error).startswith(text)
    assert "approved, unexpired agent" in str(error)
