"""The adapter against an exchange that checks signatures, nonces, ticks, lots and margin."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from eth_account import Account as EthAccount
from eth_account.signers.local import LocalAccount
from hyperliquid.exchange import Exchange

from tests.venues.builders import CLOID, limit_order, stop_order
from tests.venues.exchange_process import ExchangeProcess
from tests.venues.hyperliquid.connecting import MID, NONCES, connect, soon
from trader.clock import utc_now
from trader.venues.account_check import AccountVerdict, check_account
from trader.venues.credentials import Credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration
from trader.venues.instrument import Side
from trader.venues.limit_prices import marketable_price, trigger_limit_price
from trader.venues.orders import (
    AnswerKind,
    TimeInForce,
    Trigger,
    TriggerKind,
    VenueOrderState,
)
from trader.venues.venue import ActionExpired, ActionRefused, DuplicateNonce

OTHER_CLOID = "0x000000000000000000000000000000a2"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come about"
        time.sleep(0.01)


def test_instruments_and_quotes(venue: HyperliquidIntegration) -> None:
    instruments, quotes = venue.instruments(), venue.quotes()
    assert instruments["BTC"].size_decimals == 5
    assert quotes["BTC"].mark == MID
    assert set(quotes) == {item.symbol for item in instruments.values() if not item.is_delisted}


def test_quote_is_the_middle_of_the_book(venue: HyperliquidIntegration) -> None:
    quote = venue.quote("BTC")
    assert quote.bid is not None
    assert quote.ask is not None
    assert quote.bid < quote.ask
    assert quote.mid == (quote.bid + quote.ask) / 2


def test_a_resting_order_is_seen_and_cancelled(
    exchange: ExchangeProcess, venue: HyperliquidIntegration
) -> None:
    order = limit_order(limit_price=Decimal(50_000))
    answer = venue.place_order(order, utc_now(), soon())
    assert answer.kind is AnswerKind.RESTING
    (report,) = venue.open_orders()
    assert (report.cloid, report.order_id, report.state) == (
        CLOID,
        answer.order_id,
        VenueOrderState.OPEN,
    )
    assert report.remaining_size == order.size
    (accepted,) = exchange.orders_of(venue.signer)
    assert accepted["cloid"] == CLOID
    action = venue.compose_cancel([("BTC", CLOID), ("BTC", OTHER_CLOID)])
    cancelled, missing = venue.send_cancel(action, NONCES.next(), soon())
    assert cancelled == ""
    assert missing.startswith("Order was never placed, already canceled, or filled.")
    found = venue.order(CLOID)
    assert found is not None
    assert (found.state, found.venue_status) == (VenueOrderState.CANCELLED, "canceled")
    assert venue.open_orders() == ()


def test_a_market_order_fills_and_makes_a_position(
    exchange: ExchangeProcess, venue: HyperliquidIntegration
) -> None:
    started = datetime.now(UTC) - timedelta(minutes=1)
    instrument, quote = venue.instruments()["BTC"], venue.quote("BTC")
    order = limit_order(
        limit_price=marketable_price(instrument, quote, Side.BUY, Decimal(100)),
        time_in_force=TimeInForce.IOC,
    )
    answer = venue.place_order(order, utc_now(), soon())
    assert (answer.kind, answer.filled_size) == (AnswerKind.FILLED, order.size)
    fills = venue.fills(started)
    assert [fill.cloid for fill in fills] == [CLOID] * len(fills)
    assert sum(fill.size for fill in fills) == order.size
    assert [fill.trade_id for fill in fills] == [
        fill["tid"] for fill in exchange.fills_of(venue.signer)
    ]
    assert all(fill.is_taker and fill.side is Side.BUY and fill.fee > 0 for fill in fills)
    (position,) = venue.get_positions()
    assert (position.symbol, position.size) == ("BTC", order.size)
    assert position.entry_price == answer.average_price
    report = venue.get_order_status(CLOID)
    assert report is not None
    assert (report.state, report.remaining_size) == (VenueOrderState.FILLED, Decimal(0))
    assert venue.account().equity < 100_000


def test_a_part_that_fills_is_not_the_end_of_the_order(
    exchange: ExchangeProcess, venue: HyperliquidIntegration
) -> None:
    exchange.set_depth("ETH", [["2999", "10"]], [["3001", "0.5"]])
    order = limit_order(symbol="ETH", size=Decimal(2), limit_price=Decimal(3001))
    answer = venue.place_order(order, utc_now(), soon())
    assert (answer.kind, answer.filled_size) == (AnswerKind.FILLED, Decimal("0.5"))
    (report,) = venue.open_orders()
    assert (report.original_size, report.remaining_size) == (Decimal(2), Decimal("1.5"))
    assert report.order_id == answer.order_id


def test_a_stop_waits_at_the_venue_and_ends_the_position(
    exchange: ExchangeProcess, venue: HyperliquidIntegration
) -> None:
    instrument, quote = venue.instruments()["BTC"], venue.quote("BTC")
    entry = limit_order(
        limit_price=marketable_price(instrument, quote, Side.BUY, Decimal(100)),
        time_in_force=TimeInForce.IOC,
    )
    stop = stop_order(
        cloid=OTHER_CLOID,
        trigger=Trigger(kind=TriggerKind.STOP, price=Decimal(55_000)),
        limit_price=trigger_limit_price(instrument, Decimal(55_000), Side.SELL),
    )
    venue.place_order(entry, utc_now(), soon())
    assert venue.place_order(stop, utc_now(), soon()).kind is AnswerKind.RESTING
    (report,) = venue.open_orders()
    assert (report.is_trigger, report.side) == (True, Side.SELL)
    exchange.set_mid("BTC", "54000")
    wait_for(lambda: venue.get_positions() == ())
    found = venue.order(OTHER_CLOID)
    assert found is not None
    assert found.state is VenueOrderState.FILLED


def test_the_same_bytes_again_land_once(
    exchange: ExchangeProcess, venue: HyperliquidIntegration
) -> None:
    action = venue.compose_orders([limit_order(limit_price=Decimal(50_000))])
    nonce, expiry = NONCES.next(), soon()
    venue.send_orders(action, nonce, expiry)
    with pytest.raises(DuplicateNonce, match=str(nonce)):
        venue.send_orders(action, nonce, expiry)
    assert len(exchange.orders_of(venue.signer)) == 1


def test_an_expired_action_never_lands(
    exchange: ExchangeProcess, venue: HyperliquidIntegration
) -> None:
    action = venue.compose_orders([limit_order(limit_price=Decimal(50_000))])
    with pytest.raises(ActionExpired):
        venue.send_orders(action, NONCES.next(), datetime.now(UTC) - timedelta(seconds=1))
    assert exchange.orders_of(venue.signer) == []


def test_each_order_of_a_batch_has_its_own_answer(venue: HyperliquidIntegration) -> None:
    too_small = limit_order(cloid=OTHER_CLOID, size=Decimal("0.0001"), limit_price=Decimal(50_000))
    action = venue.compose_orders([limit_order(limit_price=Decimal(50_000)), too_small])
    placed, refused = venue.send_orders(action, NONCES.next(), soon())
    assert placed.kind is AnswerKind.RESTING
    assert refused.kind is AnswerKind.REJECTED
    assert refused.text.startswith("Order must have minimum value of $10.")


def test_an_unknown_order_is_none(venue: HyperliquidIntegration) -> None:
    assert venue.order(CLOID) is None


def test_a_key_that_the_venue_does_not_know_is_refused_with_a_hint(
    exchange: ExchangeProcess, venue: HyperliquidIntegration
) -> None:
    stranger = connect(exchange, Credentials(EthAccount.create()), venue.signer)
    with pytest.raises(ActionRefused, match=r"does not exist\. \(check that the key"):
        stranger.place_order(limit_order(), utc_now(), soon())


def test_an_agent_trades_for_its_account(
    exchange: ExchangeProcess,
    wallet: LocalAccount,
    credentials: Credentials,
    venue: HyperliquidIntegration,
) -> None:
    approved, agent_key = Exchange(wallet, exchange.url, timeout=5).approve_agent()
    assert approved["status"] == "ok"
    agent = Credentials(EthAccount.from_key(agent_key))
    trading = connect(exchange, agent, credentials.address)
    trading.place_order(limit_order(limit_price=Decimal(50_000)), utc_now(), soon())
    (accepted,) = exchange.orders_of(credentials.address)
    assert accepted["signer"] == agent.address
    assert check_account(trading, credentials.address).verdict is AccountVerdict.AGENT
    mistaken = check_account(connect(exchange, agent, agent.address), agent.address)
    assert mistaken.verdict is AccountVerdict.ACCOUNT_IS_AGENT
    assert credentials.address in mistaken.text
    own = check_account(venue, credentials.address)
    assert own.verdict is AccountVerdict.OWN_KEY


def test_an_account_without_a_deposit_is_missing(
    exchange: ExchangeProcess, credentials: Credentials
) -> None:
    check = check_account(connect(exchange, credentials, credentials.address), credentials.address)
    assert check.verdict is AccountVerdict.ACCOUNT_MISSING
