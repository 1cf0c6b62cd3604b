"""One run: havoc while plans flow in, then quiet, then judgement."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from chaos.acts.act import ActKind
from chaos.acts.table import performers
from chaos.clocks import ClockStep
from chaos.havoc import Havoc
from chaos.keeping import copy_journal
from chaos.patience import patiently
from chaos.scenario import Scenario
from chaos.traffic import Traffic
from chaos.verdict.after_end import Moments
from chaos.verdict.false_alarms import false_alarms, unnoticed
from chaos.verdict.finding import Finding
from chaos.verdict.judge import is_at_rest, unfinished
from chaos.verdict.outages import Outage, percentile, seconds_without
from chaos.verdict.refusals import refused_exits
from chaos.verdict.replays import replay_all
from chaos.verdict.report import Report
from chaos.verdict.resolution import resolution_seconds
from chaos.verdict.unprotected_time import unprotected_times
from chaos.verdict.verdict import View, verdict
from chaos.world import World, running_world
from trader.clock import utc_now
from trader.lifecycle.stage import Stage

REST_SECONDS = 90.0
"""How long the plans may take to come to rest once everything is quiet."""
END_SECONDS = 60.0
"""How long those that are left may take to end once they are told to."""
LOOK_SECONDS = 0.1


def run(scenario: Scenario, folder: Path) -> Report:
    """Everything from the first process to the verdict; logs and journal stay in the folder."""
    with running_world(folder, scenario.seed, scenario.store) as world:
        traffic = Traffic(world.store, world.venue)
        havoc = Havoc(performers(world, traffic))
        began = time.monotonic()
        _let_loose(scenario, world, havoc, traffic)
        quiet_at = time.monotonic()
        at_rest, rests = _view_when(
            world, lambda view: _all_rest(view, traffic.submitted), REST_SECONDS
        )
        recovered = time.monotonic() - quiet_at
        for plan in at_rest.plans:
            if plan.stage is not Stage.DONE:
                traffic.cancel(plan.lifecycle_id, closes=True)
        at_end, _ = _view_when(world, lambda view: _is_over(view, world, traffic), END_SECONDS)
        replays = patiently(lambda: replay_all(world.store))
        findings = (
            *verdict(traffic.submitted, at_rest, at_end, _moments(world, traffic)),
            *patiently(lambda: false_alarms(world.store, at_end.ledger)),
            *patiently(lambda: unnoticed(world.store, at_end.ledger)),
            *replays.findings,
        )
        if not world.kept.is_left:
            copy_journal(world.store, folder / "trader.db")
        return _report(
            scenario,
            at_end,
            world,
            findings=findings,
            havoc=havoc,
            recovered=recovered if rests else None,
            replayed=replays.count,
            seconds=time.monotonic() - began,
        )


def _let_loose(scenario: Scenario, world: World, havoc: Havoc, traffic: Traffic) -> None:
    """Act, send and move prices at the same time; afterwards the venue fails no more."""
    world.venue.disturb()
    started = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        everything = [
            pool.submit(havoc.wreak, scenario.by_hand, started),
            pool.submit(traffic.send, scenario.plans, started),
            pool.submit(traffic.move, scenario.moves, started),
        ]
    for each in everything:
        each.result()
    havoc.done.update(act.name for act in scenario.acts_of(ActKind.PRICE_JUMP))
    world.venue.calm()


def _view_when(world: World, holds: Callable[[View], bool], seconds: float) -> tuple[View, bool]:
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


def _view(world: World) -> View:
    return View(patiently(world.journal.plans), world.ledger())


def _all_rest(view: View, submitted: Sequence[str]) -> bool:
    resting = {plan.lifecycle_id for plan in view.plans if is_at_rest(plan, view.ledger)}
    return resting.issuperset(submitted)


def _is_over(view: View, world: World, traffic: Traffic) -> bool:
    """Whether all plans are done, and what the owner did last is noticed too."""
    if unfinished(traffic.submitted, view.plans):
        return False
    return not patiently(lambda: unnoticed(world.store, view.ledger))


def _moments(world: World, traffic: Traffic) -> Moments:
    return Moments(
        cancelled=traffic.cancelled,
        steps=world.pipeline.clocks.steps,
        outages=world.venue.outages,
        stalls=world.pipeline.stalls,
    )


def _report(
    scenario: Scenario,
    view: View,
    world: World,
    *,
    findings: tuple[Finding, ...],
    havoc: Havoc,
    recovered: float | None,
    replayed: int,
    seconds: float,
) -> Report:
    doubts = [doubt for plan in view.plans for doubt in plan.doubts]
    venue, store, steps = world.venue.outages, world.kept.outages, world.pipeline.clocks.steps
    return Report(
        seed=scenario.seed,
        store=scenario.store,
        plans=len(scenario.plans),
        outcomes=Counter(plan.outcome or plan.stage for plan in view.plans),
        acts=havoc.done,
        left_out=havoc.left_out,
        faults=world.venue.struck,
        orders_accepted=len(view.ledger.orders),
        fills=len(view.ledger.trades),
        doubts=len(doubts),
        unknown_resolution_p99_s=percentile(
            resolution_seconds(doubts, [*venue, *store], steps), 0.99
        ),
        unknown_resolution_with_store_outages_p99_s=percentile(
            resolution_seconds(doubts, venue, steps), 0.99
        ),
        without_stop=_without_stop(view, [*venue, *store], steps),
        without_stop_with_broker=_without_stop(
            view, [*venue, *store, *world.pipeline.broker.outages], steps
        ),
        most_refused_exits=max(map(refused_exits, view.plans), default=0),
        recovered_s=recovered,
        replayed=replayed,
        anomalies=Counter(chain.from_iterable(plan.anomalies for plan in view.plans)),
        seconds=seconds,
        findings=findings,
    )


def _without_stop(view: View, outages: Sequence[Outage], steps: Sequence[ClockStep]) -> list[float]:
    """Each time without a stop, less the outages, in which nobody could have placed it."""
    now = utc_now()
    spans = (unprotected_times(plan, view.ledger, now, steps) for plan in view.plans)
    return [seconds_without(span.began, span.ended, outages) for span in chain.from_iterable(spans)]
