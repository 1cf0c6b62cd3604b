"""Asks the venue of what may have changed for one plan: orders first, then trades."""

from dataclasses import dataclass
from datetime import timedelta

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order import DOUBTFUL, Order
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

    def look(self, lifecycle: Lifecycle) -> VenueFacts:
        """Everything that the venue may say anew of the plan."""
        return self._facts(lifecycle, [o for o in lifecycle.unsettled() if _is_asked(o)])

    def look_after_acting(self, lifecycle: Lifecycle) -> VenueFacts:
        """What our own latest action may have changed: cancelled orders, and trades."""
        asked = [o for o in lifecycle.unsettled() if _is_asked(o) and o.cancel_sent]
        return self._facts(lifecycle, asked)

    def _facts(self, lifecycle: Lifecycle, asked: list[Order]) -> VenueFacts:
        reports = self._reports(asked)
        suspicious = lost_position_suspected(lifecycle)
        if not suspicious and not wants_fills(lifecycle, reports):
            return VenueFacts(reports)
        return VenueFacts(reports, self._fills(lifecycle, thorough=suspicious))

    def _reports(self, orders: list[Order]) -> dict[str, OrderReport]:
        reports = {order.cloid: self.venue.order(order.cloid) for order in orders}
        return {cloid: report for cloid, report in reports.items() if report is not None}

    def _fills(self, lifecycle: Lifecycle, thorough: bool) -> tuple[Fill, ...]:
        known = list(lifecycle.orders.values())
        orders = [o for o in known if not o.is_settled or o.may_lack_trades] or known
        since = min(lifecycle.intents[order.intent_id].intended_at for order in orders)
        if not thorough:
            fills = self.venue.fills(since - USUAL_TOLERANCE)
            if any(order.cloid == fill.cloid for order in orders for fill in fills):
                return fills
        return self.venue.fills(since - CLOCK_TOLERANCE)


def _is_asked(order: Order) -> bool:
    """An order in doubt is the resolver's; one that is over has no news but its trades."""
    return order.state not in DOUBTFUL and not order.state.is_over
