"""Survivors that were read, and why no test can or should notice them."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mutation.session import Survivor

FILE = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Explains the survivors of a module (a glob) whose line before and after match."""

    module: str
    before: re.Pattern[str]
    after: re.Pattern[str]
    why: str

    def fits(self, survivor: Survivor) -> bool:
        """Whether this is one of them."""
        return (
            Path(survivor.module).match(self.module)
            and self.before.search(survivor.before) is not None
            and self.after.search(survivor.after) is not None
        )


def explanations(path: Path = FILE) -> tuple[Explanation, ...]:
    """All that are written down. Raises KeyError for an entry that lacks a part."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
    return tuple(
        Explanation(
            entry["module"],
            re.compile(entry["before"]),
            re.compile(entry.get("after", "")),
            entry["why"],
        )
        for entry in entries
    )


def unexplained(
    survivors: Iterable[Survivor], known: Iterable[Explanation]
) -> tuple[Survivor, ...]:
    """The survivors that are still to be killed, or to be explained."""
    known = tuple(known)
    return tuple(s for s in survivors if not any(each.fits(s) for each in known))
