"""The exchange queue's eyes: what the venue lists and quotes, for those who hold no key."""

from trader.settings import settings
from workers import task_names
from workers.app import app
from workers.exchange_context import market_venue
from workers.journal_context import market
from workers.stage_task import StageTask


@app.task(name=task_names.PUBLISH_MARKET, base=StageTask)
def publish_market() -> None:
    """Publish quotes and instruments, then have the waiting plans checked.

    They are checked without fresh prices too: expiry and cancellation need none. The venue's
    count of our requests is taken on the way, when it is due.
    """
    try:
        market().publish(market_venue().quotes(), market_venue().instruments())
        market_venue().refresh_request_use()
    finally:
        app.send_task(task_names.CHECK_PLANS, expires=settings().heartbeat_seconds)
