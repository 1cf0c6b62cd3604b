"""Plans for both directions of one coin, at nearly the same moment. Pure."""

import math
from collections.abc import Iterator

from chaos.acts.act import Act
from chaos.market_path import OPENING, MarketPath
from chaos.plan_drafts import PlanDraft, draw_plan

CONTESTED = ("kPEPE", "ARB")
"""Coins for which there are no other plans: neither direction holds them when the two come."""
CONTESTED_SHARE = 0.8
MOST_PAIRS = 3
NEAREST_SECONDS, FARTHEST_SECONDS = 0.005, 0.4
"""How long after the one before each comes: so that they go to different workers, and sometimes the
one has not written yet when the other looks."""


def opposite_plans(act: Act, number: int, path: MarketPath) -> Iterator[PlanDraft]:
    """One to three pairs. `number` names their plans."""
    chance = act.chance()
    is_contested = chance.random() < CONTESTED_SHARE
    symbol = chance.choice(CONTESTED if is_contested else list(OPENING))
    signs = [1, -1] * chance.randint(1, MOST_PAIRS)
    chance.shuffle(signs)
    at = act.at
    for place, sign in enumerate(signs):
        at += math.exp(chance.uniform(math.log(NEAREST_SECONDS), math.log(FARTHEST_SECONDS)))
        name = f"chaos-against-{number}-{place}"
        yield draw_plan(chance, name, at, symbol, sign, path.price(symbol, at))
