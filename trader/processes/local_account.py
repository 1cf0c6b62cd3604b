"""The throw-away account that trades on the local exchange."""

from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path

import requests
from eth_account import Account

from trader.errors import Misconfigured
from trader.processes.private_files import write_private
from trader.venues.credentials import PRIVATE_KEY, read_credentials

KEY_FILE = "local_account.key"
START_USDC = 100_000
CALL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """An account of the local exchange; its key is worth nothing elsewhere."""

    address: str
    private_key: str = field(repr=False)


def local_account(folder: Path) -> LocalAccount:
    """The folder's account; its key is generated at the first call and kept with mode 0600."""
    path = folder / KEY_FILE
    if not path.exists():
        write_private(path, "0x" + Account.create().key.hex().removeprefix("0x") + "\n")
    private_key = path.read_text(encoding="utf-8").strip()
    try:
        address = read_credentials({PRIVATE_KEY: private_key}).address
    except Misconfigured as error:
        raise Misconfigured(f"{path} holds no private key: remove it to get a new one") from error
    return LocalAccount(address, private_key)


def fund_if_empty(url: str, address: str) -> None:
    """Fund the account unless it has money already, from an earlier start."""
    answer = requests.post(
        f"{url}/info", json={"type": "clearinghouseState", "user": address}, timeout=CALL_SECONDS
    )
    if answer.status_code != HTTPStatus.OK:
        raise Misconfigured(f"{url} does not tell of accounts ({answer.status_code})")
    if Decimal(answer.json()["marginSummary"]["accountValue"]) <= 0:
        fund(url, address)


def fund(url: str, address: str, usdc: int = START_USDC) -> None:
    """Open and fund the account on the local exchange."""
    answer = requests.post(
        f"{url}/_local/deposit",
        json={"address": address, "usdc": str(usdc)},
        timeout=CALL_SECONDS,
    )
    if answer.status_code != HTTPStatus.OK:
        raise Misconfigured(f"{url} refused a deposit ({answer.status_code}): {answer.text}")
