"""The precision of published figures; prices keep all their digits."""

from decimal import ROUND_HALF_EVEN, Decimal

from trader.money import BASIS_POINTS

_BPS = Decimal("0.0001")
_MONEY = Decimal("0.00000001")
_RATIO = Decimal("0.00000001")


def basis_points(ratio: Decimal) -> Decimal:
    """A ratio in basis points, to 4 decimals."""
    return _rounded(ratio * BASIS_POINTS, _BPS)


def money(amount: Decimal) -> Decimal:
    """US dollars to 8 decimals."""
    return _rounded(amount, _MONEY)


def ratio(part: Decimal, whole: Decimal) -> Decimal:
    """The ratio to 8 decimals."""
    return _rounded(part / whole, _RATIO)


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    """To the step; every zero is the plain 0, for "-0.0000" and "0E-8" read badly."""
    return value.quantize(step, ROUND_HALF_EVEN) or Decimal(0)
