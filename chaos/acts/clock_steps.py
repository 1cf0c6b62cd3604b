"""A process's clock jumps."""

from datetime import timedelta

from chaos.acts.act import Act
from chaos.acts.victims import process_name
from chaos.clocks import Clocks

FARTHEST_SECONDS = 30.0


def step_clock(clocks: Clocks, act: Act) -> bool:
    """Let the process's clock be wrong while the act lasts, either way."""
    ahead = act.chance().uniform(-FARTHEST_SECONDS, FARTHEST_SECONDS)
    clocks.step(process_name(act), timedelta(seconds=ahead), act.seconds)
    return True
