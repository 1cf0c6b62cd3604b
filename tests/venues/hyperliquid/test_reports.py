"""The venue's recorded reply shapes, read into our own records."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.venues.builders import ADDRESS, CLOID, META, NOW
from trader.strands.strand import Json
from trader.venues.account_check import AccountRole, Role
from trader.venues.hyperliquid import replies, reports
from trader.venues.hyperliquid.replies import parse
from trader.venues.instrument import Side
from trader.venues.orders import Fill, OrderReport, VenueOrderState, VenuePosition
from trader.venues.refusal_cause import RefusalCause
from trader.venues.venue import VenueUnavailable

OTHER = "0x00000000000000000000000000000000000000ff"
AT = datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)
AT_MS = 1_700_000_000_123
ORDER: dict[str, Any] = {
    "coin": "BTC",
    "side": "A",
    "limitPx": "45000.0",
    "sz": "0.004",
    "oid": 77738308,
    "timestamp": AT_MS,
    "origSz": "0.01",
    "triggerCondition": "Price below 50000",
    "isTrigger": True,
    "triggerPx": "50000.0",
    "children": [],
    "isPositionTpsl": False,
    "reduceOnly": True,
    "orderType": "Stop Market",
    "tif": None,
    "cloid": CLOID.upper().replace("X", "x"),
}
REPORT = OrderReport(
    cloid=CLOID,
    order_id=77738308,
    symbol="BTC",
    side=Side.SELL,
    state=VenueOrderState.OPEN,
    venue_status="open",
    original_size=Decimal("0.01"),
    remaining_size=Decimal("0.004"),
    is_trigger=True,
    reported_at=AT,
)
FILL: dict[str, Any] = {
    "coin": "ETH",
    "px": "1891.4",
    "sz": "0.02",
    "side": "B",
    "time": AT_MS,
    "startPosition": "-0.02",
    "dir": "Close Short",
    "closedPnl": "1.25",
    "hash": "0x00",
    "oid": 77747314,
    "crossed": True,
    "fee": "0.017",
    "feeToken": "USDC",
    "tid": 118906512037719,
    "twapId": None,
    "cloid": CLOID,
}
STATE: dict[str, Any] = {
    "assetPositions": [
        {
            "type": "oneWay",
            "position": {
                "coin": "ETH",
                "szi": "-0.0335",
                "leverage": {"type": "isolated", "value": 20, "rawUsd": "-95.059824"},
                "entryPx": "2986.3",
                "positionValue": "100.02765",
                "unrealizedPnl": "-0.0134",
                "returnOnEquity": "-0.0026789",
                "liquidationPx": "2866.26936529",
                "marginUsed": "4.967826",
                "maxLeverage": 50,
                "cumFunding": {"allTime": "514.085417", "sinceOpen": "0.0", "sinceChange": "0.0"},
            },
        },
        {
            "type": "oneWay",
            "position": {"coin": "BTC", "szi": "0.0", "entryPx": None, "unrealizedPnl": "0.0"},
        },
    ],
    "marginSummary": {"accountValue": "13109.482328", "totalNtlPos": "100.02765"},
    "crossMaintenanceMarginUsed": "0.0",
    "withdrawable": "13104.514502",
    "time": AT_MS,
}


def without(shape: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in shape.items() if name != key}


def test_instruments_are_numbered_by_their_place() -> None:
    instruments = reports.instruments_of(parse(replies.META, META))
    assert [item.asset for item in instruments.values()] == [0, 1, 2, 3]
    kpepe = instruments["kPEPE"]
    assert (kpepe.size_decimals, kpepe.price_decimals, kpepe.max_leverage) == (0, 6, 10)
    assert [item.symbol for item in instruments.values() if item.is_delisted] == ["MATIC"]


def test_quotes_give_none_for_a_price_that_is_not_there() -> None:
    contexts: list[Json] = [
        {"midPx": "60000.5", "markPx": "60001.0", "oraclePx": "60000.0"},
        {"midPx": None, "markPx": "3000.0"},
        {"midPx": "0.0123456", "markPx": "0.0"},
        {"midPx": "0.5", "markPx": "0.5"},
    ]
    meta, parsed = parse(replies.META_AND_CONTEXTS, [META, contexts])
    quotes = reports.quotes_of(meta, parsed, NOW)
    assert {symbol: (quote.mid, quote.mark) for symbol, quote in quotes.items()} == {
        "BTC": (Decimal("60000.5"), Decimal("60001.0")),
        "ETH": (None, Decimal("3000.0")),
        "kPEPE": (Decimal("0.0123456"), None),
    }
    assert {quote.observed_at for quote in quotes.values()} == {NOW}


def test_prices_that_do_not_match_the_universe_are_not_guessed() -> None:
    meta, contexts = parse(replies.META_AND_CONTEXTS, [META, [{"markPx": "1"}]])
    with pytest.raises(VenueUnavailable, match="1 prices for 4 perpetuals"):
        reports.quotes_of(meta, contexts, NOW)


def level(price: str) -> Json:
    return {"px": price, "sz": "1.0", "n": 1}


@pytest.mark.parametrize(
    ("bids", "asks", "expected"),
    [
        (["59999", "59990"], ["60002", "60010"], ("59999", "60002", "60000.5")),
        ([], ["60002"], (None, "60002", None)),
        (["59999"], [], ("59999", None, None)),
        ([], [], (None, None, None)),
    ],
)
def test_book(bids: list[str], asks: list[str], expected: tuple[str | None, ...]) -> None:
    levels: list[Json] = [[level(price) for price in side] for side in (bids, asks)]
    book = parse(replies.BOOK, {"coin": "BTC", "time": AT_MS, "levels": levels})
    quote = reports.quote_of("BTC", book, NOW)
    assert (quote.bid, quote.ask, quote.mid) == tuple(
        None if price is None else Decimal(price) for price in expected
    )


def test_open_orders_include_triggers_and_normalise_cloids() -> None:
    (order,) = parse(replies.OPEN_ORDERS, [ORDER])
    assert reports.open_order_report(order) == REPORT


def test_orders_of_others_have_no_cloid() -> None:
    (order,) = parse(replies.OPEN_ORDERS, [ORDER | {"cloid": None}])
    assert reports.open_order_report(order).cloid is None


@pytest.mark.parametrize(
    ("status", "state", "cause"),
    [
        ("open", VenueOrderState.OPEN, None),
        ("filled", VenueOrderState.FILLED, None),
        ("canceled", VenueOrderState.CANCELLED, None),
        ("marginCanceled", VenueOrderState.CANCELLED, RefusalCause.MARGIN),
        ("iocCancelRejected", VenueOrderState.REJECTED, RefusalCause.NO_LIQUIDITY),
        ("resurrected", VenueOrderState.UNRECOGNISED, None),
    ],
)
def test_order_status(status: str, state: VenueOrderState, cause: RefusalCause | None) -> None:
    reply: Json = {
        "status": "order",
        "order": {
            "order": ORDER | {"timestamp": AT_MS - 1000},
            "status": status,
            "statusTimestamp": AT_MS,
        },
    }
    report = reports.order_report(parse(replies.ORDER_STATUS, reply))
    expected = {"state": state, "venue_status": status, "cause": cause}
    assert report == REPORT.model_copy(update=expected)


def test_an_unknown_order_is_none() -> None:
    assert reports.order_report(parse(replies.ORDER_STATUS, {"status": "unknownOid"})) is None


EXPECTED_FILL = Fill(
    trade_id=118906512037719,
    order_id=77747314,
    cloid=CLOID,
    symbol="ETH",
    side=Side.BUY,
    price=Decimal("1891.4"),
    size=Decimal("0.02"),
    fee=Decimal("0.017"),
    fee_token="USDC",
    is_taker=True,
    realised=Decimal("1.25"),
    position_before=Decimal("-0.02"),
    traded_at=AT,
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"fee": "-0.003", "crossed": False}, {"fee": Decimal("-0.003"), "is_taker": False}),
        ({"liquidation": {"liquidatedUser": ADDRESS.upper()}}, {"is_liquidation": True}),
        ({"liquidation": {"liquidatedUser": OTHER}}, {"is_liquidation": False}),
        ({"liquidation": None}, {"is_liquidation": False}),
    ],
)
def test_fills(changes: dict[str, Json], expected: dict[str, object]) -> None:
    (fill,) = parse(replies.FILLS, [FILL | changes])
    assert reports.fill_of(fill, ADDRESS) == EXPECTED_FILL.model_copy(update=expected)


def test_a_fill_of_an_order_without_cloid() -> None:
    (fill,) = parse(replies.FILLS, [without(FILL, "cloid")])
    assert reports.fill_of(fill, ADDRESS).cloid is None


def test_account() -> None:
    account = reports.account_of(ADDRESS, parse(replies.CLEARINGHOUSE_STATE, STATE))
    assert (account.equity, account.withdrawable) == (
        Decimal("13109.482328"),
        Decimal("13104.514502"),
    )
    assert account.positions == (
        VenuePosition(
            symbol="ETH",
            size=Decimal("-0.0335"),
            entry_price=Decimal("2986.3"),
            unrealised=Decimal("-0.0134"),
            liquidation_price=Decimal("2866.26936529"),
        ),
    )


@pytest.mark.parametrize(
    ("reply", "role"),
    [
        ({"role": "missing"}, AccountRole(Role.MISSING)),
        ({"role": "user"}, AccountRole(Role.USER)),
        ({"role": "vault"}, AccountRole(Role.VAULT)),
        ({"role": "agent", "data": {"user": OTHER.upper()}}, AccountRole(Role.AGENT, OTHER)),
        ({"role": "subAccount", "data": {"master": OTHER}}, AccountRole(Role.SUB_ACCOUNT, OTHER)),
        ({"role": "robot"}, AccountRole(Role.UNRECOGNISED)),
    ],
)
def test_roles(reply: Json, role: AccountRole) -> None:
    assert reports.role_of(parse(replies.ROLE, reply)) == role


@pytest.mark.parametrize(
    ("shape", "reply", "place"),
    [
        (replies.META, None, "the reply"),
        (replies.META, {"universe": [{"name": "BTC"}]}, "universe.0.szDecimals"),
        (replies.BOOK, None, "the reply"),
        (replies.BOOK, {"levels": [[]]}, "levels.1"),
        (replies.ORDER_STATUS, {"status": "order"}, "KnownOrder.order"),
        (replies.OPEN_ORDERS, [without(ORDER, "oid")], "0.oid"),
        (replies.OPEN_ORDERS, [ORDER | {"side": "X"}], "0.side"),
        (replies.OPEN_ORDERS, [ORDER | {"timestamp": 10**18}], "0.timestamp"),
        (replies.FILLS, [FILL | {"px": "NaN"}], "0.px"),
        (replies.FILLS, [FILL | {"sz": "-1"}], "0.sz"),
        (replies.FILLS, {"error": "try later"}, "the reply"),
        (replies.CLEARINGHOUSE_STATE, without(STATE, "withdrawable"), "withdrawable"),
    ],
)
def test_a_reply_of_unknown_form_is_named_not_guessed(shape: Any, reply: Json, place: str) -> None:
    with pytest.raises(VenueUnavailable, match=f"unknown form: {place}"):
        parse(shape, reply)


def test_a_position_without_an_entry_price_is_not_guessed() -> None:
    state = {
        **STATE,
        "assetPositions": [
            {"position": {"coin": "BTC", "szi": "1", "entryPx": None, "unrealizedPnl": "0"}}
        ],
    }
    with pytest.raises(VenueUnavailable, match="BTC position no entry price"):
        reports.account_of(ADDRESS, parse(replies.CLEARINGHOUSE_STATE, state))
