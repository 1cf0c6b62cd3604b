"""Times of acts, in ascending order."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from math import ceil
from typing import TypeVar

T = TypeVar("T")


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def seconds_each(act: Callable[[T], object], subjects: Iterable[T]) -> list[float]:
    """How long it takes with each of the subjects."""
    return sorted(seconds(partial(act, subject)) for subject in subjects)


def repeated(act: Callable[[], object], times: int) -> float:
    """How long it takes, the median of so many times."""
    return quantile(seconds_each(lambda _: act(), range(times)), 0.5)


def quantile(times: list[float], share: float) -> float:
    """The shortest of these times that so large a share of them does not exceed."""
    return times[max(ceil(share * len(times)) - 1, 0)]


def spread(name: str, times: list[float]) -> dict[str, float]:
    """Median and 99th percentile, as two figures in milliseconds."""
    return {
        f"{name}_ms": 1000 * quantile(times, 0.5),
        f"{name}_p99_ms": 1000 * quantile(times, 0.99),
    }
