"""The account's fills, read page by page."""

from collections.abc import Callable, Sequence

from trader.venues.hyperliquid.replies import WireFill

PageReader = Callable[[int], Sequence[WireFill]]
"""Given a start in milliseconds (inclusive), the oldest fills from there on, at most a page."""


CERTAINLY_LAST = 500
"""A page with fewer fills is the last: the venue's pages hold up to 2000."""


def read_fills(
    read_page: PageReader, since: int, short_page: int = CERTAINLY_LAST
) -> list[WireFill]:
    """All fills from `since` (milliseconds, inclusive) on, oldest first, each once.

    Pages overlap by the last millisecond, because that millisecond may go on in the next page;
    the reading ends with a page of fewer than `short_page` fills, or when one brings nothing
    new. The venue keeps the 10 000 latest fills.
    Source: Hyperliquid, "Info endpoint", "Retrieve a user's fills by time".
    """
    found: dict[tuple[int, int], WireFill] = {}
    page = read_page(since)
    while unseen := _unseen(page, found):
        found.update(unseen)
        if len(page) < short_page:
            break
        page = read_page(max(fill.time for fill in page))
    return sorted(found.values(), key=lambda fill: fill.time)


def _unseen(
    page: Sequence[WireFill], found: dict[tuple[int, int], WireFill]
) -> dict[tuple[int, int], WireFill]:
    keyed = {(fill.tid, fill.oid): fill for fill in page}
    return {key: fill for key, fill in keyed.items() if key not in found}
