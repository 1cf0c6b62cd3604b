"""What every store of strands must keep as it is, and what it must refuse."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.strands.examples import AT, foreign, own, row, start
from trader.strands.encoding import MAX_FLOAT
from trader.strands.identity import new_strand_id
from trader.strands.store import (
    NEW,
    Append,
    InvalidStrand,
    StrandStore,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(-MAX_FLOAT, MAX_FLOAT, exclude_min=True, exclude_max=True)
    | TEXTS
)
OBJECTS = st.dictionaries(
    TEXTS,
    st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)),
)


class TestValues:
    @pytest.mark.parametrize(
        "fields",
        [
            {"content": {"x": float("nan")}},
            {"content": {"x": [1, {"y": float("inf")}]}},
            {"content": {"x": float("-inf")}},
            {"content": {"x": 1e16}},
            {"content": {"x": [-1.5e300]}},
            {"content": {"x": "a\0b"}},
            {"content": {"a\0b": 1}},
            {"content": {"x": "\ud800"}},
            {"content": {"\udfff": 1}},
            {"content": {"x": Decimal("1.5")}},
            {"content": {"x": AT}},
            {"content": {"x": (1, 2)}},
            {"content": {1: "x"}},
            {"content": {"x": b"bytes"}},
            {"content": ["no object"]},
            {"content": None},
            {"module_intelligence": {"x": float("nan")}},
            {"module_intelligence": None},
            {"tags": ("a\0b",)},
            {"tags": (1,)},
            {"tags": ["a list"]},
            {"tags": "text"},
            {"id": ""},
            {"id": "a\0b"},
            {"id": 7},
            {"kind": None},
            {"module": ""},
            {"symbol": "B\0TC"},
            {"regime": 1},
            {"parent_id": "\ud800"},
            {"created_at": "2026-03-01"},
            {"created_at": datetime(2026, 3, 1)},  # noqa: DTZ001
            {"sig_confidence": float("nan")},
            {"sig_sigma": 1.01},
            {"outcome_score": -0.1},
            {"outcome_score": True},
            {"sig_sigma": Decimal("0.5")},
        ],
        ids=repr,
    )
    def test_what_no_store_keeps_is_refused(
        self, store: StrandStore, fields: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidStrand):
            store.insert_foreign(foreign("strand", **({"id": "strand"} | fields)))
        with pytest.raises(InvalidStrand):
            store.append(Append("life", NEW, [own("life", 0, **fields)], row("life", 0)))
        assert store.strands() == ()

    @pytest.mark.parametrize(
        "fields",
        [
            {"stage": ""},
            {"stage": None},
            {"symbol": "\0"},
            {"plan_id": 7},
            {"has_exposure": 1},
            {"due_at": datetime(2026, 3, 1)},  # noqa: DTZ001
            {"updated_at": None},
        ],
        ids=repr,
    )
    def test_a_row_that_no_store_keeps_is_refused(
        self, store: StrandStore, fields: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidStrand):
            start(store, "life", **fields)
        assert store.load("life") == ()

    def test_times_come_back_in_utc(self, store: StrandStore) -> None:
        elsewhere = AT.astimezone(timezone(timedelta(hours=-7)))
        store.insert_foreign(foreign("strand", created_at=elsewhere))
        (strand,) = store.strands()
        assert strand.created_at == AT
        assert strand.created_at.tzinfo is UTC

    @given(
        content=OBJECTS,
        tags=st.lists(TEXTS).map(tuple),
        at=st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1)),  # noqa: DTZ001
        score=st.floats(0, 1),
    )
    @settings(
        max_examples=50,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_json_and_tags_come_back_as_they_went(
        self,
        store: StrandStore,
        content: dict[str, Any],
        tags: tuple[str, ...],
        at: datetime,
        score: float,
    ) -> None:
        fields: dict[str, Any] = {
            "content": content,
            "module_intelligence": content,
            "tags": tags,
            "created_at": at.replace(tzinfo=UTC),
            "sig_confidence": score,
        }
        theirs = foreign(new_strand_id(AT), **fields)
        store.insert_foreign(theirs)
        assert store.strand(theirs.id) == theirs
        lifecycle_id = new_strand_id(AT)
        mine = own(lifecycle_id, 0, **fields)
        store.append(Append(lifecycle_id, NEW, [mine], row(lifecycle_id, 0)))
        assert store.load(lifecycle_id) == (mine,)
