"""What is sent to the venue, to the byte, and what is asked of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hyperliquid.utils.signing import recover_agent_or_user_from_l1_action

from tests.support.nonces import OwnNonces
from tests.venues.builders import ADDRESS, CLOID, META, NOW, PRIVATE_KEY, limit_order
from tests.venues.scripted_venue import ScriptedVenue, answer_queries, close_connection, reply_json
from trader.errors import Permanent
from trader.settings import Settings
from trader.strands.strand import Json
from trader.venues.budget import Unlimited
from trader.venues.credentials import read_credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration
from trader.venues.hyperliquid.replies import META as META_REPLY
from trader.venues.hyperliquid.replies import parse
from trader.venues.hyperliquid.reports import instruments_of
from trader.venues.orders import AnswerKind
from trader.venues.venue import ActionOutcomeUnknown, Venue, VenueUnavailable

ACCOUNT = "0x00000000000000000000000000000000000000FF"
NONCE = 1_700_000_000_000
EXPIRY = datetime(2023, 11, 14, 22, 13, 35, 123_999, tzinfo=UTC)
EXPIRY_MS = 1_700_000_015_123
CREDENTIALS = read_credentials({"TRADER_PRIVATE_KEY": PRIVATE_KEY})
OTHER_CLOID = "0x000000000000000000000000000000a2"
NOTHING_PUBLISHED: Json = {"universe": []}


def integration(url: str, meta: Json = META) -> HyperliquidIntegration:
    instruments = instruments_of(parse(META_REPLY, meta))
    return HyperliquidIntegration(
        url=url,
        account=ACCOUNT,
        credentials=CREDENTIALS,
        timeout=2.0,
        clock=lambda: NOW,
        budget=OwnNonces(NONCE),
        published=lambda: instruments,
    )


@pytest.fixture
def venue(scripted_venue: ScriptedVenue) -> HyperliquidIntegration:
    return integration(scripted_venue.url)


def accept(*statuses: Json) -> Json:
    return {"status": "ok", "response": {"type": "order", "data": {"statuses": list(statuses)}}}


def test_it_is_a_venue(venue: HyperliquidIntegration) -> None:
    as_venue: Venue = venue
    assert (as_venue.name, as_venue.signer) == ("hyperliquid", ADDRESS)


def test_building_and_composing_with_a_known_universe_call_nobody(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration
) -> None:
    venue.compose_orders([limit_order()])
    venue.compose_cancel([("ETH", CLOID)])
    assert scripted_venue.received == []


def test_the_universe_is_read_once_when_it_is_not_given(scripted_venue: ScriptedVenue) -> None:
    scripted_venue.behaviour = answer_queries(meta=META)
    venue = integration(scripted_venue.url, meta=NOTHING_PUBLISHED)
    assert list(venue.instruments()) == ["BTC", "ETH", "kPEPE", "MATIC"]
    venue.compose_orders([limit_order()])
    assert len(scripted_venue.received) == 1


def test_a_new_listing_is_looked_up(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration
) -> None:
    new: Json = {
        "universe": [*META["universe"], {"name": "NEW", "szDecimals": 2, "maxLeverage": 3}]
    }
    scripted_venue.behaviour = answer_queries(meta=new)
    action = venue.compose_cancel([("NEW", CLOID)])
    assert action["cancels"] == [{"asset": 4, "cloid": CLOID}]


def test_a_symbol_that_is_not_listed_is_refused(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration
) -> None:
    scripted_venue.behaviour = answer_queries(meta=META)
    with pytest.raises(Permanent, match="does not list 'GONE'"):
        venue.compose_orders([limit_order(symbol="GONE")])
    with pytest.raises(Permanent, match="does not list 'GONE'"):
        venue.quote("GONE")


def test_the_envelope(scripted_venue: ScriptedVenue, venue: HyperliquidIntegration) -> None:
    scripted_venue.behaviour = reply_json(accept({"resting": {"oid": 7}}))
    action = venue.compose_orders([limit_order()])
    (answer,) = venue.send_orders(action, NONCE, EXPIRY)
    assert (answer.kind, answer.order_id) == (AnswerKind.RESTING, 7)
    ((path, body),) = scripted_venue.received
    envelope = json.loads(body)
    assert path == "/exchange"
    assert list(envelope) == ["action", "nonce", "signature", "vaultAddress", "expiresAfter"]
    assert json.dumps(envelope["action"]) == json.dumps(action)
    assert (envelope["nonce"], envelope["expiresAfter"]) == (NONCE, EXPIRY_MS)
    assert envelope["vaultAddress"] is None
    signer = recover_agent_or_user_from_l1_action(
        action, envelope["signature"], None, NONCE, EXPIRY_MS, False
    )
    assert signer.lower() == ADDRESS


def test_the_same_intent_is_the_same_bytes_from_any_process(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration
) -> None:
    scripted_venue.behaviour = close_connection
    action = venue.compose_orders([limit_order()])
    with pytest.raises(ActionOutcomeUnknown):
        venue.send_orders(action, NONCE, EXPIRY)
    scripted_venue.behaviour = reply_json(accept({"resting": {"oid": 7}}))
    from_the_journal = json.loads(json.dumps(action))
    integration(scripted_venue.url).send_orders(from_the_journal, NONCE, EXPIRY)
    first, second = (body for _, body in scripted_venue.received)
    assert first == second


@pytest.mark.parametrize(
    ("nonce", "expiry"), [(NONCE + 1, EXPIRY), (NONCE, EXPIRY + timedelta(milliseconds=1))]
)
def test_another_nonce_or_expiry_is_another_signature(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration, nonce: int, expiry: datetime
) -> None:
    scripted_venue.behaviour = reply_json(accept({"resting": {"oid": 7}}))
    action = venue.compose_orders([limit_order()])
    venue.send_orders(action, NONCE, EXPIRY)
    venue.send_orders(action, nonce, expiry)
    first, second = (json.loads(body)["signature"] for _, body in scripted_venue.received)
    assert first != second


@pytest.mark.parametrize(
    ("url", "is_mainnet"),
    [
        ("https://api.hyperliquid.xyz", True),
        ("https://api.hyperliquid.xyz/", True),
        ("https://api.hyperliquid-testnet.xyz", False),
        ("http://api.hyperliquid.xyz", False),
    ],
)
def test_only_the_mainnet_url_is_signed_for_mainnet(
    scripted_venue: ScriptedVenue, url: str, is_mainnet: bool
) -> None:
    scripted_venue.behaviour = reply_json(accept({"resting": {"oid": 7}}))
    venue = integration(url)
    # The requests go to the scripted venue; only the signature is looked at.
    venue._info.connection = integration(scripted_venue.url)._info.connection
    action = venue.compose_orders([limit_order()])
    venue.send_orders(action, NONCE, EXPIRY)
    signature = json.loads(scripted_venue.received[0][1])["signature"]
    signer = recover_agent_or_user_from_l1_action(
        action, signature, None, NONCE, EXPIRY_MS, is_mainnet
    )
    assert signer.lower() == ADDRESS


def test_place_order_composes_and_sends(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration
) -> None:
    filled: Json = {"filled": {"totalSz": "0.004", "avgPx": "59990.5", "oid": 8}}
    scripted_venue.behaviour = reply_json(accept(filled))
    answer = venue.place_order(limit_order(), NOW, EXPIRY)
    assert (answer.filled_size, answer.average_price) == (Decimal("0.004"), Decimal("59990.5"))
    assert json.loads(scripted_venue.received[0][1])["nonce"] == NONCE


def test_send_cancel(scripted_venue: ScriptedVenue, venue: HyperliquidIntegration) -> None:
    missing = "Order was never placed, already canceled, or filled. asset=1"
    scripted_venue.behaviour = reply_json(accept("success", {"error": missing}))
    action = venue.compose_cancel([("BTC", CLOID), ("ETH", OTHER_CLOID)])
    assert venue.send_cancel(action, NONCE, EXPIRY) == ("", missing)


def test_an_action_of_the_other_kind_is_not_sent(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration
) -> None:
    with pytest.raises(Permanent, match="'cancelByCloid' has no list of orders"):
        venue.send_orders(venue.compose_cancel([("BTC", CLOID)]), NONCE, EXPIRY)
    with pytest.raises(Permanent, match="'order' has no list of cancels"):
        venue.send_cancel(venue.compose_orders([limit_order()]), NONCE, EXPIRY)
    assert scripted_venue.received == []


def test_quotes_take_new_listings_into_the_instruments(scripted_venue: ScriptedVenue) -> None:
    contexts = [{"midPx": "1", "markPx": "1"}] * 4
    scripted_venue.behaviour = answer_queries(metaAndAssetCtxs=[META, contexts])
    venue = integration(scripted_venue.url, meta=NOTHING_PUBLISHED)
    assert set(venue.quotes()) == {"BTC", "ETH", "kPEPE"}
    assert venue.instruments()["ETH"].asset == 1
    assert len(scripted_venue.received) == 1


def test_a_book_that_the_venue_does_not_have(
    scripted_venue: ScriptedVenue, venue: HyperliquidIntegration
) -> None:
    scripted_venue.behaviour = answer_queries(l2Book=None)
    with pytest.raises(VenueUnavailable, match="unknown form"):
        venue.quote("BTC")


@pytest.mark.parametrize(
    ("ask", "query"),
    [
        (lambda venue: venue.order(CLOID), {"type": "orderStatus", "oid": CLOID}),
        (lambda venue: venue.get_order_status(CLOID), {"type": "orderStatus", "oid": CLOID}),
        (lambda venue: venue.open_orders(), {"type": "frontendOpenOrders"}),
        (lambda venue: venue.fills(EXPIRY), {"type": "userFillsByTime", "startTime": EXPIRY_MS}),
        (lambda venue: venue.account(), {"type": "clearinghouseState"}),
        (lambda venue: venue.get_positions(), {"type": "clearinghouseState"}),
    ],
)
def test_the_account_is_asked_for_never_the_signer(
    scripted_venue: ScriptedVenue,
    venue: HyperliquidIntegration,
    ask: Callable[[HyperliquidIntegration], object],
    query: dict[str, Json],
) -> None:
    scripted_venue.behaviour = answer_queries(
        orderStatus={"status": "unknownOid"},
        frontendOpenOrders=[],
        userFillsByTime=[],
        clearinghouseState={
            "assetPositions": [],
            "marginSummary": {"accountValue": "0.0"},
            "withdrawable": "0.0",
        },
    )
    ask(venue)
    ((path, body),) = scripted_venue.received
    asked = json.loads(body)
    assert path == "/info"
    assert asked["user"] == ACCOUNT.lower()
    assert query.items() <= asked.items()


def test_from_settings(scripted_venue: ScriptedVenue) -> None:
    settings = Settings(exchange_url=scripted_venue.url, account_address=ACCOUNT)
    scripted_venue.behaviour = answer_queries(frontendOpenOrders=[])
    venue = HyperliquidIntegration.from_settings(settings, CREDENTIALS, lambda: NOW, Unlimited())
    assert scripted_venue.received == []
    venue.open_orders()
    assert json.loads(scripted_venue.received[0][1])["user"] == ACCOUNT.lower()


def test_without_an_account_the_keys_own_address_trades(scripted_venue: ScriptedVenue) -> None:
    settings = Settings(exchange_url=scripted_venue.url)
    scripted_venue.behaviour = answer_queries(frontendOpenOrders=[])
    HyperliquidIntegration.from_settings(
        settings, CREDENTIALS, lambda: NOW, Unlimited()
    ).open_orders()
    assert json.loads(scripted_venue.received[0][1])["user"] == ADDRESS
