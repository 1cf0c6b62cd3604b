"""The exchange with its wire around it: one request, one query or one step at a time."""

import time
from collections.abc import Callable
from typing import Any

from local_exchange.inputs.machine import Machine
from local_exchange.inputs.model import Input, SignedAction, TimePassed
from local_exchange.inputs.recorder import Recorder
from local_exchange.wire import answers, information
from local_exchange.wire.envelope import Envelope
from local_exchange.wire.hub import Hub
from local_exchange.wire.interference import Interference
from local_exchange.wire.news import News, news_of
from local_exchange.wire.publisher import Publisher
from local_exchange.wire.queries import Query
from local_exchange.wire.trading import NotAdmittedError

Json = dict[str, Any]
Clock = Callable[[], int]
"""Milliseconds since the epoch."""


def wall_clock_ms() -> int:
    """The time that clients make their nonces from."""
    return time.time_ns() // 1_000_000


class Venue:
    """Everything behind the sockets, called from one event loop only.

    What changes the exchange is written to the recorder, if there is one, before anybody is told.
    """

    def __init__(
        self,
        machine: Machine,
        interference: Interference,
        recorder: Recorder | None = None,
        clock: Clock = wall_clock_ms,
    ) -> None:
        self.exchange = machine.exchange
        self.interference = interference
        self.hub = Hub()
        self.publisher = Publisher(self.exchange, self.hub)
        self._machine = machine
        self._recorder = recorder
        self._clock = clock

    def now_ms(self) -> int:
        """The venue's time, which may be wrong on purpose."""
        return self._clock() + self.interference.clock_error_ms()

    def trade(self, envelope: Envelope) -> Json:
        """Execute a signed request; listeners are told before it is answered."""
        now_ms = self.now_ms()
        try:
            party = self._machine.desk.identify(envelope)
            self._machine.desk.check_nonce(party, envelope.nonce, now_ms)
        except NotAdmittedError as refused:
            return answers.refused(str(refused))
        refusal = self.interference.refusal(party.user, envelope.action, now_ms)
        return self.apply(
            SignedAction(
                now_ms=now_ms,
                signer=party.signer,
                user=party.user,
                envelope=envelope,
                refusal=refusal,
            )
        )

    def account_of(self, envelope: Envelope) -> str | None:
        """Whom a request acts for, if its signer may act at all."""
        try:
            return self._machine.desk.identify(envelope).user
        except NotAdmittedError:
            return None

    def inform(self, query: Query) -> Any:
        """Answer a query."""
        disturbed = self.interference.answer(query, self.now_ms())
        return information.answer(self.exchange, query) if disturbed is None else disturbed

    def advance(self) -> None:
        """Let the market move to the present."""
        self.apply(TimePassed(now_ms=self.now_ms()))

    def apply(self, change: Input) -> Json:
        """Apply, record and publish one input. Raises ValueError for a control that is refused."""
        before_ms = self.exchange.now_ms
        answer = self._machine.apply(change)
        news = news_of(self.exchange.drain_events())
        if self._recorder is not None:
            self._record(self._recorder, change, answer, news, before_ms)
        self.publisher.publish(news)
        return answer

    def close(self) -> None:
        """Nothing comes any more."""
        if self._recorder is not None:
            self._recorder.close()

    def _record(
        self, recorder: Recorder, change: Input, answer: Json, news: News, before_ms: int
    ) -> None:
        if not isinstance(change, TimePassed) or news.concerns_accounts:
            recorder.record(change, answer)
        elif change.now_ms > before_ms:
            recorder.defer(change, before_ms)
