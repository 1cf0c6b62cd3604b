import pytest

from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.demo.verdict import judge
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.plan_events import PlanExpired
from trader.lifecycle.stage import Leg
from trader.performance.analyzer import PerformanceAnalyzer


def analyzed(lifecycle_id: str) -> Lifecycle:
    builder = LifecycleBuilder(a_plan(plan_id=lifecycle_id), lifecycle_id).entered(fee="1")
    builder.left("30100", fee="1")
    return builder.event(PerformanceAnalyzer().analyze(builder.lifecycle)).lifecycle


def expired() -> Lifecycle:
    builder = LifecycleBuilder(lifecycle_id="expired").accepted()
    return builder.event(PlanExpired(valid_until=builder.plan.valid_until, reason="over")).lifecycle


def refused() -> Lifecycle:
    return LifecycleBuilder(lifecycle_id="refused").refused().lifecycle


def cloids(*lifecycles: Lifecycle) -> list[str | None]:
    return [cloid for lifecycle in lifecycles for cloid in lifecycle.orders]


def test_every_plan_is_counted_once() -> None:
    lifecycles = [analyzed("a"), analyzed("b"), expired(), refused()]
    verdict = judge(lifecycles, 4, cloids(*lifecycles), 4, 12.34)
    assert verdict.is_clean
    counted = (verdict.analyzed, verdict.expired, verdict.refused, verdict.unfinished)
    assert counted == (2, 1, 1, 0)
    assert (verdict.orders_accepted, verdict.net_result) == (4, "196.0000")


@pytest.mark.parametrize(
    ("extra", "plans", "broken"),
    [
        (["duplicate"], 1, "duplicates"),
        (["0x" + "f" * 32], 1, "unexplained"),
        ([None], 1, "unexplained"),
        ([], 2, "unfinished"),
    ],
)
def test_what_is_not_clean_is_said(extra: list[str | None], plans: int, broken: str) -> None:
    lifecycle = analyzed("a")
    entry = lifecycle.orders_of(Leg.ENTRY)[0].cloid
    ledger = [*cloids(lifecycle), *(entry if cloid == "duplicate" else cloid for cloid in extra)]
    verdict = judge([lifecycle], plans, ledger, 2, 1.0)
    assert not verdict.is_clean
    assert verdict.as_json()[broken] == 1
    assert verdict.as_json()["clean"] is False
