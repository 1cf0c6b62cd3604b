"""Who may still ask the venue for something: one budget over all processes, urgent requests first.

The venue counts twice: weight a minute for the IP address, and actions for the trading address
over its whole life (see `WeightBucket` and `RequestCounter`). Both counts are kept in Redis. They
are estimates, and the venue has the last word: so an urgent request is never refused here. It waits
for its weight for `URGENT_WAIT_SECONDS` at most and then goes, in debt; and it goes when Redis does
not answer, unless it is a new action, which needs a nonce from there. Reads and entries stop
earlier, and leave a reserve to the urgent.
Source: Hyperliquid, "Rate limits and user limits".
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from redis.exceptions import RedisError

from trader.errors import Permanent
from trader.venues.admission import Admission, Refusal, Shortage
from trader.venues.nonces import NonceUnavailable
from trader.venues.refusal_cause import RefusalCause
from trader.venues.request_counter import RequestCounter, RequestUse
from trader.venues.venue import BudgetExhausted, VenueUnavailable
from trader.venues.weight_bucket import WeightBucket

URGENT_WAIT_SECONDS = 1.0
BACK_OFF_SECONDS = 5.0
"""How long nobody but the urgent asks after the venue answered 429; it does not say how long."""


class Priority(StrEnum):
    """Who goes first when requests are short."""

    URGENT = "urgent"
    """Cancellations, exits, protection, and what resolves an order in doubt: money at risk."""
    ENTRY = "entry"
    """New positions; leaves the urgent a quarter of the burst."""
    READ = "read"
    """Everything else that is only looked at; leaves the others half of the burst."""


_RESERVED_SHARE = {Priority.URGENT: 0.0, Priority.ENTRY: 0.25, Priority.READ: 0.5}


class Budget(Protocol):
    """What is asked before a request to the venue, and told after it."""

    def admit(self, weight: int, requests: int, priority: Priority, now: datetime) -> int:
        """Take all that a new action needs; the nonce that it is to be signed with.

        Raises BudgetExhausted, NonceUnavailable.
        """

    def take(self, weight: int, priority: Priority) -> None:
        """Take the weight of one request. Raises BudgetExhausted, VenueUnavailable."""

    def owe(self, weight: int) -> None:
        """Take what a reply weighed beyond what was taken before it."""

    def back_off(self) -> BudgetExhausted:
        """The venue answered 429: keep everybody off for a while. Gives the exception to raise."""

    def spend(self, requests: int, priority: Priority) -> None:
        """Count an action of so many items. Raises BudgetExhausted, VenueUnavailable."""

    def refused(self, use: RequestUse) -> None:
        """The venue refused an action because the address has used up its requests."""

    def is_use_due(self) -> bool:
        """Whether the caller shall read the address's use now: once a minute over all processes."""

    def record(self, use: RequestUse) -> None:
        """The venue's own count of the address's requests."""

    def use(self) -> RequestUse | None:
        """The address's requests as counted; None while unknown. Raises VenueUnavailable."""


class Unlimited:
    """Counts nothing and refuses no question: for a command that asks a few things and ends."""

    def admit(self, weight: int, requests: int, priority: Priority, now: datetime) -> int:
        """Never: what is not counted with all others has no nonce. Raises Permanent."""
        raise Permanent(
            f"an action of {requests} requests and weight {weight}, {priority} at {now}, has no "
            "nonce: new actions need the budget that all processes share"
        )

    def take(self, weight: int, priority: Priority) -> None:
        """Allow it."""

    def owe(self, weight: int) -> None:
        """Forget it."""

    def back_off(self) -> BudgetExhausted:
        """Tell the caller alone."""
        return _too_many_requests()

    def spend(self, requests: int, priority: Priority) -> None:
        """Allow it."""

    def refused(self, use: RequestUse) -> None:
        """Forget it."""

    def is_use_due(self) -> bool:
        """Never."""
        return False

    def record(self, use: RequestUse) -> None:
        """Forget it."""

    def use(self) -> RequestUse | None:
        """Unknown."""
        return None


class SharedBudget:
    """The budget of all processes that share a Redis, for one address that trades.

    `pause` sleeps for so many seconds. What is told after a request is lost when Redis does not
    answer; the venue's own count mends it.
    """

    def __init__(
        self,
        weight: WeightBucket,
        requests: RequestCounter,
        admission: Admission,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._weight = weight
        self._requests = requests
        self._admission = admission
        self._pause = pause

    def admit(self, weight: int, requests: int, priority: Priority, now: datetime) -> int:
        """In one round trip; the urgent wait a little for their weight, and go in debt."""
        try:
            found = self._admitted(weight, requests, priority, now)
        except RedisError as error:
            raise NonceUnavailable(f"no nonce from Redis: {error}") from error
        if isinstance(found, Refusal):
            raise _exhausted(found, priority)
        return found

    def _admitted(
        self, weight: int, requests: int, priority: Priority, now: datetime
    ) -> int | Refusal:
        is_urgent = priority is Priority.URGENT
        taking = self._weight.taking(
            weight, reserve=self._reserve(priority), heeds_back_off=not is_urgent
        )
        spending = self._requests.spending(requests, is_urgent=is_urgent)
        found = self._admission.admit(taking, spending, now)
        if isinstance(found, Refusal) and is_urgent:
            self._pause(min(found.seconds, URGENT_WAIT_SECONDS))
            forced = self._weight.taking(weight, is_forced=True)
            return self._admission.admit(forced, spending, now)
        return found

    def _reserve(self, priority: Priority) -> float:
        return self._weight.burst * _RESERVED_SHARE[priority]

    def take(self, weight: int, priority: Priority) -> None:
        """Take the weight; the urgent wait a little rather than being refused."""
        try:
            if priority is Priority.URGENT:
                self._take_urgently(weight)
            else:
                self._take_or_refuse(weight, priority)
        except RedisError as error:
            _go_on_if_urgent(priority, error)

    def _take_urgently(self, weight: int) -> None:
        wait = self._weight.take(weight)
        if wait > 0:
            self._pause(min(wait, URGENT_WAIT_SECONDS))
            self._weight.force(weight)

    def _take_or_refuse(self, weight: int, priority: Priority) -> None:
        wait = self._weight.take(weight, reserve=self._reserve(priority), heeds_back_off=True)
        if wait > 0:
            raise _exhausted(Refusal(Shortage.WEIGHT, wait), priority)

    def owe(self, weight: int) -> None:
        """Take it in any case: it has been used."""
        with suppress(RedisError):
            self._weight.force(weight)

    def back_off(self) -> BudgetExhausted:
        """Keep reads and entries of all processes off."""
        with suppress(RedisError):
            self._weight.back_off(BACK_OFF_SECONDS)
        return _too_many_requests()

    def spend(self, requests: int, priority: Priority) -> None:
        """Count the items; beyond the grant an entry waits for its turn, the urgent go."""
        try:
            wait = self._requests.spend(requests, is_urgent=priority is Priority.URGENT)
        except RedisError as error:
            _go_on_if_urgent(priority, error)
            return
        if wait > 0:
            raise _exhausted(Refusal(Shortage.REQUESTS, wait), priority)

    def refused(self, use: RequestUse) -> None:
        """Take the venue's figures over, and keep entries to its pace."""
        with suppress(RedisError):
            self._requests.exhaust(use)

    def is_use_due(self) -> bool:
        """True for one caller a minute; false for all while Redis does not answer."""
        with suppress(RedisError):
            return self._requests.claim_reading()
        return False

    def record(self, use: RequestUse) -> None:
        """Replace our count by the venue's."""
        with suppress(RedisError):
            self._requests.record(use)

    def use(self) -> RequestUse | None:
        """The venue's last count, and what was sent since."""
        try:
            return self._requests.use()
        except RedisError as error:
            raise VenueUnavailable(f"the request budget is not readable: {error}") from error


def _go_on_if_urgent(priority: Priority, error: RedisError) -> None:
    if priority is not Priority.URGENT:
        raise VenueUnavailable(f"the request budget is not readable: {error}") from error


def _exhausted(refusal: Refusal, priority: Priority) -> BudgetExhausted:
    match refusal.short:
        case Shortage.WEIGHT:
            text = f"no weight is left for a request of priority {priority}"
            cause = RefusalCause.RATE_LIMIT
        case Shortage.REQUESTS:
            text = "the address has used up the requests it was granted"
            cause = RefusalCause.ADDRESS_BUDGET
    return BudgetExhausted(text, refusal.seconds, cause)


def _too_many_requests() -> BudgetExhausted:
    text = "the venue admits no more requests for now (HTTP 429)"
    return BudgetExhausted(text, BACK_OFF_SECONDS, RefusalCause.RATE_LIMIT)
