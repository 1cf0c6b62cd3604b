"""The key is read once, and never shown."""

import copy
import json
import pickle
from pathlib import Path

import pytest
from eth_account import Account

from tests.venues.builders import ADDRESS, PRIVATE_KEY
from trader.errors import Misconfigured
from trader.venues.credentials import Credentials, read_credentials

PASSWORD = "correct horse battery staple"
DIGITS = PRIVATE_KEY.removeprefix("0x")
CURVE_ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"


DIGEST = bytes(range(32))


@pytest.fixture(scope="module")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keystore") / "key.json"
    path.write_text(json.dumps(Account.encrypt(bytes.fromhex(DIGITS), PASSWORD, iterations=2)))
    return path


def keystore_environment(path: Path, password: str = PASSWORD) -> dict[str, str]:
    return {"TRADER_KEYSTORE_FILE": str(path), "TRADER_KEYSTORE_PASSWORD": password}


@pytest.mark.parametrize("key", [PRIVATE_KEY, DIGITS, DIGITS.upper(), f" {PRIVATE_KEY}\n"])
def test_a_key_from_the_environment(key: str) -> None:
    credentials = read_credentials({"TRADER_PRIVATE_KEY": key})
    assert credentials.address == ADDRESS
    signature = credentials.sign(DIGEST)
    signer = signature.recover_public_key_from_msg_hash(DIGEST).to_address()
    assert signer == ADDRESS
    assert credentials.sign(DIGEST) == signature


def test_a_key_from_a_keystore(keystore: Path) -> None:
    assert read_credentials(keystore_environment(keystore)).address == ADDRESS


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "no signing key: set TRADER_PRIVATE_KEY, or TRADER_KEYSTORE_FILE"),
        ({"TRADER_PRIVATE_KEY": ""}, "no signing key"),
        ({"TRADER_KEYSTORE_PASSWORD": "x"}, "no signing key"),
        ({"TRADER_KEYSTORE_FILE": "x"}, "set TRADER_KEYSTORE_PASSWORD too"),
        ({"TRADER_PRIVATE_KEY": DIGITS, "TRADER_KEYSTORE_FILE": "x"}, "not both"),
        ({"TRADER_PRIVATE_KEY": DIGITS, "TRADER_KEYSTORE_PASSWORD": "x"}, "not both"),
        ({"TRADER_PRIVATE_KEY": DIGITS[:-1]}, "must be 64 hex digits"),
        ({"TRADER_PRIVATE_KEY": DIGITS[:-2]}, "must be 64 hex digits"),
        ({"TRADER_PRIVATE_KEY": DIGITS[:-1] + "g"}, "must be 64 hex digits"),
        ({"TRADER_PRIVATE_KEY": "0" * 64}, "is not a private key"),
        ({"TRADER_PRIVATE_KEY": CURVE_ORDER}, "is not a private key"),
        (keystore_environment(Path("/no/such/file")), "cannot be read: No such file"),
        (keystore_environment(Path("/")), "cannot be read: Is a directory"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(Misconfigured, match=reason) as failure:
        read_credentials(environment)
    assert "\n" not in str(failure.value)


def test_a_wrong_password(keystore: Path) -> None:
    with pytest.raises(Misconfigured, match="TRADER_KEYSTORE_PASSWORD is wrong"):
        read_credentials(keystore_environment(keystore, "incorrect horse"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not json", "is not JSON"),
        ("[]", "is not an encrypted Ethereum keystore"),
        ('{"address": "0x00"}', "is not an encrypted Ethereum keystore"),
        ('{"crypto": {}, "version": 3}', "the file is damaged"),
        ('{"crypto": 7, "version": 3}', "the file is damaged"),
        ('{"crypto": {}, "version": 9}', "the file is damaged"),
    ],
)
def test_a_damaged_keystore(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    with pytest.raises(Misconfigured, match=reason):
        read_credentials(keystore_environment(path))


@pytest.fixture
def credentials() -> Credentials:
    return read_credentials({"TRADER_PRIVATE_KEY": PRIVATE_KEY})


def test_the_key_is_never_shown(credentials: Credentials) -> None:
    for text in (repr(credentials), str(credentials), f"{credentials}", f"{credentials!r:>80}"):
        assert ADDRESS in text
        assert DIGITS not in text.lower()
    assert not hasattr(credentials, "__dict__")


def test_the_key_never_leaves_the_process(credentials: Credentials) -> None:
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(credentials)
    with pytest.raises(TypeError, match="never pickled"):
        copy.deepcopy(credentials)


@pytest.mark.parametrize("key", [DIGITS + "00", DIGITS[:-1] + "g", DIGITS[:40]])
def test_a_refused_key_is_not_in_the_error(key: str) -> None:
    with pytest.raises(Misconfigured) as failure:
        read_credentials({"TRADER_PRIVATE_KEY": key})
    error: BaseException | None = failure.value
    while error is not None:
        assert key not in str(error)
        error = error.__cause__ or error.__context__


def test_a_refused_password_is_not_in_the_error(keystore: Path) -> None:
    with pytest.raises(Misconfigured) as failure:
        read_credentials(keystore_environment(keystore, "incorrect horse"))
    assert "incorrect horse" not in str(failure.value)
    assert failure.value.__context__ is None
