"""Random conditions and quotes."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from trader.conditions.condition import (
    All,
    AnyOf,
    BreakoutAbove,
    BreakoutBelow,
    Condition,
    Immediately,
    Not,
    PriceAbove,
    PriceBelow,
)
from trader.venues.quote import PriceSource, Quote

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

levels = st.integers(1, 9).map(Decimal)
sources = st.sampled_from(PriceSource)
levelled = st.one_of(
    *(
        st.builds(kind, level=levels, source=sources)
        for kind in (PriceAbove, PriceBelow, BreakoutAbove, BreakoutBelow)
    )
)


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All, conditions=several),
        st.builds(AnyOf, conditions=several),
        st.builds(Not, condition=parts),
    )


conditions = st.recursive(st.one_of(st.just(Immediately()), levelled), _joined, max_leaves=8)
prices = st.one_of(st.none(), levels)
quotes = st.one_of(
    st.none(),
    st.builds(
        Quote,
        symbol=st.just("BTC"),
        observed_at=st.just(NOW),
        mid=prices,
        mark=prices,
        bid=prices,
        ask=prices,
    ),
)
