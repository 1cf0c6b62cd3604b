"""Plans for the demo: near the market, so that each reaches its end within seconds. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from trader.strands.strand import Json
from trader.venues.instrument import Instrument, Side

NEAR = Decimal("0.0006")
"""How far conditions and limits stand from the mid, as a fraction."""

EXIT = Decimal("0.0020")
"""How far stop and target stand from the mid, as a fraction."""

OUT_OF_REACH = Decimal("1.2")
NOTIONALS = ("100", "250", "500", "1000")


class PlanMaker:
    """Makes plans from a seed: mostly breakouts and pullbacks, some limits, a few that must fail.

    Each symbol gets one direction, because plans of opposite directions in one account would
    net out (the Trader denies them).
    """

    def __init__(self, seed: int, instruments: Mapping[str, Instrument]) -> None:
        self._random = Random(seed)
        self._instruments = instruments
        self._directions: dict[str, str] = {}

    def plan(self, number: int, mids: Mapping[str, Decimal], now: datetime) -> dict[str, Json]:
        """The document of plan `number` (0, 1, 2, ...), around these mids."""
        symbols = sorted(mids)
        symbol = symbols[number % len(symbols)]
        kind = self._random.choices(
            ("above", "below", "breakout", "limit", "unreachable", "malformed"),
            weights=(30, 25, 20, 15, 5, 5),
        )[0]
        plan = self._base(number, symbol, mids[symbol], now)
        return plan | self._variation(kind, symbol, plan, mids[symbol], now)

    def _base(self, number: int, symbol: str, mid: Decimal, now: datetime) -> dict[str, Json]:
        direction = self._directions.setdefault(symbol, self._random.choice(("long", "short")))
        sign = 1 if direction == "long" else -1
        return {
            "plan_id": f"demo-{number + 1:03}",
            "symbol": symbol,
            "direction": direction,
            "timeframe": "1m",
            "entry": "immediately",
            "order": {"type": "market"},
            "size": {"unit": "notional", "value": self._random.choice(NOTIONALS)},
            "stop_loss": self._at(symbol, mid * (1 - sign * EXIT)),
            "take_profit": self._at(symbol, mid * (1 + sign * EXIT)),
            "valid_until": (now + timedelta(seconds=20)).isoformat(),
            "max_hold": f"PT{self._random.randint(3, 10)}S",
            "expectation": {"return_fraction": str(EXIT), "entry_price": self._at(symbol, mid)},
            "confidence": round(self._random.uniform(0.5, 0.95), 2),
        }

    def _variation(
        self, kind: str, symbol: str, plan: dict[str, Json], mid: Decimal, now: datetime
    ) -> dict[str, Json]:
        above, below = self._at(symbol, mid * (1 + NEAR)), self._at(symbol, mid * (1 - NEAR))
        is_long = plan["direction"] == "long"
        match kind:
            case "above":
                return {"entry": {"type": "price_above", "level": above}}
            case "below":
                return {"entry": {"type": "price_below", "level": below}}
            case "breakout":
                return {
                    "entry": f"breakout_above_{above}" if is_long else f"breakout_below_{below}"
                }
            case "limit":
                return {"order": {"type": "limit", "price": below if is_long else above}}
            case "unreachable":
                return {"entry": {"type": "price_above", "level": str(mid * OUT_OF_REACH)}}
            case _:
                return self._mistake(now)

    def _mistake(self, now: datetime) -> dict[str, Json]:
        mistakes: Sequence[dict[str, Json]] = (
            {"entry": "when the moon is full"},
            {"valid_until": (now - timedelta(hours=1)).isoformat()},
            {"symbol": "NOSUCHCOIN"},
            {"size": {"unit": "notional", "value": "3"}},
        )
        return self._random.choice(mistakes)

    def _at(self, symbol: str, price: Decimal) -> str:
        return str(self._instruments[symbol].round_price(price, Side.BUY))
