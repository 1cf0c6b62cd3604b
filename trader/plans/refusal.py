"""Why a plan is not executed."""

from collections.abc import Iterable
from enum import StrEnum

from trader.conditions.quoting import as_written
from trader.errors import Permanent
from trader.model import Record


class RefusalCode(StrEnum):
    """What is wrong, for programs; `meaning` says it for people."""

    meaning: str

    MALFORMED = "malformed", "The strand or a part of it does not have the shape of a plan."
    MISSING_FIELD = "missing_field", "A required field is absent or null."
    UNKNOWN_FIELD = "unknown_field", "A field is not known, and could change what is meant."
    INVALID_VALUE = "invalid_value", "A value has the wrong type or lies outside its range."
    NOT_A_NUMBER = "not_a_number", "A number is needed; NaN and infinity are none."
    CONTRADICTION = "contradiction", "Two statements of the strand exclude each other."
    NOT_APPROVED = "not_approved", "The plan is not approved."
    UNKNOWN_CONDITION = "unknown_condition", "The entry condition cannot be read in full."
    UNKNOWN_SYMBOL = "unknown_symbol", "The venue does not list the symbol."
    DELISTED_SYMBOL = "delisted_symbol", "The venue has delisted the symbol."
    SIZE_BELOW_MINIMUM = "size_below_minimum", "The size is below the lot or the least notional."
    SIZE_PRECISION = "size_precision", "The quantity has more decimals than the venue takes."
    PRICE_PRECISION = "price_precision", "A price has more figures than the venue takes."
    STOP_SIDE = "stop_side", "The stop is on the wrong side of the entry or the target."
    TARGET_SIDE = "target_side", "The target is on the wrong side of the entry."
    NAIVE_TIME = "naive_time", "A time has no offset from UTC."
    PAST_VALID_UNTIL = "past_valid_until", "The plan's validity is over."
    UNSUPPORTED_ORDER_TYPE = "unsupported_order_type", "Only market and limit entries exist."
    UNSUPPORTED_TIME_IN_FORCE = (
        "unsupported_time_in_force",
        "The order type cannot be given that time in force.",
    )
    UNSUPPORTED_STRATEGY = "unsupported_strategy", "The entry strategy is not executed."
    UNSUPPORTED_VENUE = "unsupported_venue", "The plan demands a venue that is not ours."
    DUPLICATE_PLAN = "duplicate_plan", "Another lifecycle already carries this plan_id."
    DUPLICATE_LIFECYCLE = "duplicate_lifecycle", "The lifecycle_id already has a plan."

    def __new__(cls, value: str, meaning: str) -> "RefusalCode":
        """A member with its meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class Refusal(Record):
    """One reason why a plan is not executed.

    `field` is the path below the strand's content ("trading_plan.stop_loss"), `value` what
    stood there, as JSON, shortened; `reason` says what is wrong and what to do.
    """

    code: RefusalCode
    field: str
    value: str
    reason: str


class PlanRefused(Permanent):
    """The plan cannot be read; carries the refusal, and those that were found besides."""

    def __init__(self, code: RefusalCode, field: str, value: object, reason: str) -> None:
        self.refusal = Refusal(code=code, field=field, value=as_written(value), reason=reason)
        self.refusals: tuple[Refusal, ...] = (self.refusal,)
        super().__init__(f"{field}: {reason}")

    def with_others(self, others: Iterable[Refusal]) -> "PlanRefused":
        """The same, with what else is wrong; each field is named once."""
        by_field: dict[str, Refusal] = {}
        for refusal in (*self.refusals, *others):
            by_field.setdefault(refusal.field, refusal)
        self.refusals = tuple(by_field.values())
        return self


def refusal_table() -> str:
    """All codes as a Markdown table."""
    rows = [f"| `{code}` | {code.meaning} |" for code in RefusalCode]
    return "\n".join(["| Code | Meaning |", "|---|---|", *rows])
