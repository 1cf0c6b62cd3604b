"""Asks the venue of what may have changed for one plan: orders first, then trades."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta

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


@dataclass(frozen=True, slots=True)
class Observer:
    """Observes plans at one venue. All calls raise VenueUnavailable."""

    venue: Venue

    def look(self, lifecycle: Lifecycle, answered: Set[str] = frozenset()) -> VenueFacts:
        """All that the venue may say anew of the plan, save of orders that it just answered for.

        `answered` are their client order ids. The others may have ended without us: the venue
        itself withdraws the exits of a position that is closed.
        """
        orders = [order for order in lifecycle.unsettled() if _is_asked(order)]
        reports = self._reports([order for order in orders if order.cloid not in answered])
        suspicious = lost_position_suspected(lifecycle)
        if not suspicious and not wants_fills(lifecycle, reports):
            return VenueFacts(reports)
        return VenueFacts(reports, self._fills(lifecycle, reports, thorough=suspicious))

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


def _is_asked(order: Order) -> bool:
    """An order in doubt is the resolver's; one that is over has no news but its trades."""
    return order.state not in DOUBTFUL and not order.state.is_over
