"""Scripts that Redis runs, alone or as parts of one: each runs with nobody between its lines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScriptCall:
    """What a script is called with; its text reads them as KEYS and ARGV."""

    keys: tuple[str, ...]
    arguments: tuple[str | int | float, ...]


def as_function(name: str, script: str) -> str:
    """A script's text as a local Lua function of `keys` and `arguments`, for another script."""
    return f"local function {name}(KEYS, ARGV)\n{script}\nend\n"
