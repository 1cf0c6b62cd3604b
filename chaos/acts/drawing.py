"""Draws a scenario's acts. Pure."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from random import Random
from typing import TypeAlias

from chaos.acts.act import Act, ActKind, Target
from trader.strands.opening import StoreKind

Choice: TypeAlias = tuple[ActKind, Target | None]
"""A kind of act, and what it is done to where that may be chosen."""

WEIGHTS: Mapping[Choice, int] = {
    (ActKind.KILL, Target.POOL_CHILD): 16,
    (ActKind.KILL, Target.WORKER): 10,
    (ActKind.KILL, Target.STREAM): 4,
    (ActKind.KILL, Target.BEAT): 4,
    (ActKind.KILL, Target.BROKER): 2,
    (ActKind.KILL, Target.EXCHANGE): 2,
    (ActKind.FREEZE, Target.POOL_CHILD): 8,
    (ActKind.FREEZE, Target.WORKER): 6,
    (ActKind.FREEZE, Target.STREAM): 3,
    (ActKind.FREEZE, Target.BEAT): 1,
    (ActKind.FREEZE, Target.BROKER): 1,
    (ActKind.FREEZE, Target.EXCHANGE): 1,
    (ActKind.CLOCK_STEP, Target.WORKER): 5,
    (ActKind.CLOCK_STEP, Target.STREAM): 1,
    (ActKind.LOCKED_JOURNAL, None): 3,
    (ActKind.BROKER_FLUSHED, None): 2,
    (ActKind.BROKER_RESTORED, None): 2,
    (ActKind.REDELIVERED, Target.WORKER): 3,
    (ActKind.VENUE_REFUSES, None): 5,
    (ActKind.VENUE_ENDS_ORDERS, None): 6,
    (ActKind.PRICE_JUMP, None): 4,
    (ActKind.OWNER_TRADES, None): 5,
    (ActKind.CANCELS, None): 6,
    (ActKind.OPPOSITE_PLANS, None): 6,
}
"""How often each is drawn, once everything was drawn once."""
STORE_WEIGHTS: Mapping[StoreKind, Mapping[Choice, int]] = {
    StoreKind.SQLITE: {(ActKind.FULL_DISK, None): 3},
    StoreKind.POSTGRESQL: {(ActKind.KILL, Target.DATABASE): 8},
    StoreKind.SUPABASE: {
        (ActKind.KILL, Target.DATABASE): 5,
        (ActKind.KILL, Target.POSTGREST): 5,
    },
}
"""What can be done besides, in runs on each store."""

LENGTHS: Mapping[ActKind, tuple[float, float]] = {
    ActKind.FREEZE: (1, 60),
    ActKind.CLOCK_STEP: (3, 30),
    ActKind.FULL_DISK: (1, 10),
    ActKind.LOCKED_JOURNAL: (1, 15),
    ActKind.BROKER_RESTORED: (3, 20),
    ActKind.REDELIVERED: (2, 15),
    ActKind.VENUE_REFUSES: (1, 10),
    ActKind.OPPOSITE_PLANS: (1, 4),
}
"""How many seconds those acts last that last; short ones are more frequent than long ones."""
LONGEST_SHARE = 0.4
"""No act lasts longer than this share of a run."""

SECOND_WORKER = "exchange-2"
"""Beside the first worker of the exchange queue, as in production: one may die while one works."""
QUEUE_WEIGHTS = {"exchange": 2, SECOND_WORKER: 2, "monitor": 1, "analysis": 1}
OF_QUEUES = (Target.POOL_CHILD, Target.WORKER)

PROCESS_REST_SECONDS = 12.0
"""How long a process is left at its work before it is killed again."""
POOL_REST_SECONDS = 3.0
"""How long a pool is, whose worker goes on."""


def draw_acts(
    random: Random,
    count: int,
    seconds: float,
    store: StoreKind,
    only: Collection[ActKind] = tuple(ActKind),
) -> tuple[Act, ...]:
    """So many acts of these kinds, spread over the time, in the order of time.

    As far as there are acts, what the store's servers suffer comes first, then every kind once,
    then every choice once; the others are drawn by weight.
    """
    deck = [(choice, _queue(random)) for choice in _choices(random, count, store, only)]
    return tuple(_spread(random, deck, seconds))


def _choices(
    random: Random, count: int, store: StoreKind, only: Collection[ActKind]
) -> list[Choice]:
    possible = {**STORE_WEIGHTS[store], **WEIGHTS}
    weights = {choice: weight for choice, weight in possible.items() if choice[0] in only}
    servers = [choice for choice in STORE_WEIGHTS[store] if choice[0] in {ActKind.KILL} & set(only)]
    each = random.sample(list(weights), len(weights))
    kinds = list({kind: (kind, target) for kind, target in each}.values())
    rest = [choice for choice in each if choice not in kinds]
    others = random.choices(list(weights), weights=list(weights.values()), k=count)
    first = list(dict.fromkeys([*servers, *kinds, *rest]))
    chosen = [*first, *others][:count]
    random.shuffle(chosen)
    return chosen


def _spread(random: Random, deck: list[tuple[Choice, str]], seconds: float) -> Iterator[Act]:
    count = len(deck)
    killed_at: dict[str, float] = {}
    for number in range(count):
        at = (number + random.random()) * seconds / count
        (kind, target), queue = deck.pop(_first_rested(deck, killed_at, at))
        if kind is ActKind.KILL:
            killed_at[_process(target, queue)] = at
        yield Act(
            at=at,
            kind=kind,
            target=target,
            queue=queue if target in OF_QUEUES else "",
            seconds=_length(random, kind, seconds),
            seed=random.getrandbits(32),
        )


def _first_rested(
    deck: Sequence[tuple[Choice, str]], killed_at: Mapping[str, float], at: float
) -> int:
    """The place of the first that was not killed just before; else the first."""
    for place, ((kind, target), queue) in enumerate(deck):
        rest = POOL_REST_SECONDS if target is Target.POOL_CHILD else PROCESS_REST_SECONDS
        if kind is not ActKind.KILL or at - killed_at.get(_process(target, queue), -rest) >= rest:
            return place
    return 0


def _process(target: Target | None, queue: str) -> str:
    """What is killed: there is one broker, but a worker for each queue."""
    return f"{target} {queue}" if target in OF_QUEUES else f"{target}"


def _queue(random: Random) -> str:
    (queue,) = random.choices(list(QUEUE_WEIGHTS), weights=list(QUEUE_WEIGHTS.values()))
    return queue


def _length(random: Random, kind: ActKind, run_seconds: float) -> float:
    if kind not in LENGTHS:
        return 0.0
    shortest, longest = LENGTHS[kind]
    most = max(shortest, min(longest, LONGEST_SHARE * run_seconds))
    return math.exp(random.uniform(math.log(shortest), math.log(most)))
