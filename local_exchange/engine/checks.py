"""What may refuse a single order, in the order in which it is looked at."""

from decimal import Decimal

from local_exchange.engine.book import Book
from local_exchange.engine.margin import Margin
from local_exchange.engine.orders import Side, TimeInForce
from local_exchange.engine.precision import is_on_tick
from local_exchange.engine.reasons import Reason
from local_exchange.engine.state import State
from local_exchange.engine.working_order import WorkingOrder

MIN_NOTIONAL = Decimal(10)
BASE_OPEN_ORDERS = 1_000
MAX_OPEN_ORDERS = 5_000
VOLUME_PER_OPEN_ORDER = Decimal(5_000_000)


class OrderChecks:
    """Refusals that depend on the account or the market; none of them changes anything."""

    def __init__(self, state: State, margin: Margin) -> None:
        self._state = state
        self._margin = margin

    def refusal(self, order: WorkingOrder) -> Reason | None:
        """Why the order cannot be taken, or None."""
        if reason := self.form_refusal(order):
            return reason
        if order.trigger is not None and self._has_fired(order):
            return Reason.BAD_TRIGGER_PX
        if order.reduce_only and not self.reduces(order):
            return Reason.REDUCE_ONLY
        if self._has_too_many_orders(order):
            return Reason.TOO_MANY_OPEN_ORDERS
        if order.trigger is None and (reason := self.margin_refusal(order)):
            return reason
        if order.tif is TimeInForce.ALO and self._book(order).would_match(order):
            return Reason.BAD_ALO_PX
        return None

    def form_refusal(self, order: WorkingOrder) -> Reason | None:
        """Tick, trigger side and minimum value: all that a waiting child is checked for."""
        perp = self._state.coins[order.coin].perp
        prices = [order.price] if order.trigger is None else [order.price, order.trigger.price]
        if not all(is_on_tick(perp, price) for price in prices):
            return Reason.TICK
        if _is_limit_beyond_trigger(order):
            return Reason.BAD_TRIGGER_PX
        if self._is_too_small(order):
            return Reason.MIN_TRADE_NTL
        return None

    def margin_refusal(self, order: WorkingOrder) -> Reason | None:
        """Whether the account can bear it. Reduce-only orders bind nothing."""
        if order.reduce_only:
            return None
        coin = self._state.coins[order.coin]
        worst = self._margin.worst_size(order)
        leverage = self._margin.setting(order.account, coin.perp).value
        grows = worst > abs(order.account.size_of(order.coin))
        if grows and coin.tiers.max_leverage(worst * coin.mark) < leverage:
            return Reason.PERP_MAX_POSITION
        return None if self._margin.can_place(order) else Reason.PERP_MARGIN

    @staticmethod
    def reduces(order: WorkingOrder) -> bool:
        """Whether there is a position that the order is against."""
        size = order.account.size_of(order.coin)
        return size < 0 if order.is_buy else size > 0

    def _is_too_small(self, order: WorkingOrder) -> bool:
        if order.is_position_tpsl or order.size * order.price >= MIN_NOTIONAL:
            return False
        held = abs(order.account.size_of(order.coin))
        closes = order.size >= held if order.reduce_only else order.size == held
        return not (closes and self.reduces(order))

    def _has_fired(self, order: WorkingOrder) -> bool:
        mark = self._state.coins[order.coin].mark
        trigger = order.trigger
        if trigger is None:
            return False
        return mark >= trigger.price if trigger.fires_above(order.side) else mark <= trigger.price

    def _has_too_many_orders(self, order: WorkingOrder) -> bool:
        count = order.account.orders.working_count()
        if count < BASE_OPEN_ORDERS:
            return False
        allowed = BASE_OPEN_ORDERS + int(order.account.volume // VOLUME_PER_OPEN_ORDER)
        if order.reduce_only or order.trigger is not None:
            return True
        rests = order.tif is not None and not order.tif.is_immediate
        return rests and count >= min(allowed, MAX_OPEN_ORDERS)

    def _book(self, order: WorkingOrder) -> Book:
        return self._state.coins[order.coin].book


def _is_limit_beyond_trigger(order: WorkingOrder) -> bool:
    trigger = order.trigger
    if trigger is None:
        return False
    if order.side is Side.BUY:
        return order.price < trigger.price
    return order.price > trigger.price
