"""Settings that any process may read. Keys are elsewhere: see `trader.venues.credentials`."""

import os
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from trader.errors import Misconfigured

PREFIX = "TRADER_"
CREDENTIAL_NAMES = frozenset(
    {"TRADER_PRIVATE_KEY", "TRADER_KEYSTORE_FILE", "TRADER_KEYSTORE_PASSWORD"}
)
SECRET_NAMES = CREDENTIAL_NAMES | {"TRADER_SUPABASE_KEY"}
"""Variables whose given values are never shown, and never written to a file."""


class Network(StrEnum):
    """Which Hyperliquid the orders go to."""

    LOCAL = "local"
    TESTNET = "testnet"
    MAINNET = "mainnet"


PUBLIC_URLS = {
    Network.TESTNET: "https://api.hyperliquid-testnet.xyz",
    Network.MAINNET: "https://api.hyperliquid.xyz",
}
WEIGHTS_PER_MINUTE = {
    Network.LOCAL: 1_000_000,
    Network.TESTNET: 1200,
    Network.MAINNET: 1200,
}
"""What each network grants an IP address. Source: Hyperliquid, "Rate limits and user limits"."""


class Settings(BaseModel):
    """All settings, read from `TRADER_*` environment variables; unknown ones are refused."""

    # Without its input, no error shows a password or key that stands beside what is wrong.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    store_url: Annotated[
        str,
        Field(
            description="Where the strands are kept: sqlite:///relative or ////absolute, "
            "postgresql://user@host/database, supabase+https://project.supabase.co"
        ),
    ] = "sqlite:///var/trader.db"
    supabase_key: Annotated[
        SecretStr | None,
        Field(description="The Supabase project's secret key (service_role), with supabase+ only"),
    ] = None
    redis_url: Annotated[
        str, Field(description="Redis or Valkey: broker, nonces, budgets and market snapshot")
    ] = "redis://127.0.0.1:6379/0"
    network: Annotated[Network, Field(description="local, testnet or mainnet")] = Network.LOCAL
    exchange_url: Annotated[
        str, Field(description="The local exchange's address; used with network=local only")
    ] = "http://127.0.0.1:3001"
    live: Annotated[
        bool, Field(description="Must be true for mainnet: real money is never the default")
    ] = False
    account_address: Annotated[
        str | None,
        Field(
            pattern=r"^0x[0-9a-fA-F]{40}$",
            description="The account that trades (never the agent's own address)",
        ),
    ] = None
    heartbeat_seconds: Annotated[
        float, Field(gt=0, le=3600, description="The beat of condition checks and sweeps")
    ] = 60.0
    order_expiry_seconds: Annotated[
        float, Field(ge=5, le=120, description="How long a sent order may still land")
    ] = 15.0
    venue_timeout_seconds: Annotated[
        float,
        Field(
            gt=0,
            description="Within how long one call to the venue is over, from its beginning to the "
            "last byte of its reply; below the expiry",
        ),
    ] = 5.0
    ip_weight_per_minute: Annotated[
        int | None,
        Field(
            ge=150,
            description="What all processes of one IP address may ask of the venue, in its weight "
            "a minute; by default its limit, 1200, and on the local exchange a million",
        ),
    ] = None
    max_order_notional: Annotated[
        Decimal, Field(gt=0, allow_inf_nan=False, description="Largest entry order, US dollars")
    ] = Decimal(10_000)
    price_collar_bps: Annotated[
        Decimal,
        Field(gt=0, allow_inf_nan=False, description="Farthest limit price from the mid, bps"),
    ] = Decimal(500)
    max_price_age_seconds: Annotated[
        float, Field(gt=0, description="An older price is stale: it triggers and trades nothing")
    ] = 10.0
    halted: Annotated[
        bool, Field(description="Stops new entries; exits and cancellations go on")
    ] = False
    log_level: Annotated[
        str, Field(pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged")
    ] = "INFO"

    @property
    def venue_url(self) -> str:
        """The base URL of the venue."""
        return PUBLIC_URLS.get(self.network, self.exchange_url)

    @property
    def weight_per_minute(self) -> int:
        """The weight that requests to the venue may have together in a minute."""
        if self.ip_weight_per_minute is not None:
            return self.ip_weight_per_minute
        return WEIGHTS_PER_MINUTE[self.network]

    @model_validator(mode="after")
    def _mainnet_is_deliberate(self) -> Self:
        if self.network is Network.MAINNET and not self.live:
            raise ValueError("network=mainnet trades real money: set TRADER_LIVE=true as well")
        return self

    @model_validator(mode="after")
    def _supabase_has_its_key(self) -> Self:
        if self.store_url.startswith("supabase+") and not self.supabase_key:
            raise ValueError(
                "store_url is a Supabase project: set TRADER_SUPABASE_KEY to its secret key "
                "(service_role)"
            )
        return self

    @model_validator(mode="after")
    def _timeout_is_below_expiry(self) -> Self:
        if self.venue_timeout_seconds >= self.order_expiry_seconds:
            raise ValueError(
                f"venue_timeout_seconds ({self.venue_timeout_seconds}) must be below "
                f"order_expiry_seconds ({self.order_expiry_seconds})"
            )
        return self


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from these variables alone. Raises Misconfigured with one clear line."""
    _refuse_unknown(environment)
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in CREDENTIAL_NAMES
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise Misconfigured(_one_line(error)) from error


@cache
def settings() -> Settings:
    """The process's settings, read once. Raises Misconfigured."""
    return read_settings(os.environ)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | CREDENTIAL_NAMES
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise Misconfigured(
            f"unknown setting {', '.join(unknown)}: remove it, or mend its name "
            f"(known: {', '.join(sorted(known))})"
        )


def _one_line(error: ValidationError) -> str:
    parts = []
    for problem in error.errors():
        name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        parts.append(message if not problem["loc"] else f"{name}: {message}")
    return "wrong setting: " + "; ".join(parts)
