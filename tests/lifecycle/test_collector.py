import gc

import pytest

from trader.lifecycle.collector import paused_collector


class Failure(Exception):
    pass


def test_the_collector_rests_meanwhile_and_works_again() -> None:
    with paused_collector():
        assert not gc.isenabled()
        with paused_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_failure_leaves_it_working() -> None:
    with pytest.raises(Failure), paused_collector():
        raise Failure
    assert gc.isenabled()


def test_one_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with paused_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
