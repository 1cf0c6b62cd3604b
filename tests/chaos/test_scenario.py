"""What a seed draws: the same each time, and of every kind."""

from datetime import UTC, datetime, timedelta

import pytest

from chaos.acts.act import ActKind
from chaos.market_path import JUMP_SIZE, OPENING
from chaos.opposition import CONTESTED, FARTHEST_SECONDS, MOST_PAIRS
from chaos.scenario import draw
from tests.local_exchange.wire.signing_client import ADDRESS
from tests.support.real_processes import RealExchange
from trader.clock import utc_now
from trader.plans.intake import read_plan
from trader.plans.plan import Plan
from trader.plans.submission import submission
from trader.venues.budget import Unlimited
from trader.venues.credentials import PRIVATE_KEY, read_credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration

KEY = "0x" + "11" * 32


def test_the_same_seed_draws_the_same_scenario() -> None:
    assert draw(7, plans=50, acts=10) == draw(7, plans=50, acts=10)
    assert draw(7, plans=50, acts=10) != draw(8, plans=50, acts=10)


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
    for draft in draw(1, plans=300, acts=60).plans:
        strand = submission(draft.document(now), now)
        assert isinstance(read_plan(strand, venue.instruments(), now), Plan)


def test_a_plans_time_counts_from_its_submission() -> None:
    (draft,) = draw(1, plans=1, acts=0).plans
    now = datetime(2026, 1, 1, tzinfo=UTC)
    until = datetime.fromisoformat(str(draft.document(now)["valid_until"]))
    assert until - now == timedelta(seconds=draft.valid_seconds)


def test_prices_go_far_enough_to_hit_stops_and_targets_and_stay_in_reach() -> None:
    for symbol, opening in OPENING.items():
        moves = draw(1, plans=400, acts=0).moves
        mids = [float(move.mid) for move in moves if move.symbol == symbol]
        assert max(mids) / min(mids) > 1.02
        assert min(mids) / opening > 0.8
        assert max(mids) / opening < 1.25


def test_only_some_kinds_may_be_asked_for() -> None:
    kinds = {ActKind.CANCELS, ActKind.FREEZE}
    scenario = draw(1, plans=10, acts=20, only=kinds)
    assert {act.kind for act in scenario.acts} == kinds
    assert len(scenario.acts) == 20


def test_a_price_that_jumps_is_fifteen_per_cent_away_at_once() -> None:
    scenario = draw(1, plans=200, acts=60)
    jumps = [act.at for act in scenario.acts_of(ActKind.PRICE_JUMP)]
    assert jumps
    for at in jumps:
        (jumped,) = (move for move in scenario.moves if move.at == at)
        before = [m for m in scenario.moves if m.symbol == jumped.symbol and m.at < at][-1]
        change = float(jumped.mid) / float(before.mid) - 1
        assert abs(change) == pytest.approx(JUMP_SIZE, rel=1e-3)


def test_opposite_plans_come_in_pairs_and_nearly_at_once() -> None:
    scenario = draw(1, plans=10, acts=60)
    acts = scenario.acts_of(ActKind.OPPOSITE_PLANS)
    against = [plan for plan in scenario.plans if "against" in str(plan.fields["plan_id"])]
    longest = 2 * MOST_PAIRS * FARTHEST_SECONDS
    for act in acts:
        pairs = [plan for plan in against if 0 <= plan.at - act.at <= longest]
        directions = [plan.fields["direction"] for plan in pairs]
        assert directions.count("long") == directions.count("short") > 0
    assert {plan.fields["symbol"] for plan in against} & set(CONTESTED)
    assert len(scenario.plans) == 10 + len(against)
    assert len({plan.fields["plan_id"] for plan in scenario.plans}) == len(scenario.plans)


def test_the_other_plans_leave_the_contested_coins_alone_and_agree_on_theirs() -> None:
    directions: dict[object, set[object]] = {}
    for plan in draw(1, plans=100, acts=0).plans:
        directions.setdefault(plan.fields["symbol"], set()).add(plan.fields["direction"])
    assert directions.keys() == OPENING.keys() - set(CONTESTED)
    assert all(len(found) == 1 for found in directions.values())
