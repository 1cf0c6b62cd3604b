"""The address of a PostgreSQL database, as libpq takes it."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from trader.errors import Misconfigured

SCHEMES = ("postgresql", "postgres")
_FORM = (
    "use postgresql://user:password@host:5432/database, with what URLs reserve in the password "
    "written as %40 and the like"
)
_DEFAULTS: dict[str, Any] = {
    "application_name": "trader",
    "connect_timeout": 3,
    # A connection that the network has forgotten is found out within about ten seconds.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "target_session_attrs": "read-write",
}
"""What an address does not say itself. Source: PostgreSQL, "Parameter Key Words" (libpq)."""


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """Where a database is. `conninfo` may hold a password; `name` is for messages."""

    conninfo: str = field(repr=False)
    name: str


def parse_address(url: str) -> PostgresAddress:
    """The address that a URL gives. Raises Misconfigured, without repeating the URL."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # Neither the URL nor libpq's complaint is shown: both may hold the password.
        raise Misconfigured(f"store_url is no address of a PostgreSQL database: {_FORM}") from None
    host, port = given.get("host") or "local socket", given.get("port") or 5432
    return PostgresAddress(
        conninfo=make_conninfo(**{**_DEFAULTS, **given}),
        name=f"PostgreSQL at {host}:{port}/{given.get('dbname') or ''}",
    )
