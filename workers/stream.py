"""The long-lived process on the venue's websocket: `python -m workers.stream`. It holds no key."""

import asyncio
import signal
import sys
from collections.abc import Callable

from kombu.exceptions import OperationalError

from trader.clock import utc_now
from trader.errors import Misconfigured, Retryable
from trader.lifecycle.stage import Stage
from trader.settings import Settings, settings
from trader.strands.plan_notices import notices_of
from trader.stream.follower import StreamParts
from trader.stream.outbox import Callbacks
from trader.stream.service import StreamService
from workers import task_names
from workers.app import app
from workers.journal_context import journal, redis, store
from workers.logs import configure_logging
from workers.pipeline import resume

CHECK_EXPIRES_SECONDS = 30.0
"""A check that waited so long is left to the heartbeat: the prices it was for are old."""
PRESS_EXPIRES_SECONDS = 2.0
"""The stream presses for the plan again when so much time is over; in a queue that is slower,
copies must not pile up."""

MISCONFIGURED = 2


class BrokerUnavailable(Retryable):
    """The message did not reach the broker."""


def stream_parts(configured: Settings) -> StreamParts:
    """What the stream works with. Raises Misconfigured without an account address."""
    if configured.account_address is None:
        raise Misconfigured(
            "TRADER_ACCOUNT_ADDRESS is not set: the stream has no key to take it from; "
            "set it to the account that trades"
        )
    return StreamParts(
        url=configured.venue_url,
        account=configured.account_address.lower(),
        store=store(),
        journal=journal(),
        redis=redis(),
        callbacks=Callbacks(
            track=_track, press=_press, check=_check, reconcile=_reconcile, take_in=_take_in
        ),
        clock=utc_now,
        notices=notices_of(configured.store_url),
    )


def _track(lifecycle_id: str) -> None:
    _send(lambda: resume(lifecycle_id, Stage.TRACK))


def _press(lifecycle_id: str) -> None:
    _send(lambda: resume(lifecycle_id, Stage.TRACK, expires=PRESS_EXPIRES_SECONDS))


def _check(lifecycle_id: str) -> None:
    _send(
        lambda: app.send_task(task_names.CHECK_PLAN, (lifecycle_id,), expires=CHECK_EXPIRES_SECONDS)
    )


def _reconcile() -> None:
    _send(lambda: app.send_task(task_names.SWEEP_ORDERS))


def _take_in() -> None:
    _send(lambda: app.send_task(task_names.TAKE_IN_PLANS, expires=CHECK_EXPIRES_SECONDS))


def _send(message: Callable[[], object]) -> None:
    try:
        message()
    except OperationalError as error:
        raise BrokerUnavailable(f"the broker took no message: {error}") from error


async def _serve(parts: StreamParts) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await StreamService(parts).run_until(stopping)


def main() -> None:
    """Run until SIGTERM or Ctrl-C."""
    configure_logging()
    try:
        parts = stream_parts(settings())
    except Misconfigured as error:
        print(f"trader: {error}", file=sys.stderr)
        sys.exit(MISCONFIGURED)
    asyncio.run(_serve(parts))


if __name__ == "__main__":
    main()
