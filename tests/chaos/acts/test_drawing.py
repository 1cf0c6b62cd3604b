"""What a seed draws to be done: of every kind, spread over the time, and the same each time."""

from itertools import pairwise
from random import Random

import pytest

from chaos.acts.act import Act, ActKind, Target
from chaos.acts.drawing import (
    LENGTHS,
    POOL_REST_SECONDS,
    PROCESS_REST_SECONDS,
    STORE_WEIGHTS,
    WEIGHTS,
    draw_acts,
)
from trader.strands.opening import StoreKind

SECONDS = 150.0
SQLITE_KINDS = set(ActKind)


def drawn(
    count: int, seed: int = 1, store: StoreKind = StoreKind.SQLITE, seconds: float = SECONDS
) -> tuple[Act, ...]:
    return draw_acts(Random(seed), count, seconds, store)


def test_the_same_seed_draws_the_same_acts() -> None:
    assert drawn(20, seed=7) == drawn(20, seed=7)
    assert drawn(20, seed=7) != drawn(20, seed=8)


@pytest.mark.parametrize("count", [0, 1, 13, 60])
def test_there_are_so_many_in_the_order_of_time(count: int) -> None:
    acts = drawn(count)
    assert len(acts) == count
    assert all(0 <= act.at <= SECONDS for act in acts)
    assert [act.at for act in acts] == sorted(act.at for act in acts)


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_is_drawn_before_any_is_drawn_again(seed: int) -> None:
    assert {act.kind for act in drawn(len(ActKind), seed)} == set(ActKind)


@pytest.mark.parametrize("kind", StoreKind)
def test_every_choice_is_drawn_in_a_long_run(kind: StoreKind) -> None:
    choices = {(act.kind, act.target) for act in drawn(60, store=kind)}
    assert choices == {*WEIGHTS, *STORE_WEIGHTS[kind]}


@pytest.mark.parametrize("kind", [StoreKind.POSTGRESQL, StoreKind.SUPABASE])
def test_the_servers_of_a_store_are_killed_before_anything_else(kind: StoreKind) -> None:
    servers = {target for _, target in STORE_WEIGHTS[kind]}
    assert {act.target for act in drawn(len(servers), store=kind)} == servers


def test_a_process_is_seldom_killed_again_at_once() -> None:
    kills = [act for act in drawn(60) if act.kind is ActKind.KILL]
    soon = 0
    for target in Target:
        rest = POOL_REST_SECONDS if target is Target.POOL_CHILD else PROCESS_REST_SECONDS
        for queue in {act.queue for act in kills if act.target is target}:
            times = [act.at for act in kills if act.target is target and act.queue == queue]
            soon += sum(later - earlier < rest for earlier, later in pairwise(times))
    assert soon <= 3


@pytest.mark.parametrize("seconds", [15.0, 150.0])
def test_acts_last_as_long_as_they_may_and_the_run_allows(seconds: float) -> None:
    for act in drawn(200, seconds=seconds):
        shortest, longest = LENGTHS.get(act.kind, (0, 0))
        assert shortest <= act.seconds <= max(shortest, min(longest, 0.4 * seconds))


def test_some_process_is_frozen_for_longer_than_an_order_lives() -> None:
    freezes = [act.seconds for act in drawn(60) if act.kind is ActKind.FREEZE]
    assert max(freezes) > 6


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (Act(1.0, ActKind.KILL, Target.WORKER, "exchange"), "kill worker"),
        (Act(1.0, ActKind.CANCELS), "cancels"),
    ],
)
def test_an_act_is_called_by_what_it_is_done_to(act: Act, name: str) -> None:
    assert act.name == name
