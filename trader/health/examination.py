"""Looks at every part of the Trader. No order is sent; a store that is missing is made."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import redis

from trader.errors import Misconfigured
from trader.health import clock
from trader.health.budget import look_at_budget
from trader.health.finding import Finding, Part, Verdict
from trader.health.stream import look_at_stream
from trader.reconciliation.network import require_network
from trader.settings import Network, Settings, read_settings
from trader.strands.opening import open_configured_store
from trader.strands.store import StoreUnavailable
from trader.venues.account_check import check_account
from trader.venues.budget import Unlimited
from trader.venues.credentials import Credentials, read_credentials
from trader.venues.hyperliquid.integration import HyperliquidIntegration
from trader.venues.hyperliquid.replies import META, parse
from trader.venues.hyperliquid.transport import Transport
from trader.venues.venue import VenueUnavailable

BROKER_SECONDS = 5.0
CLOCK_TOLERANCE = timedelta(seconds=2)
"""A sent order may land for some seconds only; a wrong clock takes from them."""


def examine(environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """One finding a part, in the order of Part."""
    try:
        settings = read_settings(environment)
    except Misconfigured as error:
        return (
            _wrong(Part.SETTINGS, str(error), "mend this TRADER_* variable"),
            *(_unknown(part, Part.SETTINGS) for part in Part if part is not Part.SETTINGS),
        )
    broker, venue = look_at_broker(settings.redis_url), look_at_venue(settings)
    key, account = look_at_key_and_account(settings, environment, _is_ok(venue))
    return (
        _ok(Part.SETTINGS, f"network {settings.network}, live {str(settings.live).lower()}"),
        broker,
        look_at_store(settings),
        venue,
        look_at_clock(settings) if _is_ok(venue) else _unknown(Part.CLOCK, Part.VENUE),
        key,
        account,
        _budget(settings, broker, account),
        look_at_stream(settings) if _is_ok(broker) else _unknown(Part.STREAM, Part.BROKER),
    )


def look_at_broker(url: str) -> Finding:
    """Whether Redis or Valkey answers at the address."""
    remedy = "start it (`trader up` brings one), or mend TRADER_REDIS_URL"
    try:
        with redis.Redis.from_url(
            url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
        ) as client:
            version = client.info("server")["redis_version"]
    except (redis.RedisError, ValueError) as error:
        return _wrong(Part.BROKER, f"{_address(url)}: {error}", remedy)
    return _ok(Part.BROKER, f"{_address(url)}, speaking Redis {version}")


def look_at_store(settings: Settings) -> Finding:
    """Whether the journal can be opened."""
    try:
        store = open_configured_store(settings)
        try:
            text = store.check()
            require_network(store, settings.network)
            return _ok(Part.STORE, text)
        finally:
            store.close()
    except (Misconfigured, StoreUnavailable) as error:
        return _wrong(
            Part.STORE, str(error), "mend TRADER_STORE_URL, or the rights on what it names"
        )


def look_at_venue(settings: Settings) -> Finding:
    """Whether the venue answers, and lists something."""
    try:
        transport = Transport(settings.venue_url, settings.venue_timeout_seconds, Unlimited())
        meta = parse(META, transport.read(transport.info.meta))
    except VenueUnavailable as error:
        return _wrong(Part.VENUE, f"{settings.venue_url}: {error}", _venue_remedy(settings))
    return _ok(Part.VENUE, f"{settings.venue_url} lists {len(meta.universe)} perpetuals")


def look_at_clock(settings: Settings) -> Finding:
    """Whether our clock agrees with the venue's."""
    try:
        difference = clock.measure(settings.venue_url, settings.venue_timeout_seconds)
    except VenueUnavailable as error:
        return _wrong(Part.CLOCK, str(error), _venue_remedy(settings))
    text = (
        f"{difference.least.total_seconds():+.1f} to {difference.most.total_seconds():+.1f} s "
        "against the venue's"
    )
    if difference.certainly_beyond(CLOCK_TOLERANCE):
        return _wrong(Part.CLOCK, text, "set the clock: let NTP keep it")
    return _ok(Part.CLOCK, text)


def look_at_key_and_account(
    settings: Settings, environment: Mapping[str, str], venue_is_ok: bool
) -> tuple[Finding, Finding]:
    """Whether there is a signing key, and whether it may trade for the account."""
    try:
        credentials = read_credentials(environment)
    except Misconfigured as error:
        return _wrong(Part.KEY, str(error), _key_remedy(settings)), _unknown(Part.ACCOUNT, Part.KEY)
    key = _ok(Part.KEY, f"signs as {credentials.address}")
    if not venue_is_ok:
        return key, _unknown(Part.ACCOUNT, Part.VENUE)
    return key, look_at_account(settings, credentials)


def look_at_account(settings: Settings, credentials: Credentials) -> Finding:
    """Whether the venue knows the account and lets the key trade for it."""
    if settings.account_address is None:
        remedy = "set it to the account that trades, not to the agent's address"
        return _wrong(Part.ACCOUNT, "TRADER_ACCOUNT_ADDRESS is not set", remedy)
    venue = HyperliquidIntegration(
        url=settings.venue_url,
        account=settings.account_address,
        credentials=credentials,
        timeout=settings.venue_timeout_seconds,
        clock=lambda: datetime.now(UTC),
        budget=Unlimited(),
    )
    try:
        check = check_account(venue, settings.account_address)
        if not check.verdict.may_trade:
            return _wrong(Part.ACCOUNT, str(check.verdict), check.text)
        text = f"{settings.account_address} has equity {venue.account().equity} USD"
    except VenueUnavailable as error:
        return _wrong(Part.ACCOUNT, str(error), _venue_remedy(settings))
    note = "" if settings.network is Network.LOCAL else check.text
    return Finding(part=Part.ACCOUNT, verdict=Verdict.OK, text=text, remedy=note)


def _budget(settings: Settings, broker: Finding, account: Finding) -> Finding:
    for first in (broker, account):
        if not _is_ok(first):
            return _unknown(Part.BUDGET, first.part)
    if settings.account_address is None:
        return _unknown(Part.BUDGET, Part.ACCOUNT)
    return look_at_budget(settings, settings.account_address)


def _ok(part: Part, text: str) -> Finding:
    return Finding(part=part, verdict=Verdict.OK, text=text)


def _wrong(part: Part, text: str, remedy: str) -> Finding:
    return Finding(part=part, verdict=Verdict.WRONG, text=text, remedy=remedy)


def _unknown(part: Part, first: Part) -> Finding:
    return Finding(part=part, verdict=Verdict.UNKNOWN, text=f"mend the {first} first")


def _is_ok(finding: Finding) -> bool:
    return finding.verdict is Verdict.OK


def _key_remedy(settings: Settings) -> str:
    if settings.network is Network.LOCAL:
        return "give any key, or let `trader up` make one"
    return "give the key of an agent (API wallet), never the account's own"


def _venue_remedy(settings: Settings) -> str:
    if settings.network is Network.LOCAL:
        return "start it (`trader up` or `trader exchange`), or mend TRADER_EXCHANGE_URL"
    return "check the connection to the internet, and the venue's status page"


def _address(url: str) -> str:
    """The host and port alone: the rest may hold a password."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path
