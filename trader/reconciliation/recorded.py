"""Which of an account's trades are written down, and up to when all of them are. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trader.lifecycle.lifecycle import Lifecycle
from trader.reconciliation.account import AccountState, FillKey, key_of
from trader.venues.orders import Fill


@dataclass(frozen=True, slots=True)
class RecordedTrades:
    """The trades that a plan's strands hold, or the account's own.

    `owners` are the tracked plans by the cloids of their orders; `booked` are the ids of trades
    that the journal has of other plans; `published` are the account's trades of other hands.
    """

    owners: Mapping[str, Lifecycle]
    booked: frozenset[str]
    published: frozenset[FillKey]

    def owner_of(self, fill: Fill) -> Lifecycle | None:
        """The tracked plan whose order traded."""
        return self.owners.get(fill.cloid or "")

    def has(self, fill: Fill) -> bool:
        """Whether the trade is written down: one of a tracked plan, by that plan itself."""
        owner = self.owner_of(fill)
        if owner is not None:
            return owner.orders[fill.cloid or ""].has(fill)
        return str(fill.trade_id) in self.booked or key_of(fill) in self.published

    def strange(self, fills: Iterable[Fill]) -> Iterator[Fill]:
        """The trades of no tracked plan that are not written down."""
        return (fill for fill in fills if self.owner_of(fill) is None and not self.has(fill))

    def complete_until(self, fills: Sequence[Fill]) -> datetime | None:
        """The time before which each of these trades is written down; None when there are none.

        It stays before a trade that its plan has not booked, however long that takes, because the
        venue's list may be all that tells of it. What else a plan waits for does not matter.
        """
        missing = [fill for fill in fills if not self.has(fill)]
        if missing:
            return min(fill.traded_at for fill in missing)
        return max((fill.traded_at for fill in fills), default=None)


def recorded_trades(
    tracked: Iterable[Lifecycle], account: AccountState, booked: frozenset[str] = frozenset()
) -> RecordedTrades:
    """What these plans and the account have recorded; `booked` is of plans that are not tracked."""
    owners = {cloid: lifecycle for lifecycle in tracked for cloid in lifecycle.orders}
    return RecordedTrades(owners, booked, account.fill_keys)
