"""The venue's nonce rule, the only thing that makes a signed request count at most once.

Per signer (not per account): the 100 highest nonces are kept; a new one must exceed the
smallest of them, must never have been used, and must lie within (T - 2 days, T + 1 day).
Source: the venue's document "Nonces and API wallets"; that duplicates are known for the whole
window, below the floor too, is measured.
"""

import heapq
from typing import Final

KEPT: Final = 100
DAY_MS: Final = 86_400_000
MAX_AGE_MS: Final = 2 * DAY_MS
MAX_LEAD_MS: Final = DAY_MS


class NonceRefusedError(Exception):
    """The request was not admitted; the text is the venue's."""


class NonceBook:
    """The nonces that were admitted, by signing address."""

    def __init__(self) -> None:
        self._signers: dict[str, _SignerNonces] = {}

    def admit(self, signer: str, nonce: int, now_ms: int) -> None:
        """Use up `nonce`, or raise NonceRefusedError and leave everything as it was."""
        self.check(signer, nonce, now_ms)
        nonces = self._signers.setdefault(signer, _SignerNonces())
        nonces.add(nonce)
        nonces.forget_before(now_ms - MAX_AGE_MS)

    def check(self, signer: str, nonce: int, now_ms: int) -> None:
        """Raise NonceRefusedError unless `nonce` can be used now; nothing changes."""
        if nonce <= now_ms - MAX_AGE_MS:
            raise NonceRefusedError(_too_low(nonce, now_ms - MAX_AGE_MS))
        if nonce >= now_ms + MAX_LEAD_MS:
            raise NonceRefusedError(
                f"Invalid nonce: nonce too high {nonce} > {now_ms + MAX_LEAD_MS}"
            )
        if signer in self._signers:
            self._signers[signer].check(nonce)


class _SignerNonces:
    def __init__(self) -> None:
        self._highest: list[int] = []
        self._used: set[int] = set()
        self._oldest_first: list[int] = []

    def check(self, nonce: int) -> None:
        if nonce in self._used:
            raise NonceRefusedError(f"Invalid nonce: duplicate nonce {nonce}")
        if len(self._highest) == KEPT and nonce <= self._highest[0]:
            raise NonceRefusedError(_too_low(nonce, self._highest[0]))

    def add(self, nonce: int) -> None:
        if len(self._highest) < KEPT:
            heapq.heappush(self._highest, nonce)
        else:
            heapq.heapreplace(self._highest, nonce)
        self._used.add(nonce)
        heapq.heappush(self._oldest_first, nonce)

    def forget_before(self, oldest_ms: int) -> None:
        """Drop what the time window refuses anyway, so that memory stays bounded."""
        while self._oldest_first and self._oldest_first[0] <= oldest_ms:
            self._used.discard(heapq.heappop(self._oldest_first))


def _too_low(nonce: int, oldest: int) -> str:
    return f"Invalid nonce: nonce too low {nonce} < {oldest}"
