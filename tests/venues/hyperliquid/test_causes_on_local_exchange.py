"""What the exchange really says, through the SDK and the adapter, has its cause."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from eth_account import Account as EthAccount
from eth_account.signers.local import LocalAccount
from hyperliquid.exchange import Exchange

from tests.complaints.faults import AccountFaults
from tests.local_exchange.controls import Controls
from tests.venues.builders import CLOID, limit_order, stop_order
from tests.venues.exchange_process import ExchangeProcess
from tests.venues.hyperliquid.connecting import NONCES, connect, soon
from trader.clock import utc_now
from trader.venues.credentials import Credentials
from trader.venues.hyperliquid.causes import WORDS, cause_of_words
from trader.venues.hyperliquid.integration import HyperliquidIntegration
from trader.venues.orders import (
    AnswerKind,
    OrderAnswer,
    OrderRequest,
    TimeInForce,
    Trigger,
    TriggerKind,
)
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import ActionRefused, BatchRefused, BudgetExhausted

RESTS = limit_order(limit_price=Decimal(50_000))
OTHER = limit_order(cloid="0x000000000000000000000000000000a2", limit_price=Decimal(50_000))
FTT = 7
"""The number of a delisted symbol."""


@pytest.fixture
def faults(exchange: ExchangeProcess, venue: HyperliquidIntegration) -> Iterator[AccountFaults]:
    faults = AccountFaults(Controls(exchange.url), venue.signer)
    yield faults
    faults.end()


def place(venue: HyperliquidIntegration, order: OrderRequest = RESTS) -> OrderAnswer:
    return venue.place_order(order, utc_now(), soon())


def place_wire(venue: HyperliquidIntegration, **changes: Any) -> OrderAnswer:
    """An order that we would not compose: the wire's own keys, with these changes."""
    action = venue.compose_orders([RESTS])
    wire: Any = action["orders"]
    wire[0].update(changes)
    return venue.send_orders(action, NONCES.next(), soon())[0]


@pytest.mark.parametrize(
    ("order", "cause"),
    [
        (
            limit_order(size=Decimal("0.0001"), limit_price=Decimal(50_000)),
            RefusalCause.MINIMUM_NOTIONAL,
        ),
        (
            limit_order(size=Decimal(80), limit_price=Decimal(50_000)),
            RefusalCause.MARGIN,
        ),
        (
            limit_order(limit_price=Decimal(50_000), reduce_only=True),
            RefusalCause.REDUCE_ONLY,
        ),
        (
            limit_order(limit_price=Decimal(61_000), time_in_force=TimeInForce.POST_ONLY),
            RefusalCause.POST_ONLY_WOULD_TRADE,
        ),
        (
            limit_order(limit_price=Decimal(50_000), time_in_force=TimeInForce.IOC),
            RefusalCause.NO_LIQUIDITY,
        ),
        (
            stop_order(trigger=Trigger(kind=TriggerKind.STOP, price=Decimal(65_000))),
            RefusalCause.TRIGGER_PASSED,
        ),
    ],
)
def test_an_order_and_its_report_have_the_same_cause(
    venue: HyperliquidIntegration, order: OrderRequest, cause: RefusalCause
) -> None:
    answer, report = place(venue, order), venue.order(CLOID)

    assert (answer.kind, answer.cause) == (AnswerKind.REJECTED, cause)
    assert report is not None
    assert report.cause is cause


def test_a_book_without_a_side_has_no_liquidity(
    exchange: ExchangeProcess, venue: HyperliquidIntegration
) -> None:
    exchange.set_depth("ETH", [["2999", "10"]], [])
    buy = {"symbol": "ETH", "limit_price": Decimal(3001), "time_in_force": TimeInForce.IOC}
    answer, report = place(venue, limit_order(**buy)), venue.order(CLOID)

    assert answer.cause is RefusalCause.NO_LIQUIDITY
    assert report is not None
    assert report.venue_status == "marketOrderNoLiquidityRejected"
    assert report.cause is RefusalCause.NO_LIQUIDITY


def test_a_position_beyond_its_margin_tier(
    exchange: ExchangeProcess, wallet: LocalAccount, venue: HyperliquidIntegration
) -> None:
    exchange.deposit(venue.signer, "1000000000")
    Exchange(wallet, exchange.url, timeout=5).update_leverage(40, "BTC")

    too_much = limit_order(size=Decimal(4_500), limit_price=Decimal(59_000))
    assert place(venue, too_much).cause is RefusalCause.POSITION_LIMIT


def test_too_many_open_orders(exchange: ExchangeProcess, venue: HyperliquidIntegration) -> None:
    exchange.deposit(venue.signer, "100000000")
    cloids = [f"0x{number:032x}" for number in range(1_000)]
    for start in range(0, len(cloids), 200):
        orders = [RESTS.model_copy(update={"cloid": c}) for c in cloids[start : start + 200]]
        venue.send_orders(venue.compose_orders(orders), NONCES.next(), soon())

    assert place(venue, stop_order()).cause is RefusalCause.REDUCE_ONLY
    assert place(venue, OTHER).cause is RefusalCause.OPEN_ORDER_LIMIT


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"p": "50000.05"}, RefusalCause.PRICE_FORM),
        ({"p": "0"}, RefusalCause.PRICE_FORM),
        ({"p": "1000"}, RefusalCause.PRICE_BAND),
        ({"s": "0"}, RefusalCause.SIZE),
        ({"s": "0.0000001"}, RefusalCause.SIZE),
        ({"s": "1000000"}, RefusalCause.SIZE),
        ({"a": 999}, RefusalCause.UNKNOWN_SYMBOL),
        ({"a": FTT}, RefusalCause.TRADING_HALTED),
    ],
)
def test_an_order_that_we_would_not_send(
    venue: HyperliquidIntegration, changes: dict[str, object], cause: RefusalCause
) -> None:
    assert place_wire(venue, **changes).cause is cause


@pytest.mark.parametrize(
    ("grouping", "orders"),
    [("normalTpsl", [RESTS]), ("positionTpsl", [RESTS]), ("normalTpsl", [stop_order()])],
)
def test_orders_that_do_not_belong_together(
    venue: HyperliquidIntegration, grouping: str, orders: list[OrderRequest]
) -> None:
    action = venue.compose_orders(orders) | {"grouping": grouping}
    (answer,) = venue.send_orders(action, NONCES.next(), soon())

    assert answer.cause is RefusalCause.FORM


@pytest.mark.parametrize(
    "words", [words for several in WORDS.values() for words in several], ids=str
)
def test_every_word_arrives_as_its_cause(
    venue: HyperliquidIntegration, faults: AccountFaults, words: str
) -> None:
    faults.strike("batch_refused", "order", count=2, text=f"{words} asset=0")

    assert place(venue).cause is cause_of_words(words)
    with pytest.raises(BatchRefused) as refused:
        venue.send_orders(venue.compose_orders([RESTS, OTHER]), NONCES.next(), soon())
    assert refused.value.cause is cause_of_words(words)


def test_words_that_nobody_knows_arrive_as_unknown(
    venue: HyperliquidIntegration, faults: AccountFaults
) -> None:
    faults.strike("batch_refused", "order", count=1, text="Sunspots.")
    assert place(venue).cause is RefusalCause.UNKNOWN

    faults.strike("action_refused", "order", count=1, text="Sunspots.")
    with pytest.raises(ActionRefused, match="Sunspots") as refused:
        place(venue)
    assert refused.value.cause is RefusalCause.UNKNOWN


def test_the_post_only_period_after_an_upgrade(
    venue: HyperliquidIntegration, faults: AccountFaults
) -> None:
    faults.everybody("post_only_window")
    maker = OTHER.model_copy(update={"time_in_force": TimeInForce.POST_ONLY})

    assert place(venue).cause is RefusalCause.POST_ONLY_PERIOD
    assert place(venue, maker).cause is None
    faults.end()
    assert place(venue).cause is None


def test_a_whole_action_while_trading_is_halted(
    venue: HyperliquidIntegration, faults: AccountFaults
) -> None:
    faults.strike("action_refused", "order")
    with pytest.raises(ActionRefused, match="Trading is halted") as refused:
        place(venue)
    assert refused.value.cause is RefusalCause.TRADING_HALTED


def test_a_request_that_the_venue_cannot_read(venue: HyperliquidIntegration) -> None:
    with pytest.raises(ActionRefused, match="422") as refused:
        place_wire(venue, p=50_000)
    assert refused.value.cause is RefusalCause.FORM


def test_requests_that_run_short(venue: HyperliquidIntegration, faults: AccountFaults) -> None:
    faults.strike("http_error", "order", status=429)
    with pytest.raises(BudgetExhausted) as too_fast:
        place(venue)
    faults.end()
    faults.hold("address_budget", free_every_ms=600_000)
    with pytest.raises(BudgetExhausted) as too_many:
        place(venue)
    assert too_fast.value.cause is RefusalCause.RATE_LIMIT
    assert too_many.value.cause is RefusalCause.ADDRESS_BUDGET


def test_a_clock_that_is_wrong_by_days(venue: HyperliquidIntegration) -> None:
    nonce = NONCES.next() + int(timedelta(days=9).total_seconds() * 1000)
    with pytest.raises(ActionRefused, match="nonce too high") as refused:
        venue.send_orders(venue.compose_orders([RESTS]), nonce, soon())
    assert refused.value.cause is RefusalCause.NONCE


def test_a_key_that_may_not_act(exchange: ExchangeProcess, venue: HyperliquidIntegration) -> None:
    stranger = connect(exchange, Credentials(EthAccount.create()), venue.signer)
    with pytest.raises(ActionRefused) as refused:
        place(stranger)
    assert refused.value.cause is RefusalCause.SIGNER


@pytest.mark.usefixtures("venue")
def test_an_account_that_may_not_act(exchange: ExchangeProcess, wallet: LocalAccount) -> None:
    """Vaults, builders and approvals are not the adapter's: the SDK asks for them itself."""
    poor = Exchange(EthAccount.create(), exchange.url, timeout=5)
    vault = Exchange(wallet, exchange.url, vault_address=f"0x{'a' * 40}", timeout=5)
    order: Any = ("BTC", True, 0.01, 50_000.0, {"limit": {"tif": "Gtc"}})
    builder: Any = {"b": f"0x{'b' * 40}", "f": 10}
    said = [
        poor.approve_agent()[0]["response"],
        vault.order(*order)["response"],
        Exchange(wallet, exchange.url, timeout=5).order(*order, builder=builder)["response"],
    ]
    assert [cause_of_words(text) for text in said] == [RefusalCause.ACCOUNT] * 3, said


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("marginCanceled", RefusalCause.MARGIN),
        ("selfTradeCanceled", RefusalCause.SELF_TRADE),
        ("reduceOnlyCanceled", RefusalCause.REDUCE_ONLY),
        ("liquidatedCanceled", RefusalCause.LIQUIDATION),
    ],
)
def test_an_end_that_the_venue_chose(
    venue: HyperliquidIntegration, faults: AccountFaults, status: str, cause: RefusalCause
) -> None:
    faults.controls.end_order(status, oid=place(venue).order_id)

    report = venue.order(CLOID)
    assert report is not None
    assert (report.venue_status, report.cause) == (status, cause)


def test_an_order_that_rests_or_was_cancelled_as_asked_was_not_refused(
    venue: HyperliquidIntegration,
) -> None:
    answer, resting = place(venue), venue.order(CLOID)
    venue.send_cancel(venue.compose_cancel([("BTC", CLOID)]), NONCES.next(), soon())
    cancelled = venue.order(CLOID)

    assert resting is not None
    assert cancelled is not None
    assert (answer.cause, resting.cause, cancelled.cause) == (None, None, None)
