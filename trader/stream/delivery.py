"""Carries what the outbox holds to Redis and to those who act. What blocks runs in threads."""

import asyncio
from typing import Never

import structlog

from trader.errors import Retryable
from trader.market.snapshot import LeasedPrices
from trader.stream.lease import LeaseLost
from trader.stream.outbox import Callbacks, Outbox, Parcel

log = structlog.get_logger()

PAUSE_SECONDS = 0.02
"""Between two deliveries: what comes in meanwhile for the same plan becomes one message."""
RECONCILE_PAUSE_SECONDS = 3.0
"""Between two comparisons with the venue: each costs some of the address's weight."""
RETRY_SECONDS = 1.0


class Delivery:
    """Delivers while the lease has this token."""

    def __init__(
        self, outbox: Outbox, callbacks: Callbacks, prices: LeasedPrices, token: int
    ) -> None:
        self._outbox = outbox
        self._callbacks = callbacks
        self._prices = prices
        self._token = token

    async def deliver_forever(self) -> Never:
        """Prices first, so that whoever checks a plan finds them. Raises LeaseLost."""
        while True:
            parcel = await self._outbox.collect()
            try:
                await asyncio.to_thread(self._carry, parcel)
            except LeaseLost:
                raise
            except Retryable as error:
                log.warning("not delivered, tried again", why=str(error))
                self._outbox.put_back(parcel)
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def reconcile_forever(self) -> Never:
        """Have the journal compared with the venue when asked; the last wish is never lost."""
        while True:
            await self._outbox.reconciliation()
            try:
                await asyncio.to_thread(self._callbacks.reconcile)
            except Retryable as error:
                log.warning("no reconciliation, tried again", why=str(error))
                self._outbox.reconcile()
            await asyncio.sleep(RECONCILE_PAUSE_SECONDS)

    def _carry(self, parcel: Parcel) -> None:
        if parcel.prices and not self._prices.write(parcel.prices.values(), self._token):
            raise LeaseLost(f"the stream's lease {self._token} is no longer ours")
        for lifecycle_id in parcel.checks:
            self._callbacks.check(lifecycle_id)
        for lifecycle_id in parcel.tracks:
            self._callbacks.track(lifecycle_id)
        for lifecycle_id in parcel.presses - parcel.tracks:
            self._callbacks.press(lifecycle_id)
