"""The pre-trade controls, by name."""

from enum import StrEnum


class Control(StrEnum):
    """What can stop an entry before it reaches the venue."""

    HALTED = "halted"
    """New entries are switched off (setting `halted`), until they are switched on again."""
    STALE_PRICE = "stale_price"
    """The trigger or the quote is too old; there will be newer ones."""
    UNLISTED_SYMBOL = "unlisted_symbol"
    """The venue does not list the symbol, or no longer."""
    SIZE_BELOW_MINIMUM = "size_below_minimum"
    """After rounding to the lot, the order is below the venue's minimum."""
    MAX_ORDER_NOTIONAL = "max_order_notional"
    """Size times price is above the largest order allowed."""
    PRICE_COLLAR = "price_collar"
    """The limit price is too far beyond the mid: a mistake, wherever the market goes."""
    EXIT_ALREADY_PASSED = "exit_already_passed"
    """The market already stands beyond the plan's stop or target: the plan is proved wrong."""
    OPPOSING_POSITION = "opposing_position"
    """Another plan holds the other side of this symbol in the same account.

    To wait would be to execute both of two plans that contradict each other.
    """
    ADDRESS_BUDGET = "address_budget"
    """The venue's grant of requests is nearly used up: the rest is for exits. Time earns more."""

    @property
    def passes(self) -> bool:
        """Whether what it looks at changes by itself, so that the entry may be judged again."""
        return self in _PASSING


# The others tell of a plan that cannot be executed as it was approved: its author is to hear of
# that at once.
_PASSING = frozenset({Control.HALTED, Control.STALE_PRICE, Control.ADDRESS_BUDGET})
