from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lifecycles import SECOND, LifecycleBuilder
from trader.lifecycle.lifecycle import Lifecycle
from trader.orders.rearming import FIRST_WAIT, LONGEST_WAIT, is_held_back, is_told, next_wait


def rearmed(*causes: str, wait: timedelta = SECOND) -> Lifecycle:
    """A plan that was kept from its entry by these, one after the other."""
    builder = LifecycleBuilder().accepted()
    for cause in causes:
        builder.triggered().rearmed(cause, wait)
    return builder.lifecycle


@pytest.mark.parametrize(
    ("times", "seconds"), [(0, 1), (1, 2), (2, 4), (8, 256), (9, 300), (10, 300), (10_000, 300)]
)
def test_each_wait_is_twice_the_one_before(times: int, seconds: int) -> None:
    plan = LifecycleBuilder().accepted().lifecycle
    assert next_wait(replace(plan, rearmings={"halted": times})) == timedelta(seconds=seconds)


@given(st.lists(st.sampled_from(["halted", "rate_limit", "never_landed"]), max_size=12))
def test_a_plan_waits_no_longer_than_what_it_waits_for_has_lasted(causes: list[str]) -> None:
    """But for the first second: the sum of the waits before is what it has lasted at least."""
    waits = [next_wait(rearmed(*causes[:count])) for count in range(len(causes) + 1)]
    for count, wait in enumerate(waits):
        assert wait <= sum(waits[:count], FIRST_WAIT)
        assert FIRST_WAIT <= wait <= LONGEST_WAIT


def test_a_cause_is_told_once() -> None:
    lifecycle = rearmed("halted", "rate_limit")
    assert is_told(lifecycle, "halted")
    assert is_told(lifecycle, "rate_limit")
    assert not is_told(lifecycle, "never_landed")


@pytest.mark.parametrize(
    ("after", "is_held"), [(4 * SECOND - SECOND / 1000, True), (4 * SECOND, False)]
)
def test_it_is_held_back_until_its_wait_is_over(after: timedelta, is_held: bool) -> None:
    lifecycle = rearmed("rate_limit", wait=4 * SECOND)
    assert is_held_back(lifecycle, lifecycle.updated_at + after, is_halted=False) is is_held


def test_one_that_nothing_has_kept_from_its_entry_is_free() -> None:
    lifecycle = LifecycleBuilder().accepted().lifecycle
    assert not is_held_back(lifecycle, lifecycle.updated_at, is_halted=False)
    assert not is_held_back(lifecycle, lifecycle.updated_at, is_halted=True)
