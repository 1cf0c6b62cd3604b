"""Figures as people say them. Pure."""

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

PRICE_DIGITS = 8
SECOND = timedelta(seconds=1)

_UNITS = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
    ("second", timedelta(seconds=1)),
)


def number(value: Decimal, decimals: int) -> str:
    """At most so many decimals, without trailing zeros: "1.5", "-0.25", "0"."""
    text = f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):f}"
    short = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if short == "-0" else short


def price(value: Decimal) -> str:
    """A price to 8 significant digits."""
    return number(value, max(0, PRICE_DIGITS - 1 - value.adjusted()))


def percent(fraction: Decimal) -> str:
    """A fraction in percent: "1.5%"."""
    return f"{number(fraction * 100, 4)}%"


def gain(fraction: Decimal) -> str:
    """A return: "1.5% gain", "0.3% loss"."""
    return f"{percent(abs(fraction))} {'loss' if fraction < 0 else 'gain'}"


def points(fraction: Decimal) -> str:
    """A difference of two fractions: "0.5 points", "1 point"."""
    count = number(fraction * 100, 4)
    return f"{count} point" if count == "1" else f"{count} points"


def dollars(amount: Decimal) -> str:
    """An amount: "12.5 US dollars"."""
    return f"{number(amount, 4)} US dollars"


def profit(amount: Decimal) -> str:
    """A signed amount: "a profit of 12.5 US dollars", "a loss of 3 US dollars"."""
    return f"a {'loss' if amount < 0 else 'profit'} of {dollars(abs(amount))}"


def duration(length: timedelta) -> str:
    """The largest unit and the next one: "2 hours", "1 hour 30 minutes"; below a minute "1.6 s"."""
    if length < timedelta(minutes=1):
        return f"{number(Decimal(str(length.total_seconds())), 1 if length >= SECOND else 3)} s"
    counts, rest = [], length
    for name, unit in _UNITS:
        count, rest = divmod(rest, unit)
        counts.append((count, name))
    largest = next(i for i, (count, _) in enumerate(counts) if count)
    two = counts[largest : largest + 2]
    return " ".join(_counted(n, name) for n, name in two if n)


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
