"""Stretches of a plan's way through the journal, strand by strand."""

TRIGGERED = ["plan_accepted pending", "entry_triggered triggered"]
INTENDED = [*TRIGGERED, "orders_intended submitting"]
RESTING = [*INTENDED, "orders_answered resting"]
ENTERED = [
    *INTENDED,
    "orders_answered filled",
    "order_filled entry filled",
    "position_changed open",
]
PROTECTION = ["orders_intended submitting", "orders_answered resting"]
PROTECTED = [*ENTERED, *PROTECTION]
ENDED = ["position_changed closed", "execution_finished closed", "plan_analyzed analyzed"]
LEFT_AT_MARKET = [
    "exit_decided exiting",
    "orders_intended submitting",
    "orders_answered filled",
    "order_reported stop cancelled",
    "order_reported target cancelled",
    "order_filled exit filled",
    *ENDED,
]
