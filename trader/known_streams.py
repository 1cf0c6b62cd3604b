"""Which kinds of streams there are. Another kind is a line here."""

from trader.lifecycle.plan_stream import PLANS
from trader.reconciliation.account_stream import ACCOUNTS
from trader.streams.stream import AnyStream

STREAMS: tuple[AnyStream, ...] = (PLANS, ACCOUNTS)


def stream_of(stream_id: str) -> AnyStream:
    """The kind of the stream of this id."""
    return next(stream for stream in STREAMS if stream.owns(stream_id))
