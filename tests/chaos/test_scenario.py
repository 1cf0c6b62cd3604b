"""What a seed draws: the same each time, and of every kind."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from chaos.market_path import OPENING
from chaos.scenario import (
    POOL_REST_SECONDS,
    PROCESS_REST_SECONDS,
    STORE_WEIGHTS,
    WEIGHTS,
    Target,
    draw,
)
from tests.local_exchange.wire.signing_client import ADDRESS
from tests.support.real_processes import RealExchange
from trader.clock import utc_now
from trader.plans.intake import read_plan
from trader.plans.plan import Plan
from trader.plans.submission import submission
from trader.strands.opening import StoreKind
from trader.venues.budget import Unlimited
from trader.venues.credentials import PRIVATE_KEY, read_credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration

KEY = "0x" + "11" * 32


def test_the_same_seed_draws_the_same_scenario() -> None:
    assert draw(7, plans=50, kills=10) == draw(7, plans=50, kills=10)
    assert draw(7, plans=50, kills=10) != draw(8, plans=50, kills=10)


@pytest.mark.parametrize("kills", [0, 6, 60])
def test_every_kind_is_killed_and_left_at_its_work_for_a_while(kills: int) -> None:
    scenario = draw(1, plans=100, kills=kills)
    assert len(scenario.kills) == kills
    assert {kill.target for kill in scenario.kills} == set(WEIGHTS if kills else ())
    assert all(0 <= kill.at <= scenario.seconds for kill in scenario.kills)
    assert [kill.at for kill in scenario.kills] == sorted(kill.at for kill in scenario.kills)


@pytest.mark.parametrize("kind", StoreKind)
def test_only_what_a_store_has_is_killed_and_that_before_anything_else(kind: StoreKind) -> None:
    servers = set(STORE_WEIGHTS[kind])
    few, many = (draw(1, 100, kills, kind) for kills in (4, 60))
    assert servers <= {kill.target for kill in few.kills}
    assert {kill.target for kill in many.kills} == servers | set(WEIGHTS)
    assert few.plans == draw(1, plans=100, kills=4).plans


def test_a_process_is_seldom_killed_again_at_once() -> None:
    kills = draw(1, plans=100, kills=60).kills
    soon = 0
    for target in Target:
        rest = POOL_REST_SECONDS if target is Target.POOL_CHILD else PROCESS_REST_SECONDS
        queues = {k.queue for k in kills if target in (Target.POOL_CHILD, Target.WORKER)}
        for queue in queues or {""}:
            times = [k.at for k in kills if k.target is target and queue in ("", k.queue)]
            soon += sum(later - earlier < rest for earlier, later in pairwise(times))
    assert soon <= 6


def test_every_plan_is_one_that_the_trader_takes(exchange_process: RealExchange) -> None:
    venue = HyperliquidIntegration(
        url=exchange_process.url,
        account=ADDRESS,
        credentials=read_credentials({PRIVATE_KEY: KEY}),
        timeout=10,
        clock=utc_now,
        budget=Unlimited(),
    )
    now = utc_now()
    for draft in draw(1, plans=300, kills=0).plans:
        strand = submission(draft.document(now), now)
        assert isinstance(read_plan(strand, venue.instruments(), now), Plan)


def test_a_plans_time_counts_from_its_submission() -> None:
    (draft,) = draw(1, plans=1, kills=0).plans
    now = datetime(2026, 1, 1, tzinfo=UTC)
    until = datetime.fromisoformat(str(draft.document(now)["valid_until"]))
    assert until - now == timedelta(seconds=draft.valid_seconds)


def test_prices_go_far_enough_to_hit_stops_and_targets_and_stay_in_reach() -> None:
    for symbol, opening in OPENING.items():
        moves = draw(1, plans=400, kills=0).moves
        mids = [float(move.mid) for move in moves if move.symbol == symbol]
        assert max(mids) / min(mids) > 1.02
        assert min(mids) / opening > 0.8
        assert max(mids) / opening < 1.25
