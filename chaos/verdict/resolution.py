"""How long the outcome of a request was unknown, while there were venue and store. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chaos.verdict.records import Doubt


@dataclass(frozen=True, slots=True)
class Outage:
    """The venue, or the store, was not there from `began` to `ended`."""

    began: datetime
    ended: datetime


def resolution_seconds(doubts: Iterable[Doubt], outages: Sequence[Outage]) -> list[float]:
    """How long each doubt that has ended lasted, less the outages, which may overlap."""
    apart = _apart(outages)
    return [
        (doubt.ended - doubt.began).total_seconds()
        - sum(_overlap(doubt.began, doubt.ended, outage) for outage in apart)
        for doubt in doubts
        if doubt.ended is not None
    ]


def percentile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that so large a share of the values does not exceed; None of none."""
    ranked = sorted(values)
    return ranked[math.ceil(share * len(ranked)) - 1] if ranked else None


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
