"""The venue's replies to actions, order by order. An unknown form is an answer, never a crash."""

import json
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError

from trader.strands.strand import Json
from trader.venues.hyperliquid.causes import cause_of_words
from trader.venues.orders import AnswerKind, OrderAnswer
from trader.venues.venue import BatchRefused

T = TypeVar("T")

_WAITING = frozenset({"waitingForFill", "waitingForTrigger"})


def order_answers(response: Json, count: int) -> tuple[OrderAnswer, ...]:
    """One answer for each of `count` orders, from the `response` object of an accepted action.

    Raises BatchRefused when the venue gives one error for a whole batch that it refuses unseen.
    """
    match response:
        case {"data": {"statuses": [{"error": str(text)}]}} if count > 1:
            raise BatchRefused(text, cause_of_words(text))
    return _each(response, count, _order_answer, _unrecognised)


def cancel_answers(response: Json, count: int) -> tuple[str, ...]:
    """One text for each of `count` cancellations: empty when cancelled, else the venue's words."""
    return _each(response, count, _cancel_answer, _unrecognised_text)


def _each(
    response: Json, count: int, read: Callable[[Json], T], unknown: Callable[[Json], T]
) -> tuple[T, ...]:
    match response:
        case {"data": {"statuses": [{"error": str()} as error]}}:
            return (read(error),) * count
        case {"data": {"statuses": [*statuses]}} if len(statuses) == count:
            return tuple(read(status) for status in statuses)
        case _:
            return (unknown(response),) * count


def _order_answer(status: Json) -> OrderAnswer:
    try:
        return _known_order_answer(status)
    except ValidationError:
        return _unrecognised(status)


def _known_order_answer(status: Json) -> OrderAnswer:
    match status:
        case {"resting": {"oid": int(order_id)}}:
            return OrderAnswer(kind=AnswerKind.RESTING, order_id=order_id)
        case {"filled": {"oid": int(order_id), "totalSz": str(size), "avgPx": str(price)}}:
            return OrderAnswer.model_validate(
                {
                    "kind": AnswerKind.FILLED,
                    "order_id": order_id,
                    "filled_size": size,
                    "average_price": price,
                }
            )
        case {"error": str(text)}:
            cause = cause_of_words(text)
            return OrderAnswer(kind=AnswerKind.REJECTED, text=text, cause=cause)
        case str(text) if text in _WAITING:
            return OrderAnswer(kind=AnswerKind.WAITING, text=text)
        case _:
            return _unrecognised(status)


def _cancel_answer(status: Json) -> str:
    match status:
        case "success":
            return ""
        case {"error": str(text)} if text:
            return text
        case _:
            return _unrecognised_text(status)


def _unrecognised(reply: Json) -> OrderAnswer:
    return OrderAnswer(kind=AnswerKind.UNRECOGNISED, text=_unrecognised_text(reply))


def _unrecognised_text(reply: Json) -> str:
    return f"unrecognised answer: {json.dumps(reply):.500}"
