"""A plan, and what a model venue has of it."""

from dataclasses import dataclass

from tests.support.lifecycles import LifecycleBuilder
from trader.lifecycle.lifecycle import Lifecycle
from trader.venues.orders import Fill


@dataclass
class PlanAtVenue:
    """A plan of size 1, and what the venue has of it: trades, and whether its stop works.

    The venue's list may lag, and show a stop as open that has traded.
    """

    builder: LifecycleBuilder
    fills: list[Fill]
    stop_works: bool = False
    list_lags: bool = False

    @property
    def lifecycle(self) -> Lifecycle:
        return self.builder.lifecycle

    @property
    def lifecycle_id(self) -> str:
        return self.lifecycle.lifecycle_id

    @property
    def symbol(self) -> str:
        return self.builder.plan.symbol

    def unbooked(self) -> list[Fill]:
        return [fill for fill in self.fills if fill not in self.lifecycle.fills]
