from itertools import accumulate, repeat

from trader.processes.backoff import LONGEST_SECONDS, STEADY_SECONDS, Backoff


def test_quick_ends_wait_longer_each_time_up_to_a_bound() -> None:
    ends = accumulate(repeat(1.0, 9), Backoff.after_end, initial=Backoff())
    assert [end.seconds for end in list(ends)[1:]] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_the_wait_stays_bounded_after_very_many_ends() -> None:
    assert Backoff(10_000).seconds == LONGEST_SECONDS


def test_a_steady_run_starts_the_count_anew() -> None:
    assert Backoff(6).after_end(STEADY_SECONDS) == Backoff(1)
    assert Backoff(6).after_end(STEADY_SECONDS - 1) == Backoff(7)


def test_a_worker_that_is_killed_at_its_work_is_soon_back_each_time() -> None:
    kills = accumulate(repeat(15.0, 20), Backoff.after_end, initial=Backoff())
    assert {kill.seconds for kill in list(kills)[1:]} == {0.5}
