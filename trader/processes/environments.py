"""Which environment variables each process gets: a secret goes only where it is needed."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from trader.settings import CREDENTIAL_NAMES, PREFIX, SECRET_NAMES

SYSTEM_NAMES = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"})


def for_command(environment: Mapping[str, str], signs: bool) -> dict[str, str]:
    """For a process of the Trader: everything, but the signing key only when it signs."""
    kept = {n: v for n, v in environment.items() if signs or n not in CREDENTIAL_NAMES}
    return _with_our_executables(kept) | {"PYTHONUNBUFFERED": "1"}


def for_stranger(environment: Mapping[str, str]) -> dict[str, str]:
    """For a process that is not part of the Trader (broker, local exchange): no setting at all."""
    kept = {n: v for n, v in environment.items() if n in SYSTEM_NAMES}
    return _with_our_executables(kept) | {"PYTHONUNBUFFERED": "1"}


def publishable(environment: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The settings that other commands may read from a file: never a key that was given to us."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(PREFIX) and not (name in SECRET_NAMES and name in given)
    }


def _with_our_executables(environment: Mapping[str, str]) -> dict[str, str]:
    """Find `python` and `celery` beside the interpreter that runs us."""
    ours = Path(sys.executable).parent
    return {**environment, "PATH": f"{ours}{os.pathsep}{environment.get('PATH', os.defpath)}"}
