"""A plan passes once in a while, and the others beside it."""

from workers.pace import Pace


def test_a_plan_passes_again_only_after_its_time() -> None:
    now = 0.0
    pace = Pace(2.0, lambda: now)
    assert pace.passing(["a", "b"]) == ["a", "b"]
    now = 1.0
    assert pace.passing(["a", "b", "c"]) == ["c"]
    now = 2.0
    assert pace.passing(["c", "b", "a"]) == ["b", "a"]
    now = 3.0
    assert pace.passing(["a", "b", "c"]) == ["c"]


def test_a_plan_that_was_gone_for_long_is_forgotten() -> None:
    now = 0.0
    pace = Pace(2.0, lambda: now)
    pace.passing(["a"])
    now = 5.0
    assert pace.passing([]) == []
    assert pace.passing(["a"]) == ["a"]
