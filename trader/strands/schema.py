"""Which schema of the shared database this version of the Trader works with."""

from trader.errors import Misconfigured

SCHEMA = "20261127120000"
"""The version of the newest file in supabase/migrations; `trader_check()` answers with it."""


def require_schema(found: str, store: str) -> None:
    """Let only our own schema pass; `store` names the store. Raises Misconfigured."""
    if found < SCHEMA:
        raise Misconfigured(
            f"{store} has the schema {found}, and this version needs {SCHEMA}: run `trader migrate`"
        )
    if found > SCHEMA:
        raise Misconfigured(
            f"{store} has the schema {found}, and this version knows {SCHEMA}: upgrade the Trader"
        )
