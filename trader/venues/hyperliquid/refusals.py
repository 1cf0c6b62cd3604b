"""What the venue's refusal of a whole action means for the caller."""

import re

from trader.errors import TraderError
from trader.strands.strand import Json
from trader.venues.hyperliquid.causes import cause_of_words
from trader.venues.refusal_cause import RefusalCause
from trader.venues.request_counter import PACE_SECONDS, RequestUse
from trader.venues.venue import (
    ActionExpired,
    ActionOutcomeUnknown,
    ActionRefused,
    BudgetExhausted,
    DuplicateNonce,
)

_DUPLICATE_NONCE = re.compile(r"\bduplicate nonce\b", re.IGNORECASE)
_NONCE_TOO_LOW = re.compile(r"\bnonce too low\b", re.IGNORECASE)
_EXPIRED = re.compile(r"\baction\b.*\bexpired\b", re.IGNORECASE)
_REQUESTS_USED = re.compile(r"Too many cumulative requests sent \((\d+) > (\d+)\)")
_SIGNER_HINT = (
    "check that the key is an approved, unexpired agent of the account, and that the network "
    "is the one it was approved on"
)


def refusal(text: str) -> TraderError:
    """The exception for a reply `{"status": "err", "response": text}`."""
    if _DUPLICATE_NONCE.search(text):
        return DuplicateNonce(text)
    if _NONCE_TOO_LOW.search(text):
        # Newer nonces have pushed this one out of the venue's window: this copy is refused, but
        # an earlier copy may be among those that have left the window.
        return ActionOutcomeUnknown(text)
    if _EXPIRED.search(text):
        return ActionExpired(text)
    cause = cause_of_words(text)
    if cause is RefusalCause.ADDRESS_BUDGET:
        # The address may go on at a pace; the request itself was good.
        return BudgetExhausted(text, PACE_SECONDS, cause)
    if cause is RefusalCause.SIGNER:
        return ActionRefused(f"{text} ({_SIGNER_HINT})", cause)
    return ActionRefused(text, cause)


def requests_used_up(reply: Json) -> RequestUse | None:
    """The figures of a reply that refuses an action because the address has none left."""
    match reply:
        case {"status": "err", "response": str(text)}:
            figures = _REQUESTS_USED.match(text)
            return RequestUse(int(figures[1]), int(figures[2])) if figures else None
        case _:
            return None
