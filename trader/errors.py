"""Exceptions, named by what the caller does next."""


class TraderError(Exception):
    """Base of everything the Trader raises on purpose."""


class Retryable(TraderError):
    """Nothing happened; the same call may be made again later."""


class Permanent(TraderError):
    """Nothing happened, and the same call will fail again: give up and say why."""


class OutcomeUnknown(TraderError):
    """The request may or may not have taken effect: only proof may end the doubt."""


class Misconfigured(Permanent):
    """A setting is wrong: the process must not start."""
