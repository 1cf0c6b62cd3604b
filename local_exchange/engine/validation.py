"""Static validation: what is wrong with the payload itself refuses the whole batch, unrecorded."""

from collections.abc import Sequence
from decimal import Decimal

from local_exchange.engine.coin_market import CoinMarket
from local_exchange.engine.errors import BatchRejected
from local_exchange.engine.instruments import PerpInstrument
from local_exchange.engine.orders import Grouping, OrderRequest, TimeInForce
from local_exchange.engine.precision import is_on_lot
from local_exchange.engine.reasons import with_asset
from local_exchange.engine.state import State

LIMIT_ORDER_FACTOR = 10
_MARKET_ORDER_MAXIMA = ((25, 30_000_000), (20, 5_000_000), (10, 2_000_000), (0, 500_000))
"""Maximum value of a market order in USDC by the asset's maximum leverage."""
_MAX_TPSL_CHILDREN = 2


class Validation:
    """Raises BatchRejected at the first fault."""

    def __init__(self, state: State) -> None:
        self._state = state

    def batch(self, requests: Sequence[OrderRequest], grouping: Grouping) -> None:
        """Validate a batch of orders."""
        if not requests:
            raise BatchRejected("Orders are empty.")
        for request in requests:
            self._order(request, grouping)
        if grouping is Grouping.NORMAL_TPSL:
            _check_normal_tpsl(requests)
        elif grouping is Grouping.POSITION_TPSL:
            _check_position_tpsl(requests)

    def market(self, asset: int) -> CoinMarket:
        """The live market of the asset. Raises BatchRejected."""
        universe = self._state.config.universe
        perp = universe.perp(asset)
        if perp is None:
            known = asset in universe.spot_pairs_by_asset
            text = "Trading is halted." if known else "Order has invalid asset."
            raise BatchRejected(with_asset(text, asset))
        if perp.is_delisted:
            raise BatchRejected(with_asset("Trading is halted.", asset))
        return self._state.coins[perp.name]

    def _order(self, request: OrderRequest, grouping: Grouping) -> None:
        if request.trigger and request.asset in self._state.config.universe.spot_pairs_by_asset:
            raise BatchRejected("Placing trigger orders is not enabled on spot trading yet.")
        market = self.market(request.asset)
        _check_price(request)
        _check_size(request, market.perp, grouping)
        if request.trigger is None or not request.trigger.is_market:
            self._check_band(request, market.mark)
        _check_value(request, market.perp)

    def _check_band(self, request: OrderRequest, reference: Decimal) -> None:
        band = self._state.config.price_band
        if abs(request.price - reference) > band * reference:
            text = f"Order price cannot be more than {band:.0%} away from the reference price"
            raise BatchRejected(with_asset(text, request.asset))


def _check_price(request: OrderRequest) -> None:
    if request.price == 0:
        raise BatchRejected("Order has zero price.")
    if request.price < 0 or (request.trigger is not None and request.trigger.price <= 0):
        raise BatchRejected("Order has invalid price.")


def _check_size(request: OrderRequest, perp: PerpInstrument, grouping: Grouping) -> None:
    if request.size == 0 and grouping is not Grouping.POSITION_TPSL:
        raise BatchRejected("Order has zero size.")
    if request.size < 0 or not is_on_lot(perp, request.size):
        raise BatchRejected("Order has invalid size.")


def _check_value(request: OrderRequest, perp: PerpInstrument) -> None:
    maximum = next(top for leverage, top in _MARKET_ORDER_MAXIMA if perp.max_leverage >= leverage)
    is_market = request.tif is TimeInForce.FRONTEND_MARKET or (
        request.trigger is not None and request.trigger.is_market
    )
    if not is_market:
        maximum *= LIMIT_ORDER_FACTOR
    if request.size * request.price > maximum:
        raise BatchRejected(f"Order value too large. Max is ${maximum}.")


def _check_normal_tpsl(requests: Sequence[OrderRequest]) -> None:
    main, children = requests[0], requests[1:]
    if main.trigger is not None:
        raise BatchRejected("Main order cannot be trigger order.")
    if not 1 <= len(children) <= _MAX_TPSL_CHILDREN:
        raise BatchRejected("Unexpected number of trigger orders")
    for child in children:
        _check_protective(child)
        if child.side is main.side or child.asset != main.asset:
            raise BatchRejected("Trigger order has unexpected side.")


def _check_position_tpsl(requests: Sequence[OrderRequest]) -> None:
    if len(requests) > _MAX_TPSL_CHILDREN:
        raise BatchRejected("Unexpected number of trigger orders")
    for request in requests:
        _check_protective(request)
        if request.asset != requests[0].asset or request.side is not requests[0].side:
            raise BatchRejected("Trigger order has unexpected side.")


def _check_protective(request: OrderRequest) -> None:
    if request.trigger is None:
        raise BatchRejected("Unexpected number of trigger orders")
    if not request.reduce_only:
        raise BatchRejected("Trigger order is not reduce only.")
