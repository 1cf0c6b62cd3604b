"""What the account holds in a symbol, and how much of it can be one plan's."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trader.clock import Clock
from trader.errors import Retryable
from trader.lifecycle.fold import apply_all
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle, plan_of
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Stage
from trader.orders.following import VenueFacts, follow
from trader.orders.observation import CLOCK_TOLERANCE
from trader.strands.store import StrandStore
from trader.venues.venue import Venue

ZERO = Decimal(0)


class PositionMoving(Retryable):
    """The account traded while its holdings were added up: look again soon."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Looks at one account, which holds one net position a symbol for all plans together."""

    store: StrandStore
    journal: Journal
    venue: Venue
    clock: Clock

    def net_size(self, lifecycle: Lifecycle) -> Decimal:
        """The account's signed position in the plan's symbol.

        When that alone would say that the plan's position is gone, it is what the account holds
        beyond the other plans' positions: one of them may have closed more than its own.
        Raises VenueUnavailable, PositionMoving, UnreadableLifecycle: what a plan that cannot be
        read holds is not known, and may not count as nothing.
        """
        symbol = plan_of(lifecycle).symbol
        net = self._at_venue(symbol)
        if net * lifecycle.position.size > 0:
            return net
        others = self._others(symbol, lifecycle.lifecycle_id)
        held_by_others = self._held(others) if others else ZERO
        if self._at_venue(symbol) != net:
            raise PositionMoving(f"the account trades {symbol} at this moment")
        return net - held_by_others

    def _at_venue(self, symbol: str) -> Decimal:
        held = [p.size for p in self.venue.account().positions if p.symbol == symbol]
        return held[0] if held else ZERO

    def _others(self, symbol: str, lifecycle_id: str) -> list[Lifecycle]:
        """The other plans that hold, or may hold, the symbol."""
        rows = rows_in(self.store, Stage.TRACK, symbol=symbol)
        ids = [row.lifecycle_id for row in rows if row.lifecycle_id != lifecycle_id]
        return list(self.journal.load_all(ids).values())

    def _held(self, lifecycles: Sequence[Lifecycle]) -> Decimal:
        """The sum of their positions, with the trades that they have not booked yet."""
        intents = [intent for lc in lifecycles for intent in lc.intents.values()]
        since = min(intent.intended_at for intent in intents) - CLOCK_TOLERANCE
        facts, now = VenueFacts(fills=self.venue.fills(since)), self.clock()
        ahead = [apply_all(lc, follow(lc, facts, now), now) for lc in lifecycles]
        return sum((lifecycle.position.size for lifecycle in ahead), ZERO)
