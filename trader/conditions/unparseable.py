"""The refusal of a condition that cannot be read."""

from trader.conditions.quoting import as_written
from trader.errors import Permanent

UNDERSTOOD = (
    'phrases such as "breakout above 30000", "price below 29500" or "immediately"; '
    "price_above, price_below, breakout_above, breakout_below, price_breakout; all, any, not"
)


class UnparseableCondition(Permanent):
    """A condition was not understood; nothing may trade on it.

    `path` says where it stands, `value` what stood there (raw), `problem` what is wrong with it.
    """

    def __init__(self, path: str, value: object, problem: str) -> None:
        self.path = path
        self.value = value
        self.problem = problem
        super().__init__(f"{path}: {problem}; was {as_written(value)}. Understood: {UNDERSTOOD}")
