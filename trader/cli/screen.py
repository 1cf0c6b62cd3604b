"""Where commands print for people."""

import sys

from rich.console import Console

WIDE = 160


def screen() -> Console:
    """The terminal as wide as it is; a file or a pipe wide enough for every table."""
    return Console(width=None if sys.stdout.isatty() else WIDE)
