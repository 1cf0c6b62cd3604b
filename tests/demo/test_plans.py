from datetime import timedelta
from decimal import Decimal

from tests.support.lifecycles import START
from tests.venues.builders import BTC, ETH
from trader.demo.plans import PlanMaker
from trader.plans.intake import read_plan
from trader.plans.plan import Plan
from trader.plans.submission import submission

INSTRUMENTS = {"BTC": BTC, "ETH": ETH}
MIDS = {symbol: Decimal("123.45") for symbol in INSTRUMENTS}


def documents(seed: int, count: int) -> list[dict[str, object]]:
    maker = PlanMaker(seed, INSTRUMENTS)
    return [dict(maker.plan(number, MIDS, START)) for number in range(count)]


def test_a_seed_gives_the_same_plans() -> None:
    assert documents(7, 30) == documents(7, 30)
    assert documents(7, 30) != documents(8, 30)


def test_most_are_understood_and_the_mistakes_are_refused() -> None:
    maker = PlanMaker(3, INSTRUMENTS)
    strands = [submission(maker.plan(number, MIDS, START), START) for number in range(200)]
    read = [read_plan(strand, INSTRUMENTS, START + timedelta(seconds=1)) for strand in strands]
    understood = [plan for plan in read if isinstance(plan, Plan)]
    assert 160 < len(understood) < 200
    for symbol in MIDS:
        assert len({plan.direction for plan in understood if plan.symbol == symbol}) <= 1
