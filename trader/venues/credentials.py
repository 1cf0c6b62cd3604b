"""The private key that signs: read once, never shown, never stored.

Only processes that send orders may import this module.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_keys.datatypes import PrivateKey, Signature
from pydantic import SecretStr

from trader.errors import Misconfigured

PRIVATE_KEY = "TRADER_PRIVATE_KEY"
KEYSTORE_FILE = "TRADER_KEYSTORE_FILE"
KEYSTORE_PASSWORD = "TRADER_KEYSTORE_PASSWORD"

_KEY_BYTES = 32
# The order of the secp256k1 group. Source: SEC 2, "Recommended Elliptic Curve Domain Parameters".
_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Credentials:
    """One signing key. Shows its address only, and refuses to be pickled or copied."""

    __slots__ = ("_key", "_wallet")

    def __init__(self, wallet: LocalAccount) -> None:
        self._wallet = wallet
        self._key = PrivateKey(bytes(wallet.key))

    @property
    def address(self) -> str:
        """The key's address, lower case."""
        return str(self._wallet.address).lower()

    def sign(self, digest: bytes) -> Signature:
        """The signature of these 32 bytes, always the same for the same (RFC 6979)."""
        signature: Signature = self._key.sign_msg_hash(digest)
        return signature

    def __repr__(self) -> str:
        return f"Credentials({self.address})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are never pickled or copied: each process reads its own")


def read_credentials(environment: Mapping[str, str]) -> Credentials:
    """The credentials that these variables give. Raises Misconfigured with one clear line.

    Either TRADER_PRIVATE_KEY (64 hex digits), or TRADER_KEYSTORE_FILE (an encrypted Ethereum
    keystore, version 3) with TRADER_KEYSTORE_PASSWORD.
    """
    _check_choice(environment)
    if environment.get(PRIVATE_KEY):
        return _from_hex(SecretStr(environment[PRIVATE_KEY]))
    return _from_keystore(
        Path(environment[KEYSTORE_FILE]), SecretStr(environment[KEYSTORE_PASSWORD])
    )


def _check_choice(environment: Mapping[str, str]) -> None:
    has_key, has_file, has_password = (
        bool(environment.get(name)) for name in (PRIVATE_KEY, KEYSTORE_FILE, KEYSTORE_PASSWORD)
    )
    if has_key and (has_file or has_password):
        raise Misconfigured(f"set {PRIVATE_KEY}, or {KEYSTORE_FILE} and its password: not both")
    if not has_key and not has_file:
        raise Misconfigured(
            f"no signing key: set {PRIVATE_KEY}, or {KEYSTORE_FILE} and {KEYSTORE_PASSWORD}"
        )
    if has_file and not has_password:
        raise Misconfigured(f"{KEYSTORE_FILE} is set: set {KEYSTORE_PASSWORD} too")


def _from_hex(key: SecretStr) -> Credentials:
    wallet = _wallet_of_hex(key)
    if wallet is None:
        raise Misconfigured(f"{PRIVATE_KEY} is not a private key: it must be 64 hex digits")
    return Credentials(wallet)


def _from_keystore(path: Path, password: SecretStr) -> Credentials:
    key = _decrypt(_read_keystore(path), password)
    wallet = None if key is None else _wallet_of_bytes(key)
    if wallet is None:
        raise Misconfigured(
            f"{KEYSTORE_FILE} {path} could not be opened: {KEYSTORE_PASSWORD} is wrong, or the "
            "file is damaged"
        )
    return Credentials(wallet)


def _read_keystore(path: Path) -> dict[str, Any]:
    try:
        keystore = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"{KEYSTORE_FILE} {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Misconfigured(f"{KEYSTORE_FILE} {path} is not JSON: {error}") from error
    if not isinstance(keystore, dict) or not {"crypto", "Crypto"} & keystore.keys():
        raise Misconfigured(f"{KEYSTORE_FILE} {path} is not an encrypted Ethereum keystore")
    return keystore


# The functions below give None instead of raising: an exception would carry the secret in its
# text or its frames.


def _decrypt(keystore: dict[str, Any], password: SecretStr) -> bytes | None:
    try:
        return bytes(Account.decrypt(keystore, password.get_secret_value()))
    except (ValueError, KeyError, TypeError, NotImplementedError):
        return None


def _wallet_of_hex(key: SecretStr) -> LocalAccount | None:
    try:
        return _wallet_of_bytes(bytes.fromhex(key.get_secret_value().strip().removeprefix("0x")))
    except ValueError:
        return None


def _wallet_of_bytes(key: bytes) -> LocalAccount | None:
    if len(key) != _KEY_BYTES or not 0 < int.from_bytes(key, "big") < _CURVE_ORDER:
        return None
    wallet: LocalAccount = Account.from_key(key)
    return wallet
