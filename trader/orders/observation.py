"""Asks the venue of what may have changed for one plan: orders first, then trades."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import DOUBTFUL, ZERO, Order
from trader.orders.following import VenueFacts, wants_fills
from trader.orders.step import lost_position_suspected
from trader.venues.orders import Fill, OrderReport
from trader.venues.venue import Venue

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far the venue's clock may differ from ours when trades are asked by time."""

USUAL_TOLERANCE = timedelta(milliseconds=500)
"""How far it usually differs: asked first, because a busy account has many trades a minute."""

VISIBILITY_LAG = timedelta(seconds=3)
"""How long after its admission an order may still be invisible to a query, with a margin.

Source: measured 0.4 to 1.1 s after the acknowledgement; nearly three times the longest.
"""


@dataclass(frozen=True, slots=True)
class Observer:
    """Observes plans at one venue. All calls raise VenueUnavailable."""

    venue: Venue

    def look(
        self, lifecycle: Lifecycle, now: datetime, answered: Set[str] = frozenset()
    ) -> VenueFacts:
        """All that the venue may say anew of the plan, save of orders that it just answered for.

        `answered` are their client order ids. The others may have ended without us: the venue
        itself withdraws the exits of a position that is closed.
        """
        asked = [o for o in lifecycle.unsettled() if _is_asked(o) and o.cloid not in answered]
        reports = self._reports(asked)
        unknown = [order for order in asked if order.cloid not in reports]
        old = {order.cloid for order in unknown if _is_old(lifecycle, order, now)}
        reports |= self._listed(old)
        forgotten = frozenset(old - reports.keys())
        thorough = bool(unknown) or lost_position_suspected(lifecycle, now)
        if not thorough and not wants_fills(lifecycle, reports):
            return VenueFacts(reports)
        return VenueFacts(reports, self._fills(lifecycle, reports, thorough), forgotten)

    def _listed(self, cloids: Set[str]) -> dict[str, OrderReport]:
        """Those of them that are open: no status of an order is not yet its end."""
        if not cloids:
            return {}
        return {r.cloid: r for r in self.venue.open_orders() if r.cloid and r.cloid in cloids}

    def _reports(self, orders: list[Order]) -> dict[str, OrderReport]:
        reports = {order.cloid: self.venue.order(order.cloid) for order in orders}
        return {cloid: report for cloid, report in reports.items() if report is not None}

    def _fills(
        self, lifecycle: Lifecycle, reports: Mapping[str, OrderReport], thorough: bool
    ) -> tuple[Fill, ...]:
        known = list(lifecycle.orders.values())
        orders = [o for o in known if not o.is_settled or o.may_lack_trades] or known
        since = min(lifecycle.intents[order.intent_id].intended_at for order in orders)
        if not thorough:
            fills = self.venue.fills(since - USUAL_TOLERANCE)
            if not any(_lacks_trades(order, reports.get(order.cloid), fills) for order in orders):
                return fills
        return self.venue.fills(since - CLOCK_TOLERANCE)


def _lacks_trades(order: Order, report: OrderReport | None, fills: Sequence[Fill]) -> bool:
    """Whether the venue speaks of more trades of the order than are booked or among these."""
    lost = ZERO if report is None else report.original_size - report.remaining_size
    told = max(order.venue_filled, order.venue_filled_at_most, lost)
    found = [fill for fill in fills if fill.cloid == order.cloid and not order.has(fill)]
    return order.filled + sum((fill.size for fill in found), ZERO) < told


def _is_old(lifecycle: Lifecycle, order: Order, now: datetime) -> bool:
    """Whether the venue has long shown the order, if it is there."""
    return now >= lifecycle.intents[order.intent_id].expires_after + VISIBILITY_LAG


def _is_asked(order: Order) -> bool:
    """An order in doubt is the resolver's; one that is over has no news but its trades."""
    return order.state not in DOUBTFUL and not order.state.is_over
