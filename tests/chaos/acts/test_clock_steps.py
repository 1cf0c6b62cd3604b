"""The clock of one process is wrong while an act lasts: ahead or behind, by up to 30 s."""

from datetime import timedelta
from pathlib import Path

from chaos.acts.act import Act, ActKind, Target
from chaos.acts.clock_steps import FARTHEST_SECONDS, step_clock
from chaos.clocks import Clocks


def test_the_clock_of_its_process_is_stepped_either_way(tmp_path: Path) -> None:
    clocks = Clocks(tmp_path / "clocks")
    for seed in range(40):
        act = Act(0.0, ActKind.CLOCK_STEP, Target.WORKER, "exchange", seconds=0.001, seed=seed)
        assert step_clock(clocks, act)
    steps = [step.ahead for step in clocks.steps]
    farthest = timedelta(seconds=FARTHEST_SECONDS)
    assert {step.process for step in clocks.steps} == {"worker-exchange"}
    assert -farthest <= min(steps) < -farthest / 2
    assert farthest / 2 < max(steps) <= farthest
