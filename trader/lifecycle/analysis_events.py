"""The event that ends a lifecycle: how the execution went."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trader.lifecycle.foreign_closing import ForeignClosing, ForeignTrades
from trader.lifecycle.stage import Outcome
from trader.model import Record
from trader.money import Amount, NonNegativeSize, Price, SignedSize
from trader.strands.kinds import StrandKind, Tag, TeamMember
from trader.streams.event import Event


class ExecutionQuality(Record):
    """How the orders were executed; None where there was nothing to measure, never 0.

    Prices are size-weighted averages of the plan's own fills. Slippages are in basis points of
    their benchmark and signed: positive is a cost, negative an improvement. The decision price
    is the mid at which the condition was judged true, the arrival price the mid when the entry
    was intended, the exit benchmark the price that its orders aimed at (the trigger of a stop
    or target, the mid when a market exit was intended). `arrival_spread_bps` is ask less bid on
    arrival, over the mid. `fill_ratio` is traded over intended entry size, so 1 is complete;
    `taker_share` the share of the traded notional, all legs, that took liquidity. `entry_size`
    (base units) and `fees` (US dollars, all legs) are 0 when nothing traded.
    """

    decision_price: Price | None
    arrival_price: Price | None
    arrival_spread_bps: Amount | None
    entry_price: Price | None
    exit_price: Price | None
    exit_benchmark: Price | None
    slippage_to_decision_bps: Amount | None
    slippage_to_arrival_bps: Amount | None
    exit_slippage_bps: Amount | None
    entry_size: NonNegativeSize
    fill_ratio: NonNegativeSize | None
    fees: Amount
    taker_share: NonNegativeSize | None


class Shortfall(Record):
    """What the entry cost beyond buying its size at the decision price for nothing.

    US dollars, positive is a cost; `total` is exactly `delay` + `trading` + `fees`. Delay is
    the drift from decision to arrival, trading the way from arrival to the average fill (spread
    and impact). What the unfilled rest missed is not measured: no later price is journalled.
    Source: Perold 1988, "The implementation shortfall: paper versus reality".
    """

    delay: Amount
    trading: Amount
    fees: Amount
    total: Amount


class Latencies(Record):
    """Time between two steps; None where one of them did not happen.

    A gap that lies between two clocks (Decision Maker, Trader, venue) and comes out negative
    measures the clocks and not the step: it is None, and `clocks_disagree` names it.
    """

    approval_to_acceptance: timedelta | None
    acceptance_to_trigger: timedelta | None
    trigger_to_intent: timedelta | None
    intent_to_answer: timedelta | None
    send_to_answer: timedelta | None
    intent_to_first_fill: timedelta | None
    first_to_last_entry_fill: timedelta | None
    first_fill_to_protection: timedelta | None
    clocks_disagree: tuple[str, ...] = ()


class Result(Record):
    """What the plan earned, US dollars: `net` is exactly `gross` less the fees.

    `left_open` (signed base units) is the part that the plan's own orders did not close.
    `foreign_closing` tells of the trades of others that closed just that: profit, fees and times
    include them. The figures are None when nothing traded, and where neither closed it: its price
    is not known then. `return_fraction` is net over entry notional; `held_for` first entry fill to
    last exit fill.
    """

    gross: Amount | None
    net: Amount | None
    return_fraction: Amount | None
    held_for: timedelta | None
    left_open: SignedSize
    foreign_closing: ForeignClosing | None = None


class Measure(StrEnum):
    """What a plan may expect."""

    ENTRY_PRICE = "entry_price"
    EXIT_PRICE = "exit_price"
    PROFIT = "profit"
    """Net of fees."""
    RETURN_FRACTION = "return_fraction"
    """Net of fees, over entry notional."""
    DURATION = "duration"
    """From the first entry fill to the last exit fill."""


class Unit(StrEnum):
    """In what a comparison's figures are."""

    QUOTE_CURRENCY = "quote_currency"
    US_DOLLARS = "us_dollars"
    FRACTION = "fraction"
    SECONDS = "seconds"


class Judgement(StrEnum):
    """What came, held against what was expected."""

    BETTER = "better"
    AS_EXPECTED = "as_expected"
    """Within the tolerance."""
    WORSE = "worse"
    DIFFERENT = "different"
    """Neither better nor worse by itself (a duration)."""
    UNKNOWN = "unknown"
    """Nothing came that could be held against it."""


class Comparison(Record):
    """One expectation beside what came.

    `difference` is actual minus expected; both are None when the judgement is unknown.
    Differences up to `tolerance` count as expected.
    """

    measure: Measure
    expected: Amount
    actual: Amount | None
    difference: Amount | None
    tolerance: NonNegativeSize
    unit: Unit
    judgement: Judgement
    sentence: str


class PlanAnalyzed(Event):
    """The execution in figures, for the Decision Maker and the CIL.

    `expected_outcome` and `actual_outcome` are short texts ("2% gain in 4 hours"). `foreign` is
    what was known of a lost position, None when none was lost: the analysis stands on it.
    """

    kind: ClassVar[StrandKind] = StrandKind.PERFORMANCE_ANALYSIS
    member: ClassVar[TeamMember] = TeamMember.PERFORMANCE_ANALYZER
    tags: ClassVar[tuple[Tag, ...]] = (
        Tag.PERFORMANCE_ANALYSIS,
        Tag.CIL_PERFORMANCE_ANALYSIS,
        Tag.CIL_EXECUTION_INSIGHTS,
        Tag.DM_EXECUTION_FEEDBACK,
        Tag.AGENT_EXECUTION_RESULT,
        Tag.CIL_FEEDBACK,
    )

    event: Literal["plan_analyzed"] = "plan_analyzed"
    outcome: Outcome
    expected_outcome: str | None
    actual_outcome: str
    execution_quality: ExecutionQuality
    shortfall: Shortfall | None
    latencies: Latencies
    result: Result
    foreign: ForeignTrades | None = None
    plan_against_reality: tuple[Comparison, ...]
    quality_score: Annotated[float, Field(ge=0, le=1)] | None

    @property
    def status(self) -> str:
        """The lifecycle's end."""
        return "analyzed"

    @property
    def outcome_score(self) -> float | None:
        """How well it was executed, 0..1."""
        return self.quality_score
