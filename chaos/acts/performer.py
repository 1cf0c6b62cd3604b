"""What can do an act of some kind."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from chaos.acts.act import Act


def always(_: Act) -> bool:
    """For acts that are possible at any moment."""
    return True


@dataclass(frozen=True, slots=True)
class Performer:
    """`perform` returns when the act is over; False when it could not be done after all.

    No two acts that have one of their `claims` in common are done at the same time, and none begins
    before it `is_ready`.
    """

    claims: Callable[[Act], Collection[str]]
    perform: Callable[[Act], bool]
    is_ready: Callable[[Act], bool] = always
