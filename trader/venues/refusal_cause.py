"""Why a venue refuses or ends an order, in words that are no venue's."""

from enum import StrEnum


class RefusalCause(StrEnum):
    """Why the venue did not take an order, or ended it."""

    POST_ONLY_PERIOD = "post_only_period"
    """For some seconds after an upgrade the venue takes orders that rest, and no others."""
    TRADING_HALTED = "trading_halted"
    """The venue has stopped trading, of this symbol or of all."""
    RATE_LIMIT = "rate_limit"
    """Too many requests in a short time."""
    ADDRESS_BUDGET = "address_budget"
    """The account has used up the requests that its trading earns it; time earns it more."""
    OPEN_INTEREST_CAP = "open_interest_cap"
    """The symbol's open interest has reached its cap, or grows too fast."""
    PRICE_BAND = "price_band"
    """The price is too far from the oracle's or the market's, and the band moves with that."""

    SIZE = "size"
    """The size is none, has too many decimals, or is more than the venue takes at once."""
    MINIMUM_NOTIONAL = "minimum_notional"
    """The order is worth less than the venue takes."""
    PRICE_FORM = "price_form"
    """The price is none, or off the tick."""
    FORM = "form"
    """The venue cannot read the request, or does not take orders grouped like this."""
    UNKNOWN_SYMBOL = "unknown_symbol"
    """The venue does not list the symbol, or no longer."""
    MARGIN = "margin"
    """The account cannot bear the order: more money or less exposure is for people to decide."""
    OPEN_ORDER_LIMIT = "open_order_limit"
    """The account has as many open orders as it may have: a stop would be refused as well."""
    POSITION_LIMIT = "position_limit"
    """The position would be larger than its leverage allows."""
    REDUCE_ONLY = "reduce_only"
    """There is no position that a reduce-only order could reduce."""
    POST_ONLY_WOULD_TRADE = "post_only_would_trade"
    """A post-only order would have traded at once."""
    NO_LIQUIDITY = "no_liquidity"
    """An immediate order found nobody to trade with within its price."""
    TRIGGER_PASSED = "trigger_passed"
    """The price has passed the trigger already, or the limit is on its wrong side."""
    SELF_TRADE = "self_trade"
    """It would have traded with another order of the account."""
    SIBLING_FILLED = "sibling_filled"
    """The order that it was tied to has traded."""
    LIQUIDATION = "liquidation"
    """The account was liquidated."""
    WITHDRAWAL = "withdrawal"
    """Money was withdrawn from the vault that trades."""
    SCHEDULED_CANCEL = "scheduled_cancel"
    """The account's owner had all orders cancelled at a time set before."""
    SIGNER = "signer"
    """The key may not act for the account: unknown, expired, or not approved."""
    ACCOUNT = "account"
    """The account may not trade like this: without a deposit, as it is set up, or as a vault."""
    NONCE = "nonce"
    """The request's nonce is out of the venue's window: a clock is wrong."""
    UNKNOWN = "unknown"
    """The venue's words are new to us."""

    @property
    def passes(self) -> bool:
        """Whether it ends by itself, so that the same order may be taken a little later.

        UNKNOWN does not: what nobody understands must not be sent again and again.
        """
        return self in _PASSING

    @property
    def is_for_all(self) -> bool:
        """Whether the venue refuses every order of its kind then, exits at market among them."""
        return self in _FOR_ALL


# They tell of a moment of the venue, the symbol or the account. All others tell of the order
# itself, or of what only people can change.
_PASSING = frozenset(
    {
        RefusalCause.POST_ONLY_PERIOD,
        RefusalCause.TRADING_HALTED,
        RefusalCause.RATE_LIMIT,
        RefusalCause.ADDRESS_BUDGET,
        RefusalCause.OPEN_INTEREST_CAP,
        RefusalCause.PRICE_BAND,
    }
)

_FOR_ALL = frozenset(
    {
        RefusalCause.POST_ONLY_PERIOD,
        RefusalCause.TRADING_HALTED,
        RefusalCause.RATE_LIMIT,
        RefusalCause.ADDRESS_BUDGET,
    }
)
