"""What the stream has to pass on: collected until it is delivered, each thing once."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from trader.market.observation import Observation
from trader.venues.quote import PriceSource


@dataclass(frozen=True, slots=True)
class Callbacks:
    """How the stream has others act. Each may block, may be called again for the same thing, and
    raises Retryable when it could not pass the message on.

    `track`, `press` and `check` take the id of a lifecycle. `track` has a plan tracked of which the
    venue told something; `press` has one tracked, too, and is called for the same plan again soon.
    `reconcile` has the journal compared with the venue, and `take_in` the inbox of new plans
    emptied.
    """

    track: Callable[[str], None]
    press: Callable[[str], None]
    check: Callable[[str], None]
    reconcile: Callable[[], None]
    take_in: Callable[[], None]


@dataclass(slots=True)
class Parcel:
    """Prices in the order of their times, then the plans to be checked on them, to be tracked, and
    to be pressed for.

    Of the same prices of a symbol there is one observation, the latest.
    """

    prices: dict[tuple[str, frozenset[PriceSource]], Observation] = field(default_factory=dict)
    checks: set[str] = field(default_factory=set)
    tracks: set[str] = field(default_factory=set)
    presses: set[str] = field(default_factory=set)


class Outbox:
    """Filled by those who listen, emptied by the one who delivers; all in one event loop."""

    def __init__(self) -> None:
        self._parcel = Parcel()
        self._filled = asyncio.Event()
        self._reconciliation = asyncio.Event()

    def price(self, observation: Observation) -> None:
        """Pass these prices on."""
        key = (observation.symbol, frozenset(observation.prices))
        self._parcel.prices.pop(key, None)
        self._parcel.prices[key] = observation
        self._filled.set()

    def check(self, lifecycle_ids: Iterable[str]) -> None:
        """Have the entry conditions of these plans checked, on the prices passed on before."""
        self._parcel.checks.update(lifecycle_ids)
        if self._parcel.checks:
            self._filled.set()

    def track(self, lifecycle_id: str) -> None:
        """Have this plan tracked."""
        self._parcel.tracks.add(lifecycle_id)
        self._filled.set()

    def press(self, lifecycle_ids: Iterable[str]) -> None:
        """Have these plans tracked, unless they are anyway."""
        self._parcel.presses.update(lifecycle_ids)
        if self._parcel.presses:
            self._filled.set()

    def reconcile(self) -> None:
        """Have the journal compared with the venue."""
        self._reconciliation.set()

    async def reconciliation(self) -> None:
        """Return when a comparison is wanted."""
        await self._reconciliation.wait()
        self._reconciliation.clear()

    async def collect(self) -> Parcel:
        """Everything so far, as soon as there is something."""
        await self._filled.wait()
        self._filled.clear()
        parcel, self._parcel = self._parcel, Parcel()
        return parcel

    def put_back(self, parcel: Parcel) -> None:
        """What could not be delivered, but for what comes again, and the prices, which are old."""
        self.check(parcel.checks)
        for lifecycle_id in parcel.tracks:
            self.track(lifecycle_id)
