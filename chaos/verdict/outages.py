"""Times in which nobody could do anything, and what is left of others without them. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """The venue, or the store, was not there from `began` to `ended`."""

    began: datetime
    ended: datetime


def seconds_without(began: datetime, ended: datetime, outages: Sequence[Outage]) -> float:
    """How long it was, less the outages, which may overlap."""
    common = sum(_overlap(began, ended, outage) for outage in _apart(outages))
    return (ended - began).total_seconds() - common


def percentile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that so large a share of the values does not exceed; None of none."""
    ranked = sorted(values)
    return ranked[max(math.ceil(share * len(ranked)), 1) - 1] if ranked else None


def _apart(outages: Iterable[Outage]) -> list[Outage]:
    """The same time, in outages that do not overlap."""
    apart: list[Outage] = []
    for outage in sorted(outages, key=lambda outage: outage.began):
        if apart and outage.began <= apart[-1].ended:
            apart[-1] = Outage(apart[-1].began, max(apart[-1].ended, outage.ended))
        else:
            apart.append(outage)
    return apart


def _overlap(began: datetime, ended: datetime, outage: Outage) -> float:
    common = min(ended, outage.ended) - max(began, outage.began)
    return max(common.total_seconds(), 0.0)
