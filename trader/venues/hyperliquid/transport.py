"""The one place that posts to the venue, and that says of a failure what may have happened."""

from collections.abc import Callable
from typing import ParamSpec

from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from trader.errors import TraderError
from trader.strands.strand import Json
from trader.venues.budget import Budget, Priority
from trader.venues.hyperliquid.causes import cause_of_http_status
from trader.venues.hyperliquid.client import BudgetedInfo
from trader.venues.hyperliquid.connection import HttpStatusError, NotJson
from trader.venues.hyperliquid.deadline import DeadlinePassed
from trader.venues.hyperliquid.refusals import refusal
from trader.venues.venue import ActionOutcomeUnknown, ActionRefused, VenueUnavailable

P = ParamSpec("P")

_REQUEST_TIMEOUT = 408


class Transport:
    """One session with the venue; never across a fork. Threads wait for each other's calls.

    `info` is the SDK's client; what the venue lists is read by `HyperliquidIntegration`. `timeout`
    is in seconds, from a call's beginning to the last byte of its reply. Nothing is retried here,
    but an urgent request that the venue had no room for: see `BudgetedInfo`.
    """

    def __init__(
        self, url: str, timeout: float, budget: Budget, priority: Priority = Priority.READ
    ) -> None:
        self.info = BudgetedInfo(url, timeout, budget, priority)

    def read(self, query: Callable[P, Json], *args: P.args, **kwargs: P.kwargs) -> Json:
        """The reply to one of the SDK's queries. Raises VenueUnavailable, BudgetExhausted."""
        try:
            return query(*args, **kwargs)
        except NotJson as error:
            raise VenueUnavailable(f"hyperliquid's reply was not JSON: {error}") from error
        except (HttpStatusError, OSError, HTTPError) as error:
            raise VenueUnavailable(f"hyperliquid could not be read: {error}") from error

    def act(self, envelope: dict[str, Json]) -> Json:
        """Post a signed action once; gives the `response` object when the venue accepted it.

        Raises ActionRefused, DuplicateNonce, ActionExpired, VenueUnavailable or BudgetExhausted
        (surely not admitted), ActionOutcomeUnknown.
        """
        try:
            reply = self.info.post("/exchange", envelope)
        except HttpStatusError as error:
            raise _failure_of_status(error) from error
        except NotJson as error:
            raise ActionOutcomeUnknown(f"hyperliquid's reply was not JSON: {error}") from error
        except (OSError, HTTPError) as error:
            raise _failure_of_connection(error) from error
        return _accepted(reply)


def _failure_of_status(error: HttpStatusError) -> TraderError:
    if 400 <= error.status < 500 and error.status != _REQUEST_TIMEOUT:
        return ActionRefused(str(error), cause_of_http_status(error.status))
    return ActionOutcomeUnknown(f"hyperliquid may have admitted the action: {error}")


def _failure_of_connection(error: Exception) -> TraderError:
    if _was_never_sent(error):
        return VenueUnavailable(f"hyperliquid could not be reached: {error}")
    return ActionOutcomeUnknown(f"hyperliquid may have admitted the action: {error}")


def _was_never_sent(error: Exception) -> bool:
    """Whether no connection came about, so that no byte of the request left us."""
    if isinstance(error, DeadlinePassed):
        return not error.may_have_left
    return isinstance(error, NewConnectionError | ConnectTimeoutError)


def _accepted(reply: Json) -> Json:
    match reply:
        case {"status": "ok", "response": response}:
            return response
        case {"status": "err", "response": str(text)}:
            raise refusal(text)
        case _:
            raise ActionOutcomeUnknown(f"hyperliquid's reply has an unknown form: {reply!r:.500}")
