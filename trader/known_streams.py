"""Which kinds of streams there are. Another kind is a line here."""

from collections.abc import Mapping

from trader.lifecycle.plan_stream import PLANS
from trader.reconciliation.account import PREFIX
from trader.reconciliation.account_stream import ACCOUNTS
from trader.streams.stream import AnyStream

BY_PREFIX: Mapping[str, AnyStream] = {PREFIX: ACCOUNTS}
"""What the ids of a kind's streams begin with; what begins with none of these is a plan's."""

STREAMS: tuple[AnyStream, ...] = (PLANS, *BY_PREFIX.values())


def stream_of(stream_id: str) -> AnyStream:
    """The kind of the stream of this id."""
    kinds = (kind for prefix, kind in BY_PREFIX.items() if stream_id.startswith(prefix))
    return next(kinds, PLANS)
