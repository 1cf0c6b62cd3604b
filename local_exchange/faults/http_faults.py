"""Faults of the way to the venue and back: the exchange itself knows nothing of them."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import model_validator

from local_exchange.faults.fault import Condition, NonNegative, Occurrence, Positive
from local_exchange.faults.scope import RequestScope

TOO_MANY_REQUESTS = 429


class Moment(StrEnum):
    """On which side of the exchange's commit a fault strikes."""

    BEFORE = "before_commit"
    AFTER = "after_commit"


class Ending(StrEnum):
    """How a connection ends that gets no reply: closed, reset (RST), or kept open and silent."""

    CLOSE = "close"
    RESET = "reset"
    HANG = "hang"


class RequestOccurrence(Occurrence):
    """Strikes HTTP requests to /exchange and /info within `scope`."""

    scope: RequestScope = RequestScope()


class Unanswered(RequestOccurrence):
    """The connection ends without a reply; `hang` keeps it for `hang_ms` first."""

    ending: Ending = Ending.CLOSE
    hang_ms: NonNegative = 60_000


class RequestDropped(Unanswered):
    """The request is lost before the exchange sees it; nothing is committed."""

    kind: Literal["request_dropped"] = "request_dropped"


class ReplyDropped(Unanswered):
    """The exchange commits, and its reply is lost."""

    kind: Literal["reply_dropped"] = "reply_dropped"


class Delayed(RequestOccurrence):
    """The request (before) or its reply (after the commit) is held up for min_ms to max_ms."""

    kind: Literal["delayed"] = "delayed"
    moment: Moment = Moment.AFTER
    min_ms: NonNegative
    max_ms: NonNegative

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_ms > self.max_ms:
            raise ValueError(f"min_ms ({self.min_ms}) must not exceed max_ms ({self.max_ms})")
        return self


class HttpError(RequestOccurrence):
    """Answered 429 with `null`, or 500 or 502 with a page of HTML, in place of the reply."""

    kind: Literal["http_error"] = "http_error"
    status: Literal[429, 500, 502]
    moment: Moment = Moment.BEFORE

    @model_validator(mode="after")
    def _limit_comes_first(self) -> Self:
        if self.status == TOO_MANY_REQUESTS and self.moment is Moment.AFTER:
            raise ValueError("429 is answered before the commit: choose moment before_commit")
        return self


class WeightLimit(Condition):
    """Each client address gets 429 beyond `limit` weight within any minute."""

    kind: Literal["weight_limit"] = "weight_limit"
    limit: Positive = 1_200
