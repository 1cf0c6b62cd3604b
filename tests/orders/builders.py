"""What the tests of single decisions share: a plan with exits, and rarer events."""

from datetime import timedelta
from decimal import Decimal

from tests.support.lifecycles import SECOND, LifecycleBuilder, Number, a_plan
from trader.lifecycle.order_events import CancelSent, IntentDied, IntentUnknown
from trader.lifecycle.plan_events import CancelRequested
from trader.lifecycle.stage import Leg
from trader.orders.alarms import unprotected_alarm
from trader.plans.plan import Plan
from trader.risk.limits import RiskLimits
from trader.venues.orders import AnswerKind
from trader.venues.refusal_cause import RefusalCause

GONE = "Reduce only order would increase position. asset=0"
PASSED = "Invalid TP/SL price. asset=0"


LIMITS = RiskLimits(
    max_order_notional=Decimal(100_000),
    price_collar_bps=Decimal(500),
    max_price_age=timedelta(seconds=10),
    is_halted=False,
)


def guarded_plan(**changes: object) -> Plan:
    """Long 1 BTC at about 30000, stop 29000, target 31000."""
    return a_plan(**{"stop_loss": Decimal(29000), "take_profit": Decimal(31000), **changes})


def waiting(**changes: object) -> LifecycleBuilder:
    """Accepted and triggered, nothing sent."""
    return LifecycleBuilder(guarded_plan(**changes)).accepted().triggered()


def resting(**changes: object) -> LifecycleBuilder:
    """The entry of size 1 rests."""
    return waiting(**changes).intended().answered()


def entered(**changes: object) -> LifecycleBuilder:
    """The entry of size 1 is filled and booked."""
    return waiting(**changes).intended().answered(AnswerKind.FILLED, filled="1").filled()


def refused_exits(times: int, each: timedelta = 2 * SECOND) -> LifecycleBuilder:
    """It is to leave at market, and the venue has refused so many exits, one each so often."""
    builder = entered().leaving()
    began = builder.now
    for number in range(times):
        builder.intended(Leg.EXIT, intended_at=began + number * each)
        builder.answered(AnswerKind.REJECTED, text="no")
    return builder


def stopped(builder: LifecycleBuilder, size: Number = "1") -> LifecycleBuilder:
    """A stop of that size stands at the venue."""
    return builder.intended(Leg.STOP, size=size, trigger="29000").answered()


def targeted(builder: LifecycleBuilder, size: Number = "1") -> LifecycleBuilder:
    """A target of that size stands at the venue."""
    return builder.intended(Leg.TARGET, size=size, trigger="31000").answered()


def protected(size: Number = "1", **changes: object) -> LifecycleBuilder:
    """Entered; stop and target stand at the venue, and that they came late was told."""
    return alarmed(targeted(stopped(entered(**changes), size), size))


def alarmed(builder: LifecycleBuilder) -> LifecycleBuilder:
    """With the alarm that is due, if one is."""
    alarm = unprotected_alarm(builder.lifecycle, builder.now)
    return builder if alarm is None else builder.event(alarm)


def cancel_requested(builder: LifecycleBuilder, *, close: bool = False) -> LifecycleBuilder:
    """Somebody asked to end the plan."""
    return builder.event(
        CancelRequested(requested_by="operator", close_position=close, reason="asked")
    )


def cancel_sent(builder: LifecycleBuilder, leg: Leg, answer: str = "") -> LifecycleBuilder:
    """The latest order of the leg was asked to be cancelled."""
    cloid = builder.lifecycle.orders_of(leg)[-1].cloid
    return builder.event(
        CancelSent(asked_at=builder.now, cloids=(cloid,), answers=(answer,), reason="no more")
    )


def unknown(builder: LifecycleBuilder) -> LifecycleBuilder:
    """Nobody knows what became of the latest intent."""
    intent_id = list(builder.lifecycle.intents)[-1]
    return builder.event(IntentUnknown(intent_id=intent_id, error="timeout", reason="unknown"))


def died(
    builder: LifecycleBuilder, *, with_others: bool = False, cause: RefusalCause | None = None
) -> LifecycleBuilder:
    """The latest intent is proved never to have landed."""
    intent_id = list(builder.lifecycle.intents)[-1]
    cloids = builder.lifecycle.doubtful(intent_id)
    return builder.event(
        IntentDied(
            intent_id=intent_id,
            cloids=cloids,
            proof="expired",
            with_others=with_others,
            cause=cause,
            reason="never landed",
        )
    )


def overtraded() -> LifecycleBuilder:
    """The target traded while the market exit was on its way, and the account held enough."""
    builder = protected().leaving().intended(Leg.EXIT)
    return builder.filled("30000", leg=Leg.EXIT).filled("31000", leg=Leg.TARGET)
