"""Paging through fills loses none and doubles none."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from trader.venues.hyperliquid.fill_history import read_fills
from trader.venues.hyperliquid.replies import FILLS, WireFill

PAGE = 5


def fill(trade_id: int, time: int, order_id: int = 1) -> WireFill:
    (parsed,) = FILLS.validate_python(
        [
            {
                "coin": "BTC",
                "px": "1",
                "sz": "1",
                "side": "B",
                "time": time,
                "startPosition": "0",
                "closedPnl": "0",
                "oid": order_id,
                "tid": trade_id,
                "crossed": True,
                "fee": "0",
                "feeToken": "USDC",
            }
        ]
    )
    return parsed


class History:
    """Fills kept as the venue keeps them: oldest first, a page a call, start inclusive."""

    def __init__(self, fills: Sequence[WireFill]) -> None:
        self._fills = sorted(fills, key=lambda item: item.time)
        self.calls = 0

    def page(self, since: int) -> Sequence[WireFill]:
        self.calls += 1
        return [item for item in self._fills if item.time >= since][:PAGE]


def test_nothing_traded() -> None:
    history = History([])
    assert read_fills(history.page, 0) == []
    assert history.calls == 1


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(0, 20))
def test_all_pages_each_fill_once_oldest_first(times: list[int], since: int) -> None:
    crowded = {time for time in times if times.count(time) >= PAGE}
    fills = [fill(number, time) for number, time in enumerate(times) if time not in crowded]
    found = read_fills(History(fills).page, since, PAGE)
    expected = [item for item in fills if item.time >= since]
    assert {item.tid for item in found} == {item.tid for item in expected}
    assert len(found) == len(expected)
    assert [item.time for item in found] == sorted(item.time for item in found)


def test_a_page_that_ends_within_a_millisecond_goes_on_there() -> None:
    fills = [fill(1, 1), fill(2, 1), fill(3, 1), fill(4, 2), fill(5, 2), fill(6, 2), fill(7, 2)]
    assert [item.tid for item in read_fills(History(fills).page, 0, PAGE)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_short_page_is_the_last() -> None:
    history = History([fill(1, 1)])
    assert len(read_fills(history.page, 0)) == 1
    assert history.calls == 1


def test_both_orders_of_a_trade_with_oneself_count() -> None:
    fills = [fill(1, 1, order_id=1), fill(1, 1, order_id=2)]
    assert len(read_fills(History(fills).page, 0)) == 2


def test_a_millisecond_that_fills_a_page_ends_the_reading() -> None:
    history = History([fill(number, 1) for number in range(2 * PAGE)])
    assert len(read_fills(history.page, 0, PAGE)) == PAGE
    assert history.calls == 2
