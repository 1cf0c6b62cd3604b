"""Plans for flow tests, around the prices at which the local exchange opens."""

from datetime import timedelta
from uuid import uuid4

from trader.clock import utc_now
from trader.strands.strand import Json

MIDS = {"BTC": "100000", "ETH": "3000"}
"""The coins that the tests trade, and where their markets open."""

UNREACHABLE: Json = {"type": "price_above", "level": "1000000"}


def a_plan(**changes: Json) -> dict[str, Json]:
    """A long ETH plan that enters at market at once, with stop and target; None drops a field."""
    plan: dict[str, Json] = {
        "plan_id": f"plan-{uuid4()}",
        "symbol": "ETH",
        "direction": "long",
        "timeframe": "1m",
        "entry": "immediately",
        "order": {"type": "market"},
        "size": {"unit": "quantity", "value": "0.2"},
        "stop_loss": "2900",
        "take_profit": "3100",
        "valid_until": in_seconds(60),
    }
    return {name: value for name, value in (plan | changes).items() if value is not None}


def in_seconds(seconds: float) -> str:
    """A time from now on, as plans write it."""
    return (utc_now() + timedelta(seconds=seconds)).isoformat()
