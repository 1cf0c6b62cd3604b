"""The Decision Maker's TradingPlan: prices absolute, the size a fraction of the portfolio."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from trader.conditions.condition import Condition
from trader.plans.execution_params import read_order
from trader.plans.expectation import EXPECTED_FIELDS, expected_fields
from trader.plans.fields import Fields, mapping
from trader.plans.plan import Direction, EquityFraction, Plan, Timeframe
from trader.plans.refusal import PlanRefused, RefusalCode
from trader.plans.validity import read_valid_until
from trader.plans.values import at_least, between, condition, one_of, positive, text
from trader.strands.strand import Strand

LIMIT_PRICE: Final = "entry_price"

EXECUTED_FIELDS: Final = (
    frozenset(
        {
            "plan_id",
            "decision_id",
            "signal_id",
            "symbol",
            "timeframe",
            "direction",
            "entry_conditions",
            "entry_condition",
            "entry_price",
            "position_size",
            "stop_loss",
            "take_profit",
            "risk_reward_ratio",
            "confidence_score",
            "valid_until",
            "created_at",
            "market_context",
            "signal_metadata",
        }
    )
    | EXPECTED_FIELDS
)
"""What is taken or checked. Of market_context only the regime, of signal_metadata only
execution_params; their other keys describe the signal."""

INFORMATIONAL_FIELDS: Final = frozenset(
    {"strength_score", "time_horizon", "expected_entry_time", "expected_exit_time"}
)
"""What describes the plan without changing the trade: it stays in the strand."""

_SIZE: Final = between(Decimal("0.001"), Decimal(1))
_SHARE: Final = between(Decimal(0), Decimal(1))


def read_trading_plan(fields: Fields, strand: Strand, now: datetime) -> Plan:
    """The plan. Raises PlanRefused, or ValidationError where its fields contradict each other."""

    def timeframe() -> Timeframe:
        return fields.read("timeframe", one_of(Timeframe))

    checked = fields.read_all(
        EXECUTED_FIELDS | INFORMATIONAL_FIELDS,
        {
            "timeframe": timeframe,
            "risk_reward_ratio": lambda: fields.find("risk_reward_ratio", at_least(Decimal(1))),
            "plan_id": lambda: fields.read("plan_id", text),
            "symbol": lambda: fields.read("symbol", text),
            "direction": lambda: fields.read("direction", one_of(Direction)),
            "entry": lambda: _entry(fields),
            "order": lambda: read_order(fields),
            "size": lambda: EquityFraction(value=fields.read("position_size", _SIZE)),
            "stop_loss": lambda: fields.find("stop_loss", positive),
            "take_profit": lambda: fields.find("take_profit", positive),
            "valid_until": lambda: read_valid_until(fields, timeframe(), strand.created_at, now),
            "expectation": lambda: expected_fields(fields),
            "confidence": lambda: _confidence(fields),
            "regime": lambda: strand.regime or _context_regime(fields),
            "decision_id": lambda: fields.find("decision_id", text),
            "signal_id": lambda: fields.find("signal_id", text),
        },
    )
    del checked["risk_reward_ratio"]  # only looked at: the trade does not depend on it
    return Plan.model_validate(checked)


def _confidence(fields: Fields) -> float | None:
    confidence = fields.find("confidence_score", _SHARE)
    return None if confidence is None else float(confidence)


def _entry(fields: Fields) -> Condition:
    """`entry_conditions`, or the single phrase `entry_condition`."""
    if not fields.has("entry_condition"):
        return fields.read("entry_conditions", condition)
    if fields.has("entry_conditions"):
        raise PlanRefused(
            RefusalCode.CONTRADICTION,
            fields.path_of("entry_condition"),
            fields.values["entry_condition"],
            "stands beside entry_conditions: write one of the two",
        )
    return fields.read("entry_condition", condition)


def _context_regime(fields: Fields) -> str | None:
    context = fields.find("market_context", mapping)
    return context.find("regime", text) if context else None
