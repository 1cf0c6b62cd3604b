"""Everything that happens in a run, drawn from its seed before it begins. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from chaos.market_path import OPENING, MarketPath, Move
from chaos.plan_drafts import PlanDraft, draw_plan
from trader.strands.opening import StoreKind

PLANS_PER_SECOND = 4.0
SECONDS_PER_KILL = 2.5
SHORTEST_SECONDS = 8.0


class Target(StrEnum):
    """What is killed, with SIGKILL."""

    POOL_CHILD = "pool_child"
    """One process of a queue's pool; its worker forks another."""
    WORKER = "worker"
    """A queue's worker with its whole pool."""
    STREAM = "stream"
    """The process on the venue's websocket."""
    BEAT = "beat"
    """The process that sends the periodic tasks."""
    BROKER = "broker"
    """Valkey, which comes back empty: no message, nonce, lease, budget or price is left."""
    EXCHANGE = "exchange"
    """The venue, which comes back with its ledger; faults are set anew."""
    DATABASE = "database"
    """The database server behind the store, which comes back with all that was committed."""
    POSTGREST = "postgrest"
    """What speaks HTTP in front of the database."""


WEIGHTS = {
    Target.POOL_CHILD: 38,
    Target.WORKER: 28,
    Target.STREAM: 14,
    Target.BEAT: 14,
    Target.BROKER: 3,
    Target.EXCHANGE: 3,
}
STORE_WEIGHTS: Mapping[StoreKind, Mapping[Target, int]] = {
    StoreKind.SQLITE: {},
    StoreKind.POSTGRESQL: {Target.DATABASE: 10},
    StoreKind.SUPABASE: {Target.DATABASE: 6, Target.POSTGREST: 6},
}
"""What can be killed besides, in runs on each store."""
PROCESS_REST_SECONDS = 12.0
"""How long a process is left at its work between two kills."""
POOL_REST_SECONDS = 3.0
"""How long a pool is, whose worker goes on."""
SECOND_WORKER = "exchange-2"
"""Beside the first worker of the exchange queue, as in production: one may die while one works."""
QUEUE_WEIGHTS = {"exchange": 2, SECOND_WORKER: 2, "monitor": 1, "analysis": 1}


@dataclass(frozen=True, slots=True)
class Kill:
    """At `at` seconds at the earliest, once the target runs; `queue` for workers and children.

    The second worker of a queue counts as a queue of its own.
    """

    at: float
    target: Target
    queue: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run's plans, market and kills, each in the order of time, all within `seconds`."""

    seed: int
    store: StoreKind
    seconds: float
    plans: tuple[PlanDraft, ...]
    moves: tuple[Move, ...]
    kills: tuple[Kill, ...]


def draw(seed: int, plans: int, kills: int, store: StoreKind = StoreKind.SQLITE) -> Scenario:
    """The scenario of this seed and size; on any store the same but for its kills."""
    random = Random(seed)
    seconds = max(plans / PLANS_PER_SECOND, kills * SECONDS_PER_KILL, SHORTEST_SECONDS)
    path = MarketPath(random, seconds)
    return Scenario(
        seed=seed,
        store=store,
        seconds=seconds,
        plans=tuple(_draw_plans(random, plans, seconds, path)),
        moves=path.moves,
        kills=tuple(_draw_kills(random, kills, seconds, store)),
    )


def _draw_plans(
    random: Random, count: int, seconds: float, path: MarketPath
) -> Iterator[PlanDraft]:
    """One direction a coin: the Trader refuses the other while a position is held."""
    signs = {symbol: random.choice((1, -1)) for symbol in OPENING}
    for number, at in enumerate(sorted(random.uniform(0, seconds) for _ in range(count))):
        symbol = random.choice(list(OPENING))
        price = path.price(symbol, at)
        yield draw_plan(random, f"chaos-{number}", at, symbol, signs[symbol], price)


def _draw_kills(random: Random, count: int, seconds: float, store: StoreKind) -> Iterator[Kill]:
    """Every kind once, as far as there are kills, the others by weight; spread over the time."""
    weights = {**STORE_WEIGHTS[store], **WEIGHTS}
    others = random.choices(list(weights), weights=list(weights.values()), k=count)
    targets = [*weights, *others][:count]
    random.shuffle(targets)
    queues = random.choices(list(QUEUE_WEIGHTS), weights=list(QUEUE_WEIGHTS.values()), k=count)
    deck = list(zip(targets, queues, strict=True))
    killed_at: dict[tuple[Target, str], float] = {}
    for number in range(count):
        at = (number + random.random()) * seconds / count
        target, queue = deck.pop(_first_rested(deck, killed_at, at))
        killed_at[_process(target, queue)] = at
        yield Kill(at, target, queue)


def _first_rested(
    deck: Sequence[tuple[Target, str]], killed_at: Mapping[tuple[Target, str], float], at: float
) -> int:
    """The place of the first target that has been at its work for a while; else the first."""
    for place, (target, queue) in enumerate(deck):
        rest = POOL_REST_SECONDS if target is Target.POOL_CHILD else PROCESS_REST_SECONDS
        if at - killed_at.get(_process(target, queue), -rest) >= rest:
            return place
    return 0


def _process(target: Target, queue: str) -> tuple[Target, str]:
    """What is killed: there is one broker, but a worker for each queue."""
    return target, queue if target in (Target.WORKER, Target.POOL_CHILD) else ""
