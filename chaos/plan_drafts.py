"""The plans of a scenario: entries, exits and cancellations of all kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from chaos.market_path import price_text
from trader.strands.strand import Json

CANCELLED_SHARE = 0.2
LONGEST_TIME_TO_CANCEL = 12.0
SOON_SHARE = 0.3
SOON_SECONDS = 1.5
"""Of those that are cancelled, so many are while they are being placed."""
NOTIONAL = (60, 600)
"""US dollars a plan; the venue takes no order below 10."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """So many seconds after the plan was submitted; `closes` also the position."""

    after: float
    closes: bool


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """Submitted at `at` seconds; its entry is valid for `valid_seconds` from then on."""

    at: float
    fields: Mapping[str, Json]
    valid_seconds: float
    cancellation: Cancellation | None

    def document(self, now: datetime) -> dict[str, Json]:
        """The plan as it is submitted now."""
        valid_until = now + timedelta(seconds=self.valid_seconds)
        return {**self.fields, "valid_until": valid_until.isoformat()}


def draw_plan(
    random: Random, plan_id: str, at: float, symbol: str, sign: int, price: float
) -> PlanDraft:
    """A plan for a coin that stands at `price`; `sign` is +1 for long, -1 for short."""
    shape = random.choices(list(_SHAPES), weights=list(_SHAPES.values()))[0]
    fields: dict[str, Json] = {
        "plan_id": plan_id,
        "symbol": symbol,
        "direction": "long" if sign > 0 else "short",
        "timeframe": "1m",
        "entry": "immediately",
        "order": {"type": "market", "max_slippage_bps": "200"},
        "size": {"unit": "notional", "value": str(random.randint(*NOTIONAL))},
    }
    return PlanDraft(
        at=at,
        fields=fields | shape(random, price, sign),
        valid_seconds=random.uniform(20, 90),
        cancellation=_draw_cancellation(random),
    )


Shape = Callable[[Random, float, int], dict[str, Json]]


def _bracket(random: Random, price: float, sign: int) -> dict[str, Json]:
    return {**_stop(random, price, sign), **_target(random, price, sign)}


def _stop_and_time(random: Random, price: float, sign: int) -> dict[str, Json]:
    return {**_stop(random, price, sign), "max_hold": f"PT{random.randint(2, 15)}S"}


def _everything(random: Random, price: float, sign: int) -> dict[str, Json]:
    return {**_bracket(random, price, sign), "max_hold": f"PT{random.randint(5, 25)}S"}


def _time_alone(random: Random, price: float, sign: int) -> dict[str, Json]:  # noqa: ARG001  # as the others
    return {"max_hold": f"PT{random.randint(1, 8)}S"}


def _limit(random: Random, price: float, sign: int) -> dict[str, Json]:
    """Some take liquidity at once, others rest a while, some never trade."""
    limit = price * (1 + sign * random.uniform(-0.01, 0.003))
    order: Json = {"type": "limit", "price": price_text(limit)}
    return {"order": order, **_bracket(random, limit, sign)}


def _post_only(random: Random, price: float, sign: int) -> dict[str, Json]:
    limit = price * (1 - sign * random.uniform(0.001, 0.008))
    order: Json = {"type": "limit", "price": price_text(limit), "post_only": True}
    return {"order": order, **_stop_and_time(random, limit, sign)}


def _breakout(random: Random, price: float, sign: int) -> dict[str, Json]:
    """Waits for its price; enters at market then."""
    distance = random.uniform(-0.01, 0.01)
    level = price * (1 + distance)
    kind = "price_above" if distance > 0 else "price_below"
    entry: Json = {"type": kind, "level": price_text(level)}
    return {"entry": entry, **_bracket(random, level, sign)}


_SHAPES: dict[Shape, int] = {
    _bracket: 30,
    _stop_and_time: 15,
    _everything: 15,
    _time_alone: 5,
    _limit: 15,
    _post_only: 10,
    _breakout: 10,
}
"""How often each is drawn, of 100."""


def _stop(random: Random, price: float, sign: int) -> dict[str, Json]:
    return {"stop_loss": price_text(price * (1 - sign * random.uniform(0.006, 0.03)))}


def _target(random: Random, price: float, sign: int) -> dict[str, Json]:
    return {"take_profit": price_text(price * (1 + sign * random.uniform(0.006, 0.03)))}


def _draw_cancellation(random: Random) -> Cancellation | None:
    if random.random() >= CANCELLED_SHARE:
        return None
    latest = SOON_SECONDS if random.random() < SOON_SHARE else LONGEST_TIME_TO_CANCEL
    return Cancellation(random.uniform(0.05, latest), random.random() < 0.5)
