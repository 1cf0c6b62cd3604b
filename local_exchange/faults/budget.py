"""The request budget of an address. Source: the venue's document on rate limits."""

from local_exchange.engine.errors import ActionRejected
from local_exchange.engine.views import RateLimit
from local_exchange.faults.venue_faults import AddressBudget
from local_exchange.wire.actions import Action, CancelAction, CancelByCloidAction
from local_exchange.wire.scalars import decimal_text

CANCEL_EXTRA = 100_000
CENTS = 2


def budget_cap(budget: AddressBudget, limit: RateLimit) -> int:
    """How many requests the address has in all."""
    return budget.buffer + int(limit.cumulative_volume)


class BudgetKeeper:
    """Remembers since when an exhausted address waits to be let through once more."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[AddressBudget, int]] = {}

    def spend(
        self, budget: AddressBudget, user: str, limit: RateLimit, action: Action, now_ms: int
    ) -> None:
        """Raises ActionRejected when the address has no request left for the action."""
        cap = budget_cap(budget, limit)
        allowed = min(cap + CANCEL_EXTRA, 2 * cap) if _is_cancel(action) else cap
        wanted = limit.requests_used + action.weight
        if wanted <= allowed:
            return
        known, since_ms = self._waiting.get(user, (None, now_ms))
        if known is budget and now_ms - since_ms >= budget.free_every_ms:
            self._waiting[user] = (budget, now_ms)
            return
        if known is not budget:
            self._waiting[user] = (budget, now_ms)
        volume = decimal_text(round(limit.cumulative_volume, CENTS))
        raise ActionRejected(
            f"Too many cumulative requests sent ({wanted} > {allowed}) for cumulative volume "
            f"traded ${volume}. Place taker orders to free up 1 request per USDC traded."
        )


def _is_cancel(action: Action) -> bool:
    return isinstance(action, CancelAction | CancelByCloidAction)
