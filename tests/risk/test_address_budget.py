"""Entries wait while the venue's grant of requests is short."""

from dataclasses import replace

from tests.risk.test_controls import CHECK, LIMITS
from tests.support.lifecycles import START
from trader.risk.control import Control
from trader.risk.controls import denial


def test_an_unknown_grant_holds_nothing_back() -> None:
    assert denial(replace(CHECK, requests_left=None), LIMITS, START) is None


def test_what_ends_the_plan_comes_first() -> None:
    check = replace(CHECK, requests_left=0, opposing="another")
    denied = denial(check, LIMITS, START)
    assert denied is not None
    assert denied.control is Control.OPPOSING_POSITION
