"""What was found about one part of the Trader."""

from enum import StrEnum

from trader.model import Record


class Part(StrEnum):
    """What is looked at, in this order."""

    SETTINGS = "settings"
    BROKER = "broker"
    STORE = "store"
    VENUE = "venue"
    CLOCK = "clock"
    KEY = "key"
    ACCOUNT = "account"
    BUDGET = "budget"
    STREAM = "stream"


class Verdict(StrEnum):
    """How the part is."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """It could not be looked at, because something before it is wrong."""


class Finding(Record):
    """One part, how it is, what was seen, and what to do about it (empty: nothing)."""

    part: Part
    verdict: Verdict
    text: str
    remedy: str = ""
