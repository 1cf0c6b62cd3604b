"""The account's fills, read page by page."""

from collections.abc import Callable, Sequence

from trader.venues.hyperliquid.replies import WireFill

PageReader = Callable[[int], Sequence[WireFill]]
"""Given a start in milliseconds (inclusive), the oldest fills from there on, at most a page."""


def read_fills(read_page: PageReader, since: int) -> list[WireFill]:
    """All fills from `since` (milliseconds, inclusive) on, oldest first, each once.

    Pages overlap by the last millisecond, because that millisecond may go on in the next page;
    the reading ends when a page brings nothing new. The venue keeps the 10 000 latest fills.
    Source: Hyperliquid, "Info endpoint", "Retrieve a user's fills by time".
    """
    found: dict[tuple[int, int], WireFill] = {}
    while page := _unseen(read_page(since), found):
        found.update(page)
        since = max(fill.time for fill in page.values())
    return sorted(found.values(), key=lambda fill: fill.time)


def _unseen(
    page: Sequence[WireFill], found: dict[tuple[int, int], WireFill]
) -> dict[tuple[int, int], WireFill]:
    keyed = {(fill.tid, fill.oid): fill for fill in page}
    return {key: fill for key, fill in keyed.items() if key not in found}
