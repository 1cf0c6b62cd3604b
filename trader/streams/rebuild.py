"""Makes the projection anew from the strands."""

from collections.abc import Callable, Sequence

from trader.strands.store import StrandStore
from trader.strands.strand import LifecycleRow, Strand
from trader.streams.stream import AnyStream, BrokenStream

PAGE = 500
"""So many streams are read at a time."""


def rebuild(store: StrandStore, stream_of: Callable[[str], AnyStream]) -> int:
    """Replace every row of `lifecycles`; returns how many. Run it while no worker writes."""
    store.clear_lifecycles()
    count, after = 0, None
    while ids := store.lifecycle_ids(after=after, limit=PAGE):
        strands = store.load_many(ids)
        store.replace_lifecycles([_row(i, strands.get(i, ()), stream_of(i)) for i in ids])
        count, after = count + len(ids), ids[-1]
    return count


def _row(stream_id: str, strands: Sequence[Strand], stream: AnyStream) -> LifecycleRow:
    state = stream.fold(strands)
    if state is None:
        raise BrokenStream(f"lifecycle {stream_id} lost its strands during the rebuild")
    return stream.project(state)
