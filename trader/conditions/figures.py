"""Numbers as JSON, YAML and people write them: read exactly, written plainly."""

import re
from decimal import Decimal

_NUMERAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_LARGEST_EXPONENT = 15
_SMALLEST_EXPONENT = -18
_MOST_DIGITS = 28


def read_figure(value: object) -> Decimal:
    """The finite number that was written, without binary noise (0.1 is 0.1).

    Takes an int, a float or a numeral such as "30000", "0.05", "1e-7"; truth values are not
    numbers. Magnitudes lie between 1e-18 and 1e16, with at most 28 digits.

    Raises ValueError with the reason.
    """
    number = _decimal_of(value)
    if not number.is_finite():
        raise ValueError("is not a finite number")
    if not number:
        return Decimal(0)
    if len(number.as_tuple().digits) > _MOST_DIGITS:
        raise ValueError(f"has more than {_MOST_DIGITS} digits")
    if not _SMALLEST_EXPONENT <= number.adjusted() <= _LARGEST_EXPONENT:
        raise ValueError(f"is not between 1e{_SMALLEST_EXPONENT} and 1e{_LARGEST_EXPONENT + 1}")
    return Decimal(figure(number))


def figure(number: Decimal) -> str:
    """Plain digits: no exponent, no padded zeros."""
    return f"{number.normalize():f}"


def _decimal_of(value: object) -> Decimal:
    if isinstance(value, bool):
        raise ValueError("is a truth value, not a number")
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, str) and _NUMERAL.fullmatch(value):
        return Decimal(value)
    raise ValueError("is not a number")
