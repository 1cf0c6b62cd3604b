"""Many plans that hold a position under stop and target, as the Trader itself writes them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from benchmarks.standing_venue import MIDS, StandingVenue
from trader.clock import utc_now
from trader.lifecycle.fold import apply_all
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.lifecycle.plan_events import EntryTriggered, PlanAccepted
from trader.orders.entries import ORDERS_PER_ACTION, Entries
from trader.orders.following import VenueFacts, follow
from trader.orders.sender import Placement, Sender
from trader.orders.step import Place, next_step
from trader.plans.plan import Plan
from trader.risk.limits import RiskLimits
from trader.strands.sqlite import SqliteStore

LIMITS = RiskLimits(
    max_order_notional=Decimal(1_000),
    price_collar_bps=Decimal(500),
    max_price_age=timedelta(minutes=1),
    is_halted=False,
)
PROTECTED_TOGETHER = 4


class OpenLifecycles:
    """Opens plans at a venue: triggered together, entered together, then protected."""

    def __init__(self, store: SqliteStore, venue: StandingVenue) -> None:
        self._journal = Journal(store)
        self._venue = venue
        self._entries = Entries(store, venue, LIMITS, utc_now)
        self._sender = Sender(self._journal, venue, utc_now, timedelta(seconds=15))

    def open(self, number: int) -> list[Lifecycle]:
        """So many more plans, in the order of their ids."""
        opened: list[Lifecycle] = []
        for start in range(0, number, ORDERS_PER_ACTION):
            numbers = range(start, min(number, start + ORDERS_PER_ACTION))
            opened += self._protected(self._entered(self._triggered(numbers)))
        return sorted(opened, key=lambda lifecycle: lifecycle.lifecycle_id)

    def _triggered(self, numbers: Sequence[int]) -> list[Lifecycle]:
        waiting = [self._accepted(_plan(number)) for number in numbers]
        triggers = [
            EntryTriggered(quote=self._venue.quote(plan_of(lc).symbol), reason="the mid is above")
            for lc in waiting
        ]
        pairs = zip(waiting, triggers, strict=True)
        return self._journal.append_all([(lc, (event,)) for lc, event in pairs], utc_now())

    def _accepted(self, plan: Plan) -> Lifecycle:
        accepted = PlanAccepted(
            plan=plan,
            entry_condition=f"mid above {plan.stop_loss}",
            source_id=f"source-of-{plan.plan_id}",
            approved_at=utc_now(),
            reason="understood",
        )
        return self._journal.begin(plan.plan_id, accepted, utc_now())

    def _entered(self, triggered: Sequence[Lifecycle]) -> list[Lifecycle]:
        decided = self._entries.decide_together(triggered)
        if decided.refusals:
            raise RuntimeError(f"an entry was refused: {decided.refusals[0]}")
        return [lc for group in decided.groups() for lc in self._sender.place_together(group)]

    def _protected(self, entered: Sequence[Lifecycle]) -> Iterator[Lifecycle]:
        for start in range(0, len(entered), PROTECTED_TOGETHER):
            together = entered[start : start + PROTECTED_TOGETHER]
            yield from self._sender.place_together([self._protection(lc) for lc in together])

    def _protection(self, entered: Lifecycle) -> Placement:
        now = utc_now()
        fills = tuple(self._venue.fill_of(cloid) for cloid in entered.orders)
        news = follow(entered, VenueFacts(fills=fills), now)
        ahead = apply_all(entered, news, now)
        plan = plan_of(entered)
        step = next_step(ahead, plan, self._venue.instruments()[plan.symbol], None, now)
        if not isinstance(step, Place):
            raise RuntimeError(f"{plan.plan_id} is not to be protected, but: {step}")
        return Placement(entered, step.drafts, step.reason, news=news)


def _plan(number: int) -> Plan:
    symbol = list(MIDS)[number % len(MIDS)]
    mid = MIDS[symbol]
    return Plan.model_validate(
        {
            "plan_id": f"open-{number:06}",
            "symbol": symbol,
            "direction": "long",
            "timeframe": "1h",
            "entry": {"type": "price_above", "level": mid / 2},
            "order": {"type": "market"},
            "size": {"unit": "notional", "value": "50"},
            "stop_loss": mid / 2,
            "take_profit": mid * 2,
            "valid_until": utc_now() + timedelta(days=1),
        }
    )
