"""How long the outcome of a request was unknown, while the venue was up. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.chaos.records import Doubt


@dataclass(frozen=True, slots=True)
class Outage:
    """The venue was not there from `began` to `ended`."""

    began: datetime
    ended: datetime


def resolution_seconds(doubts: Iterable[Doubt], outages: Sequence[Outage]) -> list[float]:
    """How long each doubt that has ended lasted, less the time when the venue was away."""
    return [
        (doubt.ended - doubt.began).total_seconds()
        - sum(_overlap(doubt.began, doubt.ended, outage) for outage in outages)
        for doubt in doubts
        if doubt.ended is not None
    ]


def percentile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that so large a share of the values does not exceed; None of none."""
    ranked = sorted(values)
    return ranked[math.ceil(share * len(ranked)) - 1] if ranked else None


def _overlap(began: datetime, ended: datetime, outage: Outage) -> float:
    common = min(ended, outage.ended) - max(began, outage.began)
    return max(common.total_seconds(), 0.0)
