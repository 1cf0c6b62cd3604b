"""Who signed a request: the venue's hashes (EIP-712) and the recovery of the signing address.

Written from the protocol, not on the client's library, so that a mistake shared by client and
server cannot hide. A wrong hash never "fails": it recovers some other address, as at the venue.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import msgpack
from coincurve import PublicKey
from eth_utils.crypto import keccak

TESTNET_SOURCE: Final = "b"
"""The `source` of the phantom agent on every network but mainnet."""
TESTNET_CHAIN: Final = "Testnet"

_EIP712_PREFIX: Final = b"\x19\x01"
_V_OFFSET: Final = 27
_WORD: Final = 32


class UnrecoverableSignatureError(Exception):
    """The three numbers are no signature on the curve; the request cannot be attributed."""


class Signature(NamedTuple):
    """ECDSA over secp256k1: `r` and `s` as integers, `v` 27 or 28 (0 or 1 is accepted too)."""

    r: int
    s: int
    v: int


class FieldType(StrEnum):
    """The Solidity types that the venue's typed messages are made of."""

    STRING = "string"
    ADDRESS = "address"
    UINT64 = "uint64"
    UINT256 = "uint256"
    BYTES32 = "bytes32"


class TypedField(NamedTuple):
    """One member of an EIP-712 struct: an address is a `0x` string, bytes32 are bytes."""

    name: str
    type: FieldType
    value: str | int | bytes


def action_hash(
    action: Mapping[str, object],
    nonce: int,
    vault_address: str | None = None,
    expires_after: int | None = None,
) -> bytes:
    """The 32-byte connection id of an L1 action in canonical key order.

    keccak(msgpack(action) + nonce + vault marker[+ vault] [+ 0x00 + expiry]), numbers as
    eight bytes big-endian; the expiry's marker byte is 0x00 and stands only with an expiry.
    """
    data = msgpack.packb(action) + nonce.to_bytes(8, "big")
    data += b"\x00" if vault_address is None else b"\x01" + _address_bytes(vault_address)
    if expires_after is not None:
        data += b"\x00" + expires_after.to_bytes(8, "big")
    return keccak(data)


def l1_digest(connection_id: bytes, source: str = TESTNET_SOURCE) -> bytes:
    """What is signed for an L1 action: the phantom agent of its connection id."""
    fields = [
        TypedField("source", FieldType.STRING, source),
        TypedField("connectionId", FieldType.BYTES32, connection_id),
    ]
    return _digest(_L1_DOMAIN, _struct_hash("Agent", fields))


def user_signed_digest(
    primary_type: str, fields: list[TypedField], signature_chain_id: int
) -> bytes:
    """What a wallet signs for a user-signed action such as `HyperliquidTransaction:ApproveAgent`.

    `signature_chain_id` is the chain the wallet was on; it only enters the domain.
    """
    domain = _domain_separator("HyperliquidSignTransaction", signature_chain_id)
    return _digest(domain, _struct_hash(primary_type, fields))


def recover_signer(digest: bytes, signature: Signature) -> str:
    """The lower-case address whose key made `signature` over the 32-byte `digest`."""
    recovery_id = signature.v - _V_OFFSET if signature.v >= _V_OFFSET else signature.v
    if recovery_id not in (0, 1):
        raise UnrecoverableSignatureError(f"v is {signature.v}, expected 27 or 28")
    try:
        raw = signature.r.to_bytes(_WORD, "big") + signature.s.to_bytes(_WORD, "big")
        public = PublicKey.from_signature_and_message(raw + bytes([recovery_id]), digest, None)
    except (OverflowError, ValueError) as error:
        raise UnrecoverableSignatureError(f"not a curve point: {error}") from error
    return "0x" + keccak(public.format(compressed=False)[1:])[-20:].hex()


def _address_bytes(address: str) -> bytes:
    return bytes.fromhex(address.removeprefix("0x"))


def _digest(domain_separator: bytes, struct_hash: bytes) -> bytes:
    return keccak(_EIP712_PREFIX + domain_separator + struct_hash)


def _struct_hash(primary_type: str, fields: list[TypedField]) -> bytes:
    members = ",".join(f"{field.type} {field.name}" for field in fields)
    type_hash = keccak(text=f"{primary_type}({members})")
    return keccak(type_hash + b"".join(_encode(field) for field in fields))


def _encode(field: TypedField) -> bytes:
    match field.type, field.value:
        case FieldType.STRING, str(text):
            return keccak(text=text)
        case FieldType.ADDRESS, str(address):
            return _address_bytes(address).rjust(_WORD, b"\x00")
        case ((FieldType.UINT64 | FieldType.UINT256), int(number)):
            return number.to_bytes(_WORD, "big")
        case FieldType.BYTES32, bytes(word) if len(word) == _WORD:
            return word
    raise TypeError(f"{field.name} is declared {field.type} but holds {field.value!r}")


def _domain_separator(name: str, chain_id: int) -> bytes:
    fields = [
        TypedField("name", FieldType.STRING, name),
        TypedField("version", FieldType.STRING, "1"),
        TypedField("chainId", FieldType.UINT256, chain_id),
        TypedField("verifyingContract", FieldType.ADDRESS, "0x" + "00" * 20),
    ]
    return _struct_hash("EIP712Domain", fields)


_L1_DOMAIN: Final = _domain_separator("Exchange", 1337)
