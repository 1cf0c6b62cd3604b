"""How long the outcome of a request was unknown, while there were venue and store. Pure."""

from collections.abc import Iterable, Sequence

from chaos.clocks import ClockStep, true_times
from chaos.verdict.outages import Outage, seconds_without
from chaos.verdict.records import Doubt


def resolution_seconds(
    doubts: Iterable[Doubt], outages: Sequence[Outage], steps: Sequence[ClockStep] = ()
) -> list[float]:
    """How long each doubt that has ended lasted, less the outages, which may overlap.

    One that a process with a stepped clock may have written tells no length.
    """
    return [
        seconds_without(doubt.began, doubt.ended, outages)
        for doubt in doubts
        if doubt.ended is not None
        and not any(len(true_times(at, steps)) > 1 for at in (doubt.began, doubt.ended))
    ]
