"""The only way in which events of ours enter a store."""

from typing import Any

from trader.strands.store import StrandStore
from trader.streams.stream import Change


def write(store: StrandStore, *changes: Change[Any]) -> None:
    """Append to any streams in one transaction, each as of the state that its change is based on.

    Raises SequenceConflict, which names the stream that has moved on meanwhile; DuplicateSource,
    DuplicatePlan, InvalidStrand, StoreUnavailable.
    """
    store.append(*[change.append for change in changes])
