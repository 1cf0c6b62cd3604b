"""A store that is away for a while is asked again."""

from collections.abc import Callable

import pytest

from chaos import patience
from chaos.patience import patiently
from trader.strands.store import InvalidStrand, StoreUnavailable


def away(times: int) -> Callable[[], str]:
    """Answers after so many refusals."""
    refusals = iter([StoreUnavailable("restarting")] * times)

    def ask() -> str:
        for refusal in refusals:
            raise refusal
        return "answer"

    return ask


def test_the_answer_comes_when_the_store_is_back() -> None:
    assert patiently(away(times=2)) == "answer"


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LONGEST_OUTAGE_SECONDS", 0.05)
    with pytest.raises(StoreUnavailable):
        patiently(away(times=1000))


def test_only_an_outage_is_waited_for() -> None:
    def ask() -> None:
        raise InvalidStrand("bad")

    with pytest.raises(InvalidStrand):
        patiently(ask)
