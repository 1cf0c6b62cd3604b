"""The rank of a value among others."""

import pytest

from chaos.verdict.outages import percentile


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], None), ([3.0], 3.0), ([float(n) for n in range(1, 101)], 99.0), ([2.0, 1.0], 2.0)],
)
def test_the_nearest_rank_counts(values: list[float], expected: float | None) -> None:
    assert percentile(values, 0.99) == expected
