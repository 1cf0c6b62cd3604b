"""What a command runs with: the environment, completed from the stack that runs here."""

import os

from trader.processes.commands import VAR
from trader.processes.running_stack import published
from trader.settings import Settings, read_settings


def command_environment() -> dict[str, str]:
    """Our environment; what it does not set comes from `var/stack.env` of a running `trader up`."""
    return published(VAR) | dict(os.environ)


def command_settings() -> Settings:
    """The settings of `command_environment`. Raises Misconfigured."""
    return read_settings(command_environment())
