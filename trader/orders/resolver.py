"""Ends the doubt about an intent whose answer is not known: only by proof.

Before the expiry, and by the same signer, the same bytes are sent again while the order is still
wanted: an answer is the answer, and a duplicate nonce means that the first copy landed. An order
that is not wanted any more, because its plan has ended or another exit stands, is fenced: an
action that does nothing takes its nonce, so that it can land no more; so is one whose expiry has
passed. Where that says nothing, the venue is asked by client order id and by trades. Nothing more
of it can land after the expiry, nor once its nonce was found used: nothing there, when it must have
become visible, means that it never was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trader.clock import Clock
from trader.lifecycle.fold import apply_all
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.order_events import IntendedOrder, OrdersIntended
from trader.lifecycle.stage import Leg
from trader.orders.anomalies import with_anomalies
from trader.orders.following import VenueFacts, follow
from trader.orders.observation import CLOCK_TOLERANCE, VISIBILITY_LAG
from trader.orders.outcomes import answered, died, found_used, is_marked_unknown, unknown
from trader.streams.event import Event
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import (
    ActionOutcomeUnknown,
    ActionRefused,
    BatchRefused,
    DuplicateNonce,
    Venue,
    VenueUnavailable,
)

FENCE_EXPIRY = timedelta(seconds=15)
"""How long a fence may take to land."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves intents at one venue. `grace`: how long the first sender may still be at it."""

    venue: Venue
    clock: Clock
    grace: timedelta

    def doubts(self, lifecycle: Lifecycle) -> tuple[Event, ...]:
        """Marks the intents whose sender went silent: it must be in the journal before `resolve`.

        From the mark on, the first sender knows that its copy is not the only one.
        """
        now = self.clock()
        return tuple(
            unknown(intent, "its sender recorded no outcome")
            for intent in _unanswered(lifecycle)
            if now >= intent.intended_at + self.grace
            and not is_marked_unknown(lifecycle, intent.intent_id)
        )

    def resolve(self, lifecycle: Lifecycle) -> tuple[Event, ...]:
        """Events for every marked intent that can be said something of now.

        What is found of one counts for the next: of several stops in doubt one is enough.
        """
        events: list[Event] = []
        for intent in _unanswered(lifecycle):
            if is_marked_unknown(lifecycle, intent.intent_id):
                found = self._resolve(lifecycle, intent)
                lifecycle = apply_all(lifecycle, found, self.clock())
                events.extend(found)
        return tuple(events)

    def _resolve(self, lifecycle: Lifecycle, intent: OrdersIntended) -> tuple[Event, ...]:
        now = self.clock()
        # Another signer has other nonces: its copy would be a second order, its fence none.
        if intent.signer != self.venue.signer:
            return self._ask(lifecycle, intent, now)
        if intent.intent_id in lifecycle.used_nonces:
            return self._ask_for_used(lifecycle, intent)
        if now < intent.expires_after and _is_wanted(lifecycle, intent, now):
            return self._send_again(lifecycle, intent, now)
        return self._fence(lifecycle, intent, now)

    def _send_again(
        self, lifecycle: Lifecycle, intent: OrdersIntended, now: datetime
    ) -> tuple[Event, ...]:
        try:
            answers = self.venue.send_orders(intent.action, intent.nonce, intent.expires_after)
        except DuplicateNonce:
            return self._ask_for_used(lifecycle, intent)
        except BatchRefused as refusal:
            return self._fence(lifecycle, intent, now, refusal.cause)
        except (ActionRefused, ActionOutcomeUnknown, VenueUnavailable):
            return ()
        return with_anomalies(lifecycle, answered(intent, answers, now, self.clock()))

    def _fence(
        self,
        lifecycle: Lifecycle,
        intent: OrdersIntended,
        now: datetime,
        cause: RefusalCause | None = None,
    ) -> tuple[Event, ...]:
        """A fence that the venue takes is proof at once, also after the expiry.

        `cause` is why the venue refused the whole action just before.
        """
        try:
            self.venue.fence(intent.nonce, max(intent.expires_after, now + FENCE_EXPIRY))
        except DuplicateNonce:
            return self._ask_for_used(lifecycle, intent)
        except (ActionRefused, ActionOutcomeUnknown, VenueUnavailable):
            return self._ask(lifecycle, intent, now)
        return _died_of_fence(lifecycle, intent, cause)

    def _ask_for_used(self, lifecycle: Lifecycle, intent: OrdersIntended) -> tuple[Event, ...]:
        """The request landed, or a fence: of this plan, or of another one with the same action."""
        if self.venue.is_fenced(intent.nonce):
            return _died_of_fence(lifecycle, intent)
        now = self.clock()
        if intent.intent_id in lifecycle.used_nonces:
            return self._ask(lifecycle, intent, now)
        used = found_used(intent)
        asked = self._ask(apply_all(lifecycle, (used,), now), intent, now)
        return asked if _ends_doubt(lifecycle, intent, asked, now) else (used, *asked)

    def _ask(
        self, lifecycle: Lifecycle, intent: OrdersIntended, now: datetime
    ) -> tuple[Event, ...]:
        """What the venue knows as of `now`, or a proved death: nothing there when it must be."""
        closed_at, closed_by = _closed(lifecycle, intent)
        is_closed = now >= closed_at + VISIBILITY_LAG
        try:
            found = self._found(lifecycle, intent, is_closed)
        except VenueUnavailable:
            return ()
        if not is_closed:
            return found
        doubtful = apply_all(lifecycle, found, now).doubtful(intent.intent_id)
        proof = (
            f"{closed_by} {closed_at.isoformat()}, and the venue knows no such order, open or "
            "ended, and no trade of it"
        )
        return (*found, *_died(intent, doubtful, proof))

    def _found(
        self, lifecycle: Lifecycle, intent: OrdersIntended, is_closed: bool
    ) -> tuple[Event, ...]:
        """What the venue knows of the doubtful orders, by client order id and by trades.

        Its list of open orders is asked before nothing is taken for a proof: it has them by
        another way than the client order id, which is what becomes visible late.
        """
        doubtful = lifecycle.doubtful(intent.intent_id)
        asked = {cloid: self.venue.order(cloid) for cloid in doubtful}
        reports = {cloid: report for cloid, report in asked.items() if report is not None}
        if is_closed and len(reports) < len(doubtful):
            listed = {r.cloid: r for r in self.venue.open_orders() if r.cloid in asked}
            reports = {cloid: r for cloid, r in listed.items() if cloid is not None} | reports
        fills = self.venue.fills(intent.intended_at - CLOCK_TOLERANCE)
        return follow(lifecycle, VenueFacts(reports, fills), self.clock())


def _died(
    intent: OrdersIntended,
    cloids: Sequence[str],
    proof: str,
    cause: RefusalCause | None = None,
) -> tuple[Event, ...]:
    return (died(intent, cloids, proof, cause),) if cloids else ()


def _died_of_fence(
    lifecycle: Lifecycle, intent: OrdersIntended, cause: RefusalCause | None = None
) -> tuple[Event, ...]:
    proof = f"the venue took another action with its nonce {intent.nonce}"
    return _died(intent, lifecycle.doubtful(intent.intent_id), proof, cause)


def _closed(lifecycle: Lifecycle, intent: OrdersIntended) -> tuple[datetime, str]:
    """From when on no copy of the request can land any more, and why."""
    used_at = lifecycle.used_nonces.get(intent.intent_id)
    if used_at is not None and used_at < intent.expires_after:
        return used_at, "its nonce was found used at"
    return intent.expires_after, "expired at"


def _ends_doubt(
    lifecycle: Lifecycle, intent: OrdersIntended, events: Sequence[Event], now: datetime
) -> bool:
    return not apply_all(lifecycle, events, now).doubtful(intent.intent_id)


def _unanswered(lifecycle: Lifecycle) -> list[OrdersIntended]:
    return [lifecycle.intents[intent_id] for intent_id in sorted(lifecycle.unanswered)]


def _is_wanted(lifecycle: Lifecycle, intent: OrdersIntended, now: datetime) -> bool:
    """An entry is not brought to the venue any more once its plan has ended.

    Exits are, as long as they close something: one that the position does not need any more would
    take from other plans of the symbol.
    """
    if all(order.request.reduce_only for order in intent.orders):
        return lifecycle.holds and all(_is_needed(lifecycle, order) for order in intent.orders)
    is_over = lifecycle.plan is None or now >= lifecycle.plan.valid_until
    return not is_over and lifecycle.cancel is None and lifecycle.exit_reason is None


def _is_needed(lifecycle: Lifecycle, order: IntendedOrder) -> bool:
    """Whether the position lacks the exit; a stop that another has replaced is too much."""
    return order.leg is not Leg.STOP or lifecycle.is_bare
