"""The Trader's own shape of a plan: the fields of Plan, as people write them in YAML or JSON."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from trader.plans.durations import duration
from trader.plans.expectation import expectation
from trader.plans.fields import Fields, mapping
from trader.plans.plan import (
    MAX_SLIPPAGE_BPS,
    Direction,
    EntryOrder,
    EquityFraction,
    Expectation,
    LimitEntry,
    MarketEntry,
    Notional,
    Plan,
    PositionSize,
    Quantity,
    Timeframe,
)
from trader.plans.validity import read_valid_until
from trader.plans.values import (
    between,
    condition,
    flag,
    one_of,
    positive,
    positive_up_to,
    text,
)
from trader.strands.strand import Strand

MARKERS: Final = frozenset({"entry", "order", "size"})
"""Fields that no other shape has."""

LIMIT_PRICE: Final = "order.price"


class _OrderType(StrEnum):
    MARKET = "market"
    LIMIT = "limit"


class _SizeUnit(StrEnum):
    QUANTITY = "quantity"
    NOTIONAL = "notional"
    EQUITY_FRACTION = "equity_fraction"


def read_native(fields: Fields, strand: Strand, now: datetime) -> Plan:
    """The plan. Raises PlanRefused, or ValidationError where its fields contradict each other."""

    def timeframe() -> Timeframe:
        return fields.read("timeframe", one_of(Timeframe))

    return Plan.model_validate(
        fields.read_all(
            Plan.model_fields,
            {
                "timeframe": timeframe,
                "plan_id": lambda: fields.read("plan_id", text),
                "symbol": lambda: fields.read("symbol", text),
                "direction": lambda: fields.read("direction", one_of(Direction)),
                "entry": lambda: fields.read("entry", condition),
                "order": lambda: fields.read("order", entry_order),
                "size": lambda: fields.read("size", position_size),
                "stop_loss": lambda: fields.find("stop_loss", positive),
                "take_profit": lambda: fields.find("take_profit", positive),
                "valid_until": lambda: read_valid_until(
                    fields, timeframe(), strand.created_at, now
                ),
                "max_hold": lambda: fields.find("max_hold", duration),
                "expectation": lambda: fields.find("expectation", expectation) or Expectation(),
                "confidence": lambda: _confidence(fields),
                "regime": lambda: fields.find("regime", text) or strand.regime,
                "decision_id": lambda: fields.find("decision_id", text),
                "signal_id": lambda: fields.find("signal_id", text),
            },
        )
    )


def entry_order(value: object, path: str) -> EntryOrder:
    """{"type": "market", "max_slippage_bps": 50} or {"type": "limit", "price": 29900, ...}."""
    fields = mapping(value, path)
    if fields.read("type", one_of(_OrderType)) is _OrderType.LIMIT:
        fields.refuse_others(LimitEntry.model_fields)
        post_only = fields.find("post_only", flag) or False
        return LimitEntry(price=fields.read("price", positive), post_only=post_only)
    fields.refuse_others(MarketEntry.model_fields)
    slippage = fields.find("max_slippage_bps", positive_up_to(MAX_SLIPPAGE_BPS))
    return MarketEntry() if slippage is None else MarketEntry(max_slippage_bps=slippage)


def position_size(value: object, path: str) -> PositionSize:
    """{"unit": "quantity" | "notional" | "equity_fraction", "value": ...}."""
    fields = mapping(value, path)
    fields.refuse_others({"unit", "value"})
    match fields.read("unit", one_of(_SizeUnit)):
        case _SizeUnit.QUANTITY:
            return Quantity(value=fields.read("value", positive))
        case _SizeUnit.NOTIONAL:
            return Notional(value=fields.read("value", positive))
        case _SizeUnit.EQUITY_FRACTION:
            return EquityFraction(value=fields.read("value", positive_up_to(Decimal(1))))


def _confidence(fields: Fields) -> float | None:
    confidence = fields.find("confidence", between(Decimal(0), Decimal(1)))
    return None if confidence is None else float(confidence)
