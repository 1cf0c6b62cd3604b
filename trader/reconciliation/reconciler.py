"""Compares the venue with the journal: at the start, after reconnects, and at each sweep."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from trader.clock import Clock
from trader.lifecycle.cache import LifecycleCache
from trader.lifecycle.collector import paused_collector
from trader.lifecycle.lifecycle import Lifecycle
from trader.reconciliation.account import AccountState
from trader.reconciliation.account_stream import ACCOUNTS
from trader.reconciliation.compare import VenueSnapshot, compare, confirmed
from trader.reconciliation.cursor import FillCursor
from trader.reconciliation.events import AccountEvent, AccountOpened
from trader.reconciliation.recorded import RecordedTrades, recorded_trades
from trader.strands.store import StrandStore
from trader.streams.event import Event
from trader.streams.journal import write
from trader.venues.venue import Venue


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Reconciles one account at one venue. Run twice, the second run writes nothing."""

    store: StrandStore
    venue: Venue
    account_id: str
    address: str
    tracked: LifecycleCache
    cursor: FillCursor
    clock: Clock
    grace: timedelta

    @paused_collector()
    def reconcile(self) -> tuple[str, ...]:
        """Publish every new difference; the plans that must be tracked now.

        Raises VenueUnavailable, SequenceConflict (another worker reconciles at this moment).
        """
        account = self._account()
        snapshot = self._snapshot(account)
        tracked = self.tracked.sweep()
        recorded = self._recorded(tracked, account, snapshot)
        differences = compare(
            tracked,
            recorded,
            account,
            snapshot,
            self.venue.instruments(),
            self.clock(),
            self.grace,
        )
        account = self._publish(account, self._confirmed(differences.events))
        self._advance_cursor(snapshot, replace(recorded, published=account.fill_keys))
        return differences.to_track

    def _confirmed(self, events: Sequence[AccountEvent]) -> tuple[AccountEvent, ...]:
        """The venue is asked once more only where something is to be published."""
        if not events:
            return ()
        return confirmed(events, self.venue.open_orders(), self.venue.account().positions)

    def _account(self) -> AccountState:
        state = ACCOUNTS.fold(self.store.load(self.account_id))
        return state if state is not None else self._open()

    def _open(self) -> AccountState:
        now = self.clock()
        opened = AccountOpened(
            venue=self.venue.name,
            address=self.address,
            since=now,
            reason=f"the Trader watches {self.address} at {self.venue.name} from now on",
        )
        change = ACCOUNTS.change(self.account_id, None, (opened,), now)
        write(self.store, change)
        return change.after

    def _snapshot(self, account: AccountState) -> VenueSnapshot:
        """Orders before trades before positions: what changes meanwhile is seen as unsettled."""
        return VenueSnapshot(
            open_orders=self.venue.open_orders(),
            fills=self.venue.fills(max(self.cursor.read() or account.since, account.since)),
            positions=self.venue.account().positions,
        )

    def _recorded(
        self, tracked: Sequence[Lifecycle], account: AccountState, snapshot: VenueSnapshot
    ) -> RecordedTrades:
        """The store is asked only of trades that neither a tracked plan nor the account knows."""
        known = recorded_trades(tracked, account)
        strange = [str(fill.trade_id) for fill in known.strange(snapshot.fills)]
        return replace(known, booked=self.store.trades_booked(strange)) if strange else known

    def _publish(self, account: AccountState, events: Sequence[Event]) -> AccountState:
        if not events:
            return account
        change = ACCOUNTS.change(account.account_id, account, events, self.clock())
        write(self.store, change)
        return change.after

    def _advance_cursor(self, snapshot: VenueSnapshot, recorded: RecordedTrades) -> None:
        """Past the trades that are written down, whatever the plans still wait for."""
        until = recorded.complete_until(snapshot.fills)
        if until is not None:
            self.cursor.advance(until)
