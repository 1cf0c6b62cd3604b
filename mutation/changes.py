"""Every change of a module that is worth a test run, by Cosmic Ray's operators."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from mutation.operators import EXCLUDED


@dataclass(frozen=True, slots=True)
class Change:
    """A module's whole code with one change; `before` and `after` are the changed line."""

    code: str
    line: int
    before: str
    after: str


def changes_of(code: str) -> Iterator[Change]:
    """One change at a time, operator by operator."""
    for name in operator_names():
        if any(re.match(expression, name) for expression in EXCLUDED):
            continue
        operator, occurrence = get_operator(name)(), 0
        while (changed := mutate_code(code, operator, occurrence)) is not None:
            occurrence += 1
            if changed != code:
                yield _described(code, changed)


def _described(code: str, changed: str) -> Change:
    before, after = code.splitlines(), changed.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    _, start, end, new_start, new_end = next(
        found for found in matcher.get_opcodes() if found[0] != "equal"
    )
    return Change(
        changed,
        start + 1,
        " ".join(line.strip() for line in before[start:end]),
        " ".join(line.strip() for line in after[new_start:new_end]),
    )
