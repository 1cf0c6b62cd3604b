"""Each part wrong in turn, everything else real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account
from redis import Redis

from tests.support.real_processes import RealExchange, real_exchange
from trader.clock import utc_now
from trader.health.examination import examine
from trader.health.finding import Finding, Part, Verdict
from trader.stream.lease import LEASE_KEY
from trader.stream.pulse import Pulse, write_pulse

WALLET = Account.from_key("0x" + "11" * 32)
KEY = "0x" + "11" * 32
STRANGER = "0x" + "22" * 20
NOWHERE = "127.0.0.1:1"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealExchange]:
    with real_exchange(tmp_path_factory.mktemp("exchange"), "--frozen") as exchange:
        exchange.fund(WALLET.address)
        yield exchange


@pytest.fixture
def environment(tmp_path: Path, broker_url: str, exchange: RealExchange) -> dict[str, str]:
    """One with which everything is right."""
    return {
        "TRADER_STORE_URL": f"sqlite:///{tmp_path / 'trader.db'}",
        "TRADER_REDIS_URL": broker_url,
        "TRADER_EXCHANGE_URL": exchange.url,
        "TRADER_PRIVATE_KEY": KEY,
        "TRADER_ACCOUNT_ADDRESS": WALLET.address,
    }


def by_part(environment: dict[str, str]) -> dict[Part, Finding]:
    findings = examine(environment)
    assert [finding.part for finding in findings] == list(Part)
    return {finding.part: finding for finding in findings}


def test_all_is_well(environment: dict[str, str]) -> None:
    now = utc_now()
    with Redis.from_url(environment["TRADER_REDIS_URL"]) as redis:
        redis.set(LEASE_KEY, 1)
        write_pulse(redis, Pulse(at=now, heard_at=now, token=1, symbols=0))
    findings = by_part(environment)
    assert {finding.verdict for finding in findings.values()} == {Verdict.OK}
    assert findings[Part.ACCOUNT].text.startswith(f"{WALLET.address} has equity 100000")


@pytest.mark.parametrize(
    ("name", "value", "part", "text", "remedy"),
    [
        ("TRADER_REDIS_URL", f"redis://:hush@{NOWHERE}", Part.BROKER, NOWHERE, "TRADER_REDIS_URL"),
        ("TRADER_REDIS_URL", "nonsense", Part.BROKER, "scheme", "TRADER_REDIS_URL"),
        ("TRADER_STORE_URL", "mongo://x", Part.STORE, "scheme 'mongo'", "TRADER_STORE_URL"),
        ("TRADER_STORE_URL", "sqlite:////proc/x/y.db", Part.STORE, "/proc/x", "rights"),
        ("TRADER_EXCHANGE_URL", f"http://{NOWHERE}", Part.VENUE, NOWHERE, "trader exchange"),
        ("TRADER_PRIVATE_KEY", "0x12", Part.KEY, "64 hex digits", "any key"),
        ("TRADER_PRIVATE_KEY", "", Part.KEY, "no signing key", "any key"),
        ("TRADER_ACCOUNT_ADDRESS", STRANGER, Part.ACCOUNT, "account_missing", "deposit to it"),
        ("TRADER_PRIVATE_KEY", "0x" + "33" * 32, Part.ACCOUNT, "signer_unauthorised", "approve"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(
    environment: dict[str, str], name: str, value: str, part: Part, text: str, remedy: str
) -> None:
    finding = by_part({**environment, name: value})[part]
    assert finding.verdict is Verdict.WRONG
    assert text in finding.text
    assert remedy in finding.remedy


def test_an_account_that_is_not_set_is_wrong(environment: dict[str, str]) -> None:
    del environment["TRADER_ACCOUNT_ADDRESS"]
    finding = by_part(environment)[Part.ACCOUNT]
    assert (finding.verdict, finding.text) == (Verdict.WRONG, "TRADER_ACCOUNT_ADDRESS is not set")


def test_with_wrong_settings_nothing_else_is_known(environment: dict[str, str]) -> None:
    findings = by_part({**environment, "TRADER_NETWORK": "mainnet"})
    assert findings.pop(Part.SETTINGS).verdict is Verdict.WRONG
    assert {finding.verdict for finding in findings.values()} == {Verdict.UNKNOWN}


def test_without_a_venue_clock_and_account_are_unknown(environment: dict[str, str]) -> None:
    findings = by_part({**environment, "TRADER_EXCHANGE_URL": f"http://{NOWHERE}"})
    unknown = {part for part, finding in findings.items() if finding.verdict is Verdict.UNKNOWN}
    assert unknown == {Part.CLOCK, Part.ACCOUNT, Part.BUDGET}


def test_no_secret_is_told(environment: dict[str, str]) -> None:
    told = "".join(finding.model_dump_json() for finding in examine(environment))
    password = environment["TRADER_REDIS_URL"].split(":")[2].partition("@")[0]
    assert password not in told
    assert KEY not in told
