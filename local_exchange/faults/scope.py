"""Which requests a fault is about."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, get_args

from pydantic import AfterValidator

from local_exchange.wire.actions import Action
from local_exchange.wire.queries import Query
from local_exchange.wire.scalars import Address, WireModel


class Surface(StrEnum):
    """Where requests arrive."""

    EXCHANGE = "exchange"
    INFO = "info"


def _types(union: Any) -> frozenset[str]:
    members = get_args(get_args(union)[0])
    return frozenset(
        name for member in members for name in get_args(member.model_fields["type"].annotation)
    )


ACTION_TYPES: Final = _types(Action)
INFO_TYPES: Final = _types(Query)


def _known(types: tuple[str, ...], known: frozenset[str]) -> tuple[str, ...]:
    unknown = sorted(set(types) - known)
    if unknown:
        raise ValueError(f"no such types: {unknown}; choose among {sorted(known)}")
    return types


ActionTypes = Annotated[tuple[str, ...], AfterValidator(lambda types: _known(types, ACTION_TYPES))]
RequestTypes = Annotated[
    tuple[str, ...], AfterValidator(lambda types: _known(types, ACTION_TYPES | INFO_TYPES))
]


@dataclass(frozen=True, slots=True)
class Subject:
    """A request as scopes look at it; the account costs a signature's recovery."""

    surface: Surface
    type: str | None
    account: Callable[[], str | None]


class ActionScope(WireModel):
    """Actions of these types (all, if none is named) that act for `user` (or anybody)."""

    types: ActionTypes = ()
    user: Address | None = None

    def covers(self, subject: Subject) -> bool:
        """Whether the request is in it."""
        if self.types and subject.type not in self.types:
            return False
        return self.user is None or self.user == subject.account()


class RequestScope(ActionScope):
    """Requests to `surface` (or either), of these action or info types, of `user`."""

    types: RequestTypes = ()
    surface: Surface | None = None

    def covers(self, subject: Subject) -> bool:
        """Whether the request is in it."""
        if self.surface not in (None, subject.surface):
            return False
        return ActionScope.covers(self, subject)
