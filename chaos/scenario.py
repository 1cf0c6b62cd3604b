"""Everything that happens in a run, drawn from its seed before it begins. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from chaos.acts.act import Act, ActKind
from chaos.acts.drawing import draw_acts
from chaos.market_path import OPENING, Jump, MarketPath, Move
from chaos.opposition import CONTESTED, opposite_plans
from chaos.plan_drafts import PlanDraft, draw_plan
from trader.strands.opening import StoreKind

PLANS_PER_SECOND = 4.0
SECONDS_PER_ACT = 2.5
SHORTEST_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run's plans, market and acts, each in the order of time, all within `seconds`.

    The jumps of prices are among the moves, and opposite plans among the plans.
    """

    seed: int
    store: StoreKind
    seconds: float
    plans: tuple[PlanDraft, ...]
    moves: tuple[Move, ...]
    acts: tuple[Act, ...]

    @property
    def by_hand(self) -> tuple[Act, ...]:
        """The acts that are done to the pipeline: all but the market's."""
        return tuple(act for act in self.acts if act.kind is not ActKind.PRICE_JUMP)

    def acts_of(self, *kinds: ActKind) -> tuple[Act, ...]:
        """The acts of these kinds."""
        return tuple(act for act in self.acts if act.kind in kinds)


def draw(
    seed: int,
    plans: int,
    acts: int,
    store: StoreKind = StoreKind.SQLITE,
    only: Collection[ActKind] = tuple(ActKind),
) -> Scenario:
    """The scenario of this seed and size: `plans` of the ordinary kind, and those of acts."""
    seconds = max(plans / PLANS_PER_SECOND, acts * SECONDS_PER_ACT, SHORTEST_SECONDS)
    drawn = draw_acts(Random(f"{seed} acts"), acts, seconds, store, only)
    path = MarketPath(Random(f"{seed} market"), seconds, tuple(_jumps(drawn)))
    ordinary = _draw_plans(Random(f"{seed} plans"), plans, seconds, path)
    against = (a for a in enumerate(drawn) if a[1].kind is ActKind.OPPOSITE_PLANS)
    opposite = [plan for number, act in against for plan in opposite_plans(act, number, path)]
    return Scenario(
        seed=seed,
        store=store,
        seconds=seconds,
        plans=tuple(sorted([*ordinary, *opposite], key=lambda plan: plan.at)),
        moves=path.moves,
        acts=drawn,
    )


def _jumps(acts: Sequence[Act]) -> Iterator[Jump]:
    for act in acts:
        if act.kind is ActKind.PRICE_JUMP:
            chance = act.chance()
            yield Jump(act.at, chance.choice(list(OPENING)), chance.choice((1, -1)))


def _draw_plans(
    random: Random, count: int, seconds: float, path: MarketPath
) -> Iterator[PlanDraft]:
    """One direction a coin: the Trader refuses the other while a position is held."""
    symbols = [symbol for symbol in OPENING if symbol not in CONTESTED]
    signs = {symbol: random.choice((1, -1)) for symbol in symbols}
    for number, at in enumerate(sorted(random.uniform(0, seconds) for _ in range(count))):
        symbol = random.choice(symbols)
        price = path.price(symbol, at)
        yield draw_plan(random, f"chaos-{number}", at, symbol, signs[symbol], price)
