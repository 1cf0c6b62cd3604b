"""The nonce rule as a table, and as a property over any order of arrival."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_exchange.wire.nonces import DAY_MS, KEPT, NonceBook, NonceRefusedError

NOW = 1_700_000_000_000
OLDEST = NOW - 2 * DAY_MS
NEWEST = NOW + DAY_MS


@pytest.mark.parametrize("nonce", [NOW, NOW - 1, OLDEST + 1, NEWEST - 1])
def test_inside_the_window_is_admitted_once(nonce: int) -> None:
    book = NonceBook()
    book.admit("0xa", nonce, NOW)
    with pytest.raises(NonceRefusedError, match=f"^Invalid nonce: duplicate nonce {nonce}$"):
        book.admit("0xa", nonce, NOW)


@pytest.mark.parametrize(
    ("nonce", "text"),
    [
        (OLDEST, f"Invalid nonce: nonce too low {OLDEST} < {OLDEST}"),
        (0, f"Invalid nonce: nonce too low 0 < {OLDEST}"),
        (NEWEST, f"Invalid nonce: nonce too high {NEWEST} > {NEWEST}"),
    ],
)
def test_outside_the_window_is_refused(nonce: int, text: str) -> None:
    with pytest.raises(NonceRefusedError) as refused:
        NonceBook().admit("0xa", nonce, NOW)
    assert str(refused.value) == text


def filled_book(first: int) -> NonceBook:
    book = NonceBook()
    for nonce in range(first, first + KEPT):
        book.admit("0xa", nonce, NOW)
    return book


def test_below_the_hundred_highest_is_too_low() -> None:
    book = filled_book(NOW)
    with pytest.raises(NonceRefusedError) as refused:
        book.admit("0xa", NOW - 1, NOW)
    assert str(refused.value) == f"Invalid nonce: nonce too low {NOW - 1} < {NOW}"


def test_a_nonce_between_the_kept_ones_is_admitted() -> None:
    book = NonceBook()
    for step in range(KEPT):
        book.admit("0xa", NOW + 2 * step, NOW)
    book.admit("0xa", NOW + 1, NOW)


def test_a_used_nonce_below_the_floor_is_still_a_duplicate() -> None:
    book = filled_book(NOW)
    book.admit("0xa", NOW + KEPT, NOW)
    with pytest.raises(NonceRefusedError, match="duplicate"):
        book.admit("0xa", NOW, NOW)


def test_signers_are_independent() -> None:
    book = NonceBook()
    book.admit("0xa", NOW, NOW)
    book.admit("0xb", NOW, NOW)


def test_a_forgotten_nonce_cannot_come_back() -> None:
    book = NonceBook()
    book.admit("0xa", NOW, NOW)
    later = NOW + 3 * DAY_MS
    book.admit("0xa", later, later)
    with pytest.raises(NonceRefusedError, match="too low"):
        book.admit("0xa", NOW, later)


@given(st.lists(st.integers(NOW - 150, NOW + 150), max_size=400))
def test_no_nonce_is_ever_admitted_twice(nonces: list[int]) -> None:
    book = NonceBook()
    admitted: list[int] = []
    for nonce in nonces:
        floor = sorted(admitted)[-KEPT] if len(admitted) >= KEPT else None
        expected = nonce not in admitted and (floor is None or nonce > floor)
        try:
            book.admit("0xa", nonce, NOW)
        except NonceRefusedError:
            assert not expected
        else:
            assert expected
            admitted.append(nonce)
