"""Our hashes and recovery against the client library's signing and the published vectors."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from hyperliquid.utils import signing

from local_exchange.wire.signatures import (
    FieldType,
    Signature,
    TypedField,
    UnrecoverableSignatureError,
    action_hash,
    l1_digest,
    recover_signer,
    user_signed_digest,
)

WALLET = Account.from_key("0x" + "0123456789" * 6 + "0123")
ADDRESS = "0x14791697260e4c9a71f18484c9f997b308e59325"
VAULT = "0x1719884eb866cb12b2287399b15f7db5e7d775ea"
SUB_ACCOUNT = "0x1d9470d4b963f552e6f671a81619d395877bf409"
RECIPIENT = "0x5e9ee1089755c3435139848e47e6635505d5a13a"
TRANSFER_TIME = 1687816341423


def order(cloid: str | None = None, **terms: Any) -> dict[str, Any]:
    wire = {"a": 1, "b": True, "p": "100", "s": "100", "r": False, "t": terms}
    if cloid is not None:
        wire["c"] = cloid
    return {"type": "order", "orders": [wire], "grouping": "na"}


DUMMY = {"type": "dummy", "num": 100000000000}
GTC = order(limit={"tif": "Gtc"})
GTC_WITH_CLOID = order("0x00000000000000000000000000000001", limit={"tif": "Gtc"})
STOP = order(trigger={"isMarket": True, "triggerPx": "103", "tpsl": "sl"})
SUB_CREATE = {"type": "createSubAccount", "name": "example"}
SUB_TRANSFER = {
    "type": "subAccountTransfer",
    "subAccountUser": SUB_ACCOUNT,
    "isDeposit": True,
    "usd": 10,
}
CLEAR = {"type": "scheduleCancel"}
SCHEDULE = {"type": "scheduleCancel", "time": 123456789}

# (action, vault, source, leading hex digits of r, v)
L1_VECTORS = [
    (DUMMY, None, "a", "0x53749d5b", 27),
    (DUMMY, None, "b", "0x542af61e", 28),
    (GTC, None, "a", "0xd6536982", 28),
    (GTC, None, "b", "0x82b2ba28", 27),
    (GTC_WITH_CLOID, None, "a", "0x41ae18e8", 27),
    (GTC_WITH_CLOID, None, "b", "0xeba0664b", 28),
    (DUMMY, VAULT, "a", "0x3c548db7", 28),
    (DUMMY, VAULT, "b", "0xe281d2fb", 27),
    (STOP, None, "a", "0x98343f2b", 27),
    (STOP, None, "b", "0x971c554d", 28),
    (SUB_CREATE, None, "a", "0x51096fe3", 27),
    (SUB_CREATE, None, "b", "0xa699e3ed", 28),
    (SUB_TRANSFER, None, "a", "0x43592d7c", 28),
    (SUB_TRANSFER, None, "b", "0xe2657401", 28),
    (CLEAR, None, "a", "0x6cdfb286", 27),
    (CLEAR, None, "b", "0xc75bb195", 28),
    (SCHEDULE, None, "a", "0x609cb20c", 28),
    (SCHEDULE, None, "b", "0x4e4f2dbd", 27),
]


def wire_signature(signed: dict[str, Any]) -> Signature:
    return Signature(int(signed["r"], 16), int(signed["s"], 16), signed["v"])


@pytest.mark.parametrize(("action", "vault", "source", "r_prefix", "v"), L1_VECTORS)
def test_l1_vector_recovers_its_signer(
    action: dict[str, Any], vault: str | None, source: str, r_prefix: str, v: int
) -> None:
    signed = signing.sign_l1_action(WALLET, action, vault, 0, None, source == "a")
    assert signed["r"].startswith(r_prefix)
    assert signed["v"] == v
    digest = l1_digest(action_hash(action, 0, vault), source)
    assert recover_signer(digest, wire_signature(signed)) == ADDRESS


TS_ORDER = {
    "type": "order",
    "orders": [
        {"a": 0, "b": True, "p": "30000", "s": "0.1", "r": False, "t": {"limit": {"tif": "Gtc"}}}
    ],
    "grouping": "na",
}
PRODUCTION_ORDER = {
    "type": "order",
    "orders": [
        {
            "a": 4,
            "b": True,
            "p": "1670.1",
            "s": "0.0147",
            "r": False,
            "t": {"limit": {"tif": "Ioc"}},
        }
    ],
    "grouping": "na",
}
NOOP = {"type": "noop"}
TS_VAULT = "0x1234567890123456789012345678901234567890"
TS_TIME = 1234567890
NOOP_TIME = 1700000000000

# Each case: action, nonce, vault, expiry, and the hash.
HASH_VECTORS = [
    (
        PRODUCTION_ORDER,
        1677777606040,
        None,
        None,
        "0fcbeda5ae3c4950a548021552a4fea2226858c4453571bf3f24ba017eac2908",
    ),
    (
        TS_ORDER,
        TS_TIME,
        None,
        None,
        "25367e0dba84351148288c2233cd6130ed6cec5967ded0c0b7334f36f957cc90",
    ),
    (
        TS_ORDER,
        TS_TIME,
        TS_VAULT,
        None,
        "214e2ea3270981b6fd18174216691e69f56872663139d396b10ded319cb4bb1e",
    ),
    (
        TS_ORDER,
        TS_TIME,
        None,
        TS_TIME,
        "c30b002ba3775e4c31c43c1dfd3291dfc85c6ae06c6b9f393991de86cad5fac7",
    ),
    (
        TS_ORDER,
        TS_TIME,
        TS_VAULT,
        TS_TIME,
        "2d62412aa0fc57441b5189841d81554a6a9680bf07204e1454983a9ca44f0744",
    ),
    (
        NOOP,
        NOOP_TIME,
        None,
        None,
        "ef5dcef9775ebb2c5a6553314e66a6a57bd7e9b2319a869a8b17f08fa48bdcaf",
    ),
    (
        NOOP,
        NOOP_TIME,
        VAULT,
        None,
        "f7a5b9b43659372d275271c047772db60a924fa49df477adccce766925bc49cc",
    ),
    (
        NOOP,
        NOOP_TIME,
        None,
        NOOP_TIME,
        "e33af06e789f17f9fd8662a0f6eb80bcb17f56c17a0427994968a573dadce219",
    ),
    (
        NOOP,
        NOOP_TIME,
        VAULT,
        NOOP_TIME,
        "2b6493363ebfe05e597a4fa8699f41b4b1619bb7dc375f2bb26e7c4ef407e088",
    ),
]


@pytest.mark.parametrize(("action", "nonce", "vault", "expiry", "expected"), HASH_VECTORS)
def test_action_hash_vector(
    action: dict[str, Any], nonce: int, vault: str | None, expiry: int | None, expected: str
) -> None:
    assert action_hash(action, nonce, vault, expiry).hex() == expected


TRANSFER_FIELDS = [
    TypedField("hyperliquidChain", FieldType.STRING, "Testnet"),
    TypedField("destination", FieldType.STRING, RECIPIENT),
    TypedField("amount", FieldType.STRING, "1"),
    TypedField("time", FieldType.UINT64, TRANSFER_TIME),
]

# (signing function, primary type, leading hex digits of r, v)
USER_SIGNED_VECTORS = [
    (signing.sign_usd_transfer_action, "UsdSend", "0x637b37dd", 27),
    (signing.sign_withdraw_from_bridge_action, "Withdraw", "0x8363524c", 28),
]


@pytest.mark.parametrize(("sign", "name", "r_prefix", "v"), USER_SIGNED_VECTORS)
def test_user_signed_vector_recovers_its_signer(
    sign: Callable[..., dict[str, Any]], name: str, r_prefix: str, v: int
) -> None:
    message = {"destination": RECIPIENT, "amount": "1", "time": TRANSFER_TIME}
    signed = sign(WALLET, message, False)
    assert signed["r"].startswith(r_prefix)
    assert signed["v"] == v
    digest = user_signed_digest(f"HyperliquidTransaction:{name}", TRANSFER_FIELDS, 0x66EEE)
    assert recover_signer(digest, wire_signature(signed)) == ADDRESS


def test_a_different_message_recovers_another_address_instead_of_failing() -> None:
    signed = signing.sign_l1_action(WALLET, NOOP, None, 1, None, False)
    others = {
        recover_signer(l1_digest(action_hash(NOOP, nonce)), wire_signature(signed))
        for nonce in (2, 3)
    }
    assert len(others) == 2
    assert ADDRESS not in others


@pytest.mark.parametrize(
    "signature",
    [
        Signature(0, 1, 27),
        Signature(1, 0, 27),
        Signature(2**256 - 1, 1, 27),
        Signature(2**256, 1, 27),
        Signature(1, 1, 29),
        Signature(1, 1, -1),
    ],
)
def test_impossible_signature_is_unrecoverable(signature: Signature) -> None:
    with pytest.raises(UnrecoverableSignatureError):
        recover_signer(l1_digest(bytes(32)), signature)


def test_field_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="declared uint64 but holds '7'"):
        user_signed_digest("T", [TypedField("nonce", FieldType.UINT64, "7")], 1)
