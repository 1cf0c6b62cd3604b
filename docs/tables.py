"""Writes the tables of these pages from the code: `make docs`; `--check` only compares.

A page marks a table with `<!-- table: NAME -->` and `<!-- end -->`.
"""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel

from local_exchange.faults.catalogue import FAULTS
from local_exchange.faults.fault import Condition, Fault, Occurrence
from trader.known_streams import STREAMS
from trader.lifecycle.foreign_closing import ForeignHand
from trader.lifecycle.order_machine import IMPOSSIBLE, STALE, TRANSITIONS
from trader.lifecycle.signal import Signal
from trader.lifecycle.stage import ExitReason, OrderState, Outcome, Stage
from trader.risk.control import Control
from trader.settings import PREFIX, Settings
from trader.streams.event import Event
from trader.venues.hyperliquid.causes import HTTP_STATUSES, STATUSES, WORDS
from trader.venues.refusal_cause import RefusalCause

PAGES = Path(__file__).parent
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def settings_table() -> str:
    """Every setting with its default and meaning."""
    rows = [
        (f"`{PREFIX}{name.upper()}`", _code(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return _table(("variable", "default", "meaning"), rows)


def events_table() -> str:
    """Every event of a lifecycle with the kind and tags of its strand."""
    rows = [
        (
            f"`{event.model_fields['event'].default}`",
            f"`{event.kind}`",
            _first_sentence(event.__doc__ or ""),
            " ".join(f"`{tag}`" for tag in event.tags),
        )
        for event in _events()
    ]
    return _table(("event", "kind", "meaning", "tags"), rows)


def faults_table() -> str:
    """Every fault of the local exchange with its own fields and their defaults."""
    rows = [
        (
            f"`{fault.model_fields['kind'].default}`",
            "condition" if issubclass(fault, Condition) else "occurrence",
            " ".join(_own_fields(fault)),
            _first_sentence(fault.__doc__ or ""),
        )
        for fault in FAULTS
    ]
    return _table(("kind", "", "fields of its own", "what happens"), rows)


def order_transitions_table() -> str:
    """Every state of an order with what each signal leads to."""
    news = {pair: to for pair, to in TRANSITIONS.items() if pair not in STALE}
    rows = [
        (
            f"`{state}`",
            _by_target(state, news),
            " ".join(f"`{signal}`" for signal in Signal if (state, signal) in STALE),
            _by_target(state, IMPOSSIBLE),
        )
        for state in OrderState
    ]
    return _table(("state", "leads to", "late", "impossible, goes on as"), rows)


def refusal_causes_table() -> str:
    """Every cause with the venue's words for it, and what an entry does then."""
    meanings = dict(_member_docstrings(RefusalCause))
    rows = [
        (f"`{cause}`", meanings[cause.name], _words_for(cause), _then(passes=cause.passes))
        for cause in RefusalCause
    ]
    return _table(("cause", "meaning", "Hyperliquid's words", "an entry then"), rows)


def controls_table() -> str:
    """Every pre-trade control, and what an entry does that it stops."""
    meanings = dict(_member_docstrings(Control))
    rows = [
        (f"`{control}`", meanings[control.name], _then(passes=control.passes))
        for control in Control
    ]
    return _table(("control", "meaning", "an entry then"), rows)


def enum_table(enum: type[StrEnum]) -> str:
    """Every member with the docstring that follows it in the source."""
    meanings = dict(_member_docstrings(enum))
    rows = [(f"`{member}`", meanings.get(member.name, "")) for member in enum]
    return _table((enum.__name__, "meaning"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "events": events_table,
    "faults": faults_table,
    "stages": lambda: enum_table(Stage),
    "outcomes": lambda: enum_table(Outcome),
    "order_states": lambda: enum_table(OrderState),
    "order_transitions": order_transitions_table,
    "signals": lambda: enum_table(Signal),
    "exit_reasons": lambda: enum_table(ExitReason),
    "foreign_hands": lambda: enum_table(ForeignHand),
    "controls": controls_table,
    "refusal_causes": refusal_causes_table,
}


def with_tables(page: str) -> str:
    """The page with each marked table as the code has it. Raises KeyError for an unknown one."""
    return MARKED.sub(lambda m: f"{m[1]}{TABLES[m[2]]()}\n{m[3]}", page)


def _events() -> tuple[type[Event], ...]:
    return tuple(event for stream in STREAMS for event in stream.events)


def _by_target(state: OrderState, pairs: Mapping[tuple[OrderState, Signal], OrderState]) -> str:
    """A line for each state that some signals lead to."""
    leads = {signal: pairs[state, signal] for signal in Signal if (state, signal) in pairs}
    return "<br>".join(
        f"**`{to}`**: " + " ".join(f"`{signal}`" for signal in leads if leads[signal] is to)
        for to in OrderState
        if to in leads.values()
    )


def _words_for(cause: RefusalCause) -> str:
    words = (*WORDS.get(cause, ()), *STATUSES.get(cause, ()))
    http = [f"HTTP {status}" for status in HTTP_STATUSES.get(cause, ())]
    return "<br>".join([*(f"`{said}`" for said in words), *http])


def _then(*, passes: bool) -> str:
    return "waits, and is judged again until `valid_until`" if passes else "the plan ends"


def _own_fields(fault: type[Fault]) -> Iterator[str]:
    for name, field in fault.model_fields.items():
        if name in Occurrence.model_fields and (name != "seed" or issubclass(fault, Occurrence)):
            continue
        default = field.default
        if field.is_required():
            yield f"`{name}`"
        elif isinstance(default, BaseModel) or default in (None, ()):
            yield f"`[{name}]`"
        else:
            yield f"`{name}={default}`"


def _first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _member_docstrings(enum: type[StrEnum]) -> Iterator[tuple[str, str]]:
    body = ast.parse(inspect.getsource(enum)).body[0]
    assert isinstance(body, ast.ClassDef)
    for statement, follower in zip(body.body, body.body[1:], strict=False):
        if isinstance(statement, ast.Assign) and isinstance(follower, ast.Expr):
            target, text = statement.targets[0], ast.literal_eval(follower.value)
            if isinstance(target, ast.Name):
                yield target.id, " ".join(text.split())


def _code(value: object) -> str:
    return "none" if value is None else f"`{value}`"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> int:
    """Write, or with --check compare; the number of pages that differed."""
    stale = 0
    for path in sorted(PAGES.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        fresh = with_tables(page)
        if fresh != page:
            stale += 1
            print(f"{path.name} differs from the code", file=sys.stderr)
            if "--check" not in sys.argv:
                path.write_text(fresh, encoding="utf-8")
    return stale if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
