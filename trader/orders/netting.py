"""Plans of both directions of one symbol in one account: what they hold against each other. Pure.

A venue keeps one net position a symbol and account. Where two workers enter opposite plans at the
same moment, both are filled, and the account holds the difference: the exits of the smaller side
find nothing to reduce. What the two sides hold against each other is then closed between them, all
at one price: the sum of the plans' positions stays what the venue holds, to the last lot, and so
does the sum of their profits.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.lifecycle.position_events import HeldByPlan, PositionNetted

ZERO = Decimal(0)


def opposes(lifecycle: Lifecycle, other: Lifecycle) -> bool:
    """Whether the two hold opposite sides, both as their plans want it."""
    if not (lifecycle.holds and other.holds):
        return False
    return plan_of(lifecycle).direction is not plan_of(other).direction


def closed_between(books: Sequence[HeldByPlan]) -> dict[str, Decimal]:
    """The change of each position when the two sides are closed against each other, by plan.

    `books` are what the plans hold, the oldest position first. The side that holds less is closed
    whole. Of the other, the youngest are closed first: who was there before keeps the longest. The
    changes add up to 0, and nobody's position grows or turns.
    """
    long = sum((held.size for held in books if held.size > 0), ZERO)
    short = -sum((held.size for held in books if held.size < 0), ZERO)
    left = {1: min(long, short), -1: min(long, short)}
    changes = {}
    for held in reversed(books):
        sign = 1 if held.size > 0 else -1
        closed = min(abs(held.size), left[sign])
        left[sign] -= closed
        if closed:
            changes[held.lifecycle_id] = -sign * closed
    return changes


def books_of(lifecycles: Iterable[Lifecycle]) -> tuple[HeldByPlan, ...]:
    """What they hold, the oldest position first."""
    holding = (lc for lc in lifecycles if lc.holds)
    by_age = sorted(holding, key=lambda lc: (lc.fills[0].traded_at, lc.lifecycle_id))
    return tuple(HeldByPlan(lifecycle_id=lc.lifecycle_id, size=lc.position.size) for lc in by_age)


def netted(
    lifecycle_id: str, books: Sequence[HeldByPlan], net_size: Decimal, price: Decimal
) -> PositionNetted | None:
    """What one of these plans has closed against the others; None when it keeps all."""
    change = closed_between(books).get(lifecycle_id)
    if change is None:
        return None
    against = [held.lifecycle_id for held in books if held.size * change > 0]
    return PositionNetted(
        size=change,
        price=price,
        books=tuple(books),
        net_size=net_size,
        reason=f"the account holds {net_size}, because {', '.join(against)} held the other side: "
        f"{abs(change)} is closed against it at {price}",
    )
