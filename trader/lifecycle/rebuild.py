"""Makes the projection anew from the strands."""

from trader.lifecycle.fold import fold
from trader.lifecycle.projection import project
from trader.strands.store import StrandStore

PAGE = 500


def rebuild(store: StrandStore) -> int:
    """Replace every row of `lifecycles`; returns how many. Run it while no worker writes."""
    store.clear_lifecycles()
    count, after = 0, None
    while ids := store.lifecycle_ids(after=after, limit=PAGE):
        folded = [fold(store.load(lifecycle_id)) for lifecycle_id in ids]
        store.replace_lifecycles([project(state) for state in folded if state is not None])
        count, after = count + len(ids), ids[-1]
    return count
