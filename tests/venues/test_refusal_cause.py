"""Which refusals pass by themselves."""

import pickle

import pytest

from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import ActionRefused, BatchRefused, BudgetExhausted

PASSING = {
    "post_only_period",
    "trading_halted",
    "rate_limit",
    "address_budget",
    "open_interest_cap",
    "price_band",
}


@pytest.mark.parametrize("cause", RefusalCause)
def test_a_cause_passes_when_it_is_none_of_the_order_itself(cause: RefusalCause) -> None:
    assert cause.passes is (cause in PASSING)


def test_words_that_nobody_knows_do_not_pass() -> None:
    assert not RefusalCause.UNKNOWN.passes
    assert ActionRefused("sunspots").cause is RefusalCause.UNKNOWN


@pytest.mark.parametrize("kind", [ActionRefused, BatchRefused])
def test_a_refusal_says_the_venues_words_and_keeps_its_cause(kind: type[ActionRefused]) -> None:
    refused = pickle.loads(pickle.dumps(kind("Trading is halted.", RefusalCause.TRADING_HALTED)))

    assert (type(refused), str(refused)) == (kind, "Trading is halted.")
    assert refused.cause is RefusalCause.TRADING_HALTED


def test_a_shortage_says_of_what() -> None:
    short = pickle.loads(pickle.dumps(BudgetExhausted("no", 1.5, RefusalCause.RATE_LIMIT)))

    assert (str(short), short.seconds) == ("no: wait 1.5 s", 1.5)
    assert short.cause is RefusalCause.RATE_LIMIT


def test_what_is_refused_to_all_passes() -> None:
    for_all = {cause for cause in RefusalCause if cause.is_for_all}
    assert for_all == {"post_only_period", "trading_halted", "rate_limit", "address_budget"}
    assert all(cause.passes for cause in for_all)
