"""What PostgreSQL's errors mean for the caller of a store.

An error of a statement is known by its SQLSTATE alone, never by its text. Source: PostgreSQL,
"Error Codes" (Appendix A); TR001 to TR004 are our own, see supabase/migrations.
"""

import re

import psycopg

from trader.errors import Misconfigured, TraderError
from trader.strands.store import (
    DuplicatePlan,
    DuplicateSource,
    InvalidStrand,
    SequenceConflict,
    StoreUnavailable,
)

_READ_ONLY = "25006"
_UNAVAILABLE = re.compile("08...|40...|53...|55P03|57...|58...")
_LOGIN_REFUSED = re.compile("28...|3D000")
_SCHEMA_WRONG = re.compile("3F000|42P01|42883|42703")
_NOT_ALLOWED = "42501"
_DATA_REFUSED = re.compile("22...|23...|54...|TR004")

# libpq gives no SQLSTATE for a connection that was refused, only the server's words.
_LOGIN_REFUSED_WORDS = re.compile(
    "password authentication failed|no password supplied|(role|database|user) .* does not exist"
    "|no pg_hba.conf entry|is not permitted to log in|permission denied for database"
    "|SSL was required|certificate verify failed|Tenant or user not found",
    re.IGNORECASE,
)


def refused_connection(error: psycopg.Error, store: str) -> TraderError:
    """What it means that no connection could be made; `store` names the store."""
    words = str(error).strip()
    if _LOGIN_REFUSED_WORDS.search(words):
        return _login_refused(words, store)
    return StoreUnavailable(f"{store} cannot be reached ({words}): try again")


def failed_statement(error: psycopg.Error, store: str) -> TraderError | None:
    """What a statement's error means; None when it is a mistake of ours and stays as it is."""
    code = error.sqlstate or ""
    words = error.diag.message_primary or str(error).strip()
    if code == "TR001":
        return SequenceConflict(words, error.diag.message_detail)
    if code == "TR002":
        return DuplicateSource(words)
    if code == "TR003":
        return DuplicatePlan(words)
    if code == _READ_ONLY:
        return StoreUnavailable(
            f"{store} is read-only ({words}): make room on its disk, or name its primary server"
        )
    if code == _NOT_ALLOWED:
        return Misconfigured(
            f"{store} does not let us do this ({words}): let the user be a member of service_role"
        )
    if _DATA_REFUSED.fullmatch(code):
        return InvalidStrand(f"{store} refuses the strands ({words})")
    if _LOGIN_REFUSED.fullmatch(code):
        return _login_refused(words, store)
    if _SCHEMA_WRONG.fullmatch(code):
        return Misconfigured(f"{store} lacks the Trader's schema ({words}): run `trader migrate`")
    if _UNAVAILABLE.fullmatch(code):
        return StoreUnavailable(f"{store} cannot serve now ({code}: {words}): try again")
    return None


def _login_refused(words: str, store: str) -> Misconfigured:
    return Misconfigured(
        f"{store} does not let us in ({words}): mend user, password, database or sslmode in "
        "TRADER_STORE_URL"
    )
