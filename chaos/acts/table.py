"""Who does which act. Another kind is a line here, one in `drawing`, and a function.

A price jump is one of the market's moves. Opposite plans are among the plans: when they come, the
workers that place orders stand for a while, and take them up at the same moment.
"""

from collections.abc import Callable, Mapping

from chaos.acts.act import Act, ActKind
from chaos.acts.cancels import cancel_several
from chaos.acts.clock_steps import step_clock
from chaos.acts.drawing import SECOND_WORKER
from chaos.acts.endings import end_orders
from chaos.acts.owning import act_by_hand
from chaos.acts.performer import Performer
from chaos.acts.redeliveries import redeliver
from chaos.acts.refusals import refuse
from chaos.acts.victims import Victims, process_name
from chaos.traffic import Traffic
from chaos.world import World

PLACING = ("worker-exchange", f"worker-{SECOND_WORKER}")
"""The workers that place orders."""


def performers(world: World, traffic: Traffic) -> Mapping[ActKind, Performer]:
    """Everything that can be done by hand to this world; without a small disk, none is filled."""
    pipeline, venue, kept = world.pipeline, world.venue, world.kept
    broker, owner = pipeline.broker, world.owner
    victims = Victims(pipeline.supervisor, broker, venue, kept.servers, pipeline.stalls)

    def is_venue_there(_: Act) -> bool:
        return not venue.is_away

    table = {
        ActKind.KILL: Performer(victims.claims, victims.kill, victims.is_ready),
        ActKind.FREEZE: Performer(victims.claims, victims.freeze, victims.is_ready),
        ActKind.CLOCK_STEP: Performer(
            lambda act: [f"clock of {process_name(act)}"],
            lambda act: step_clock(pipeline.clocks, act),
        ),
        ActKind.LOCKED_JOURNAL: _always("journal", lambda act: kept.hold_lock(act.seconds)),
        ActKind.OPPOSITE_PLANS: Performer(
            lambda _: PLACING, lambda act: victims.stall(PLACING, act.seconds)
        ),
        ActKind.BROKER_FLUSHED: _always("broker", lambda _: broker.flush()),
        ActKind.BROKER_RESTORED: _always("broker", lambda act: broker.restore(act.seconds)),
        ActKind.REDELIVERED: Performer(
            lambda act: [*victims.claims(act), "broker"],
            lambda act: redeliver(victims, broker, act),
            victims.is_ready,
        ),
        ActKind.VENUE_REFUSES: Performer(
            lambda _: ["refusals"], lambda act: refuse(venue, act), is_venue_there
        ),
        ActKind.VENUE_ENDS_ORDERS: Performer(
            lambda _: ["endings"], lambda act: end_orders(venue, owner.address, act), is_venue_there
        ),
        ActKind.OWNER_TRADES: Performer(
            lambda _: ["owner"], lambda act: act_by_hand(owner, act), is_venue_there
        ),
        ActKind.CANCELS: Performer(
            lambda _: ["cancels"], lambda act: cancel_several(world.store, traffic, act)
        ),
    }
    if kept.disk is not None:
        table[ActKind.FULL_DISK] = _always("journal", lambda act: kept.fill_disk(act.seconds))
    return table


def _always(claim: str, do: Callable[[Act], None]) -> Performer:
    """For an act that can be done whenever nobody else has the claim."""

    def perform(act: Act) -> bool:
        do(act)
        return True

    return Performer(lambda _: [claim], perform)
