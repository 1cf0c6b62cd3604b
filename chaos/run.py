"""One run: havoc while plans flow in, then quiet, then judgement."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from chaos.havoc import Havoc
from chaos.keeping import copy_journal
from chaos.patience import patiently
from chaos.scenario import Scenario
from chaos.traffic import Traffic
from chaos.verdict.false_alarms import false_alarms
from chaos.verdict.judge import Crime, Finding, compare, is_at_rest, unfinished
from chaos.verdict.records import Doubt, Ledger, PlanRecord
from chaos.verdict.replays import Replays, replay_all
from chaos.verdict.report import Report
from chaos.verdict.resolution import Outage, percentile, resolution_seconds
from chaos.world import World, running_world
from trader.lifecycle.stage import Stage

REST_SECONDS = 90.0
"""How long the plans may take to come to rest once everything is quiet."""
END_SECONDS = 60.0
"""How long those that are left may take to end once they are told to."""
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _View:
    """Both sides, read one right after the other."""

    plans: Sequence[PlanRecord]
    ledger: Ledger


def run(scenario: Scenario, folder: Path) -> Report:
    """Everything from the first process to the verdict; logs and journal stay in the folder."""
    with running_world(folder, scenario.seed, scenario.store) as world:
        havoc = Havoc(world.supervisor, world.venue, world.kept.servers)
        traffic = Traffic(world)
        began = time.monotonic()
        _let_loose(scenario, world, havoc, traffic)
        quiet_at = time.monotonic()
        at_rest, rests = _view_when(
            world, lambda view: _all_rest(view, traffic.submitted), REST_SECONDS
        )
        recovered = time.monotonic() - quiet_at
        for plan in at_rest.plans:
            if plan.stage is not Stage.DONE:
                traffic.end(plan.lifecycle_id)
        at_end, _ = _view_when(
            world, lambda view: not unfinished(traffic.submitted, view.plans), END_SECONDS
        )
        replays = patiently(lambda: replay_all(world.store))
        alarms = patiently(lambda: false_alarms(world.store))
        if world.kept.servers:
            copy_journal(world.store, folder / "trader.db")
        return _report(
            scenario,
            at_end,
            replays,
            findings=(*_findings(at_rest, at_end, traffic.submitted), *alarms),
            kills=havoc.done,
            world=world,
            recovered=recovered if rests else None,
            seconds=time.monotonic() - began,
        )


def _let_loose(scenario: Scenario, world: World, havoc: Havoc, traffic: Traffic) -> None:
    """Kill and send at the same time; afterwards the venue fails no more."""
    world.venue.disturb()
    started = time.monotonic()
    with ThreadPoolExecutor(2) as both:
        killing = both.submit(havoc.wreak, scenario.kills, started)
        sending = both.submit(traffic.send, scenario, started)
    killing.result()
    sending.result()
    world.venue.calm()


def _view_when(world: World, holds: Callable[[_View], bool], seconds: float) -> tuple[_View, bool]:
    """The first view of which it holds; the last one, and False, when there is none in time.

    A view taken later would not do: a plan that waits may enter at any moment.
    """
    deadline = time.monotonic() + seconds
    while True:
        view = _view(world)
        is_found = holds(view)
        if is_found or time.monotonic() >= deadline:
            return view, is_found
        time.sleep(LOOK_SECONDS)


def _view(world: World) -> _View:
    return _View(patiently(world.journal.plans), world.ledger())


def _all_rest(view: _View, submitted: Sequence[str]) -> bool:
    resting = {plan.lifecycle_id for plan in view.plans if is_at_rest(plan, view.ledger)}
    return resting.issuperset(submitted)


def _findings(at_rest: _View, at_end: _View, submitted: Sequence[str]) -> tuple[Finding, ...]:
    """Protection is judged while positions are held, everything else when all is over."""
    held = compare(at_rest.plans, at_rest.ledger)
    return (
        *(finding for finding in held if finding.crime is Crime.UNPROTECTED),
        *compare(at_end.plans, at_end.ledger),
        *unfinished(submitted, at_end.plans),
    )


def _report(
    scenario: Scenario,
    view: _View,
    replays: Replays,
    findings: tuple[Finding, ...],
    kills: Counter[str],
    world: World,
    recovered: float | None,
    seconds: float,
) -> Report:
    doubts = [doubt for plan in view.plans for doubt in plan.doubts]
    return Report(
        seed=scenario.seed,
        store=scenario.store,
        plans=len(scenario.plans),
        outcomes=Counter(plan.outcome or plan.stage for plan in view.plans),
        kills=kills,
        faults=world.venue.struck,
        orders_accepted=len(view.ledger.orders),
        fills=len(view.ledger.trades),
        doubts=len(doubts),
        unknown_resolution_p99_s=_p99(doubts, [*world.venue.outages, *world.kept.outages]),
        unknown_resolution_with_store_outages_p99_s=_p99(doubts, world.venue.outages),
        recovered_s=recovered,
        replayed=replays.count,
        anomalies=Counter(chain.from_iterable(plan.anomalies for plan in view.plans)),
        seconds=seconds,
        findings=(*findings, *replays.findings),
    )


def _p99(doubts: Sequence[Doubt], outages: Sequence[Outage]) -> float | None:
    return percentile(resolution_seconds(doubts, outages), 0.99)
