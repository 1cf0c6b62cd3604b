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
from trader.orders.netting import opposes
from trader.orders.observation import CLOCK_TOLERANCE
from trader.strands.store import StrandStore
from trader.streams.event import Event
from trader.venues.venue import Venue

ZERO = Decimal(0)


class PositionMoving(Retryable):
    """The account traded while its holdings were added up: look again soon."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Another plan of the symbol: as it is, its trades that are not booked yet, and with them."""

    lifecycle: Lifecycle
    news: tuple[Event, ...]
    ahead: Lifecycle


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account holds in a symbol, as far as it can be one plan's.

    `net_size` is the account's signed position, less what other plans have taken and will give
    back. `beside` are the symbol's other plans, where one of them holds the other side.
    """

    net_size: Decimal
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class Holdings:
    """Looks at one account, which holds one net position a symbol for all plans together."""

    store: StrandStore
    journal: Journal
    venue: Venue
    clock: Clock

    def look(self, lifecycle: Lifecycle) -> Holding:
        """What the account holds in the plan's symbol.

        The other plans are asked only when the account has nothing that the plan could reduce: one
        of them may have closed more than its own, or hold the other side.
        Raises VenueUnavailable, PositionMoving, UnreadableLifecycle: what a plan that cannot be
        read holds is not known, and may not count as nothing.
        """
        symbol = plan_of(lifecycle).symbol
        net = self._at_venue(symbol)
        if net * lifecycle.position.size > 0:
            return Holding(net)
        others = self._others(symbol, lifecycle.lifecycle_id)
        beside = self._with_their_trades(others) if others else ()
        if self._at_venue(symbol) != net:
            raise PositionMoving(f"the account trades {symbol} at this moment")
        owed = sum((other.ahead.position.size for other in beside if other.ahead.owes), ZERO)
        is_opposed = any(opposes(lifecycle, other.ahead) for other in beside)
        return Holding(net - owed, beside if is_opposed else ())

    def _at_venue(self, symbol: str) -> Decimal:
        held = [p.size for p in self.venue.account().positions if p.symbol == symbol]
        return held[0] if held else ZERO

    def _others(self, symbol: str, lifecycle_id: str) -> list[Lifecycle]:
        """The other plans that hold, or may hold, the symbol."""
        rows = rows_in(self.store, Stage.TRACK, symbol=symbol)
        ids = [row.lifecycle_id for row in rows if row.lifecycle_id != lifecycle_id]
        return list(self.journal.load_all(ids).values())

    def _with_their_trades(self, lifecycles: Sequence[Lifecycle]) -> tuple[Beside, ...]:
        """As they will be once they have booked what the venue knows."""
        intents = [intent for lc in lifecycles for intent in lc.intents.values()]
        since = min(intent.intended_at for intent in intents) - CLOCK_TOLERANCE
        facts, now = VenueFacts(fills=self.venue.fills(since)), self.clock()
        found = [(lifecycle, follow(lifecycle, facts, now)) for lifecycle in lifecycles]
        return tuple(Beside(lc, news, apply_all(lc, news, now)) for lc, news in found)
