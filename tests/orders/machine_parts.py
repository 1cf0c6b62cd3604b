"""Orders, intents and reports that the order machine makes."""

from collections.abc import Sequence

from tests.support.lifecycles import SECOND, START, LifecycleBuilder
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import OrdersIntended
from trader.orders.draft import OrderDraft, intent_id_of, number
from trader.venues.orders import OrderReport, VenueOrderState


def intent_of(
    lifecycle: Lifecycle, drafts: Sequence[OrderDraft], builder: LifecycleBuilder
) -> OrdersIntended:
    """The drafts as an intent of now."""
    orders = number(lifecycle, drafts)
    return OrdersIntended(
        intent_id=intent_id_of(lifecycle.lifecycle_id, orders),
        decided_on=lifecycle.seq,
        signer="0x" + "a" * 40,
        nonce=int((builder.now - START) / SECOND),
        expires_after=builder.now + 15 * SECOND,
        action={},
        orders=orders,
        quote=None,
        intended_at=builder.now,
        reason="about to be sent",
    )


def made_odd(report: OrderReport) -> OrderReport:
    """The report with a status that nobody knows."""
    return report.model_copy(
        update={"state": VenueOrderState.UNRECOGNISED, "venue_status": "teleported"}
    )
