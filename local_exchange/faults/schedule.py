"""Faults drawn by chance: the same seed gives the n-th request or message the same fault."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Annotated, Final, TypeVar

from pydantic import Field

from local_exchange.faults.fault import NonNegative
from local_exchange.faults.http_faults import (
    Delayed,
    Ending,
    HttpError,
    Moment,
    ReplyDropped,
    RequestDropped,
    RequestOccurrence,
)
from local_exchange.faults.scope import Surface
from local_exchange.faults.socket_faults import (
    FILL_CHANNELS,
    UPDATE_CHANNEL,
    FillDuplicated,
    MessageLost,
    SocketClosed,
    SocketOccurrence,
    SocketSilent,
    UpdatesReordered,
)
from local_exchange.faults.venue_faults import ActionOccurrence, ActionRefused, BatchRefused
from local_exchange.wire.scalars import WireModel

Drawn = TypeVar("Drawn")
Rate = Annotated[float, Field(ge=0, le=1)]

_ON_BOTH_SURFACES: Final[tuple[RequestOccurrence, ...]] = (
    ReplyDropped(ending=Ending.CLOSE),
    ReplyDropped(ending=Ending.RESET),
    RequestDropped(ending=Ending.CLOSE),
    RequestDropped(ending=Ending.RESET),
    HttpError(status=429),
    HttpError(status=500),
    HttpError(status=502),
    HttpError(status=502, moment=Moment.AFTER),
)
_REFUSALS: Final[tuple[ActionOccurrence, ...]] = (BatchRefused(), ActionRefused())
_ON_EVERY_CHANNEL: Final[tuple[SocketOccurrence, ...]] = (
    SocketClosed(),
    SocketSilent(),
    MessageLost(),
)


class Schedule(WireModel):
    """How often faults strike: `rate` of HTTP requests (those to /exchange and to /info counted
    apart), `refusal_rate` of admitted actions, `socket_rate` of messages (each channel apart).
    """

    seed: int
    rate: Rate = 0.0
    refusal_rate: Rate = 0.0
    socket_rate: Rate = 0.0
    max_delay_ms: NonNegative = 3_000

    def http_fault(self, surface: Surface, number: int) -> RequestOccurrence | None:
        """The fault of the surface's request of that number."""
        return self._draw(surface, number, self.rate, self._http_fault)

    def refusal(self, number: int) -> ActionOccurrence | None:
        """The fault of the admitted action of that number."""
        return self._draw("refusal", number, self.refusal_rate, lambda r: r.choice(_REFUSALS))

    def socket_fault(self, channel: str, number: int) -> SocketOccurrence | None:
        """The fault of the channel's message of that number."""
        faults = _on_channel(channel)
        return self._draw(channel, number, self.socket_rate, lambda r: r.choice(faults))

    def _draw(
        self, stream: str, number: int, rate: float, pick: Callable[[Random], Drawn]
    ) -> Drawn | None:
        random = Random(f"{self.seed}:{stream}:{number}")
        return pick(random) if random.random() < rate else None

    def _http_fault(self, random: Random) -> RequestOccurrence:
        delay_ms = random.randint(0, self.max_delay_ms)
        delays = [Delayed(moment=each, min_ms=delay_ms, max_ms=delay_ms) for each in Moment]
        return random.choice([*_ON_BOTH_SURFACES, *delays])


def _on_channel(channel: str) -> Sequence[SocketOccurrence]:
    if channel in FILL_CHANNELS:
        return [*_ON_EVERY_CHANNEL, FillDuplicated()]
    if channel == UPDATE_CHANNEL:
        return [*_ON_EVERY_CHANNEL, UpdatesReordered()]
    return _ON_EVERY_CHANNEL
