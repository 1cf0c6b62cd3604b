"""What the answers of PostgREST, and of the gateway before it, mean for the caller of a store.

An error is known by its code alone, never by its text. A code of five characters is PostgreSQL's
SQLSTATE, one that begins with PGRST is PostgREST's; a gateway's answer has neither, and its HTTP
status must do. Source: PostgREST, "Errors"; PostgreSQL, "Error Codes" (Appendix A).
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from trader.errors import Misconfigured, TraderError
from trader.strands.lost_replies import ReplyLost
from trader.strands.store import (
    DuplicatePlan,
    DuplicateSource,
    InvalidStrand,
    SequenceConflict,
    StoreUnavailable,
)

_CONNECTION_FAILURE = "08006"
_CODE = re.compile(r"PGRST[0-9A-Z]{3}|[0-9A-Z]{5}")
_UNAVAILABLE = re.compile("08...|25006|40...|53...|55P03|57...|58...|XX...|PGRST00.|PGRSTX..")
_KEY_REFUSED = re.compile("0P000|22023|28...|42501|PGRST30.")  # 22023: it names an unknown role
_SCHEMA_WRONG = re.compile("42703|42883|42P01|PGRST106|PGRST20.")
_ADDRESS_WRONG = re.compile("PGRST12[56]")
_DATA_REFUSED = re.compile("22...|23502|23505|23514|54...|TR004")
_PASSING = re.compile("08...|40...|57P0.|PGRST00[012]|PGRSTX..")
"""What a server says that restarts, or lost its database; the transaction may have ended well."""

_EMPTY_STATUS = frozenset({201, 204})
_KEY_STATUS = frozenset({401, 403})
_UNAVAILABLE_STATUS = frozenset({402, 408, 425, 429})
"""Beside all from 500: the gateway is too busy, or the project is over its quota (402)."""
_PASSING_STATUS = frozenset({502, 503, 520})
_ELSEWHERE_STATUS = frozenset({200, 301, 302, 303, 307, 308, 404, 405})
_TOO_LARGE_STATUS = 413


class Refused(Exception):
    """The answer was no success; `code` is None when it did not come from PostgREST."""

    def __init__(
        self, status: int, code: str | None, message: str, details: str | None = None
    ) -> None:
        super().__init__(f"{code or status}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def require_success(response: httpx.Response) -> None:
    """Let only PostgREST's successes pass: supabase-py hides the status, and takes any text.

    Raises Refused, httpx.TransportError.
    """
    response.read()
    is_json = response.headers.get("content-type", "").startswith("application/json")
    is_empty = response.status_code in _EMPTY_STATUS and not response.content
    if not (response.is_success and (is_json or is_empty)):
        raise _refused(response)


def _refused(response: httpx.Response) -> Refused:
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return Refused(response.status_code, None, "no answer of PostgREST")
    details = body.get("details")
    return Refused(
        response.status_code,
        _code(body.get("code")),
        str(body.get("message") or "no message"),
        details if isinstance(details, str) else None,
    )


def _code(found: object) -> str | None:
    # PostgREST's code is empty when its connection broke before the database said why.
    if found == "":
        return _CONNECTION_FAILURE
    return found if isinstance(found, str) and _CODE.fullmatch(found) else None


def is_passing(error: Refused | httpx.RequestError) -> bool:
    """Whether the same request may well be answered a moment later, as after a restart.

    A server that was too slow is not asked the same again.
    """
    if isinstance(error, httpx.RequestError):
        return isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
    if error.code is None:
        return error.status in _PASSING_STATUS
    return _PASSING.fullmatch(error.code) is not None


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Raise a store's errors in place of HTTP's; what is our own mistake stays as it is.

    `store` names the store in the messages. ReplyLost: what was sent may have taken effect.
    """
    try:
        yield
    except Refused as refused:
        meaning = _meaning(refused, store)
        if meaning is None:
            raise
        raise meaning from refused
    except httpx.RequestError as error:
        raise ReplyLost(
            f"{store} did not answer ({type(error).__name__}: {error}): try again"
        ) from error


def _meaning(refused: Refused, store: str) -> TraderError | None:
    code = refused.code
    if code is None:
        return _meaning_of_status(refused, store)
    if code == "TR001":
        return SequenceConflict(refused.message, refused.details)
    if code == "TR002":
        return DuplicateSource(refused.message)
    if code == "TR003":
        return DuplicatePlan(refused.message)
    if _KEY_REFUSED.fullmatch(code):
        return _wrong_key(refused, store)
    if _SCHEMA_WRONG.fullmatch(code):
        return Misconfigured(f"{store} lacks the Trader's schema ({refused}): run `trader migrate`")
    if _ADDRESS_WRONG.fullmatch(code):
        return _wrong_address(refused, store)
    if _DATA_REFUSED.fullmatch(code):
        return InvalidStrand(f"{store} refuses the strands ({refused})")
    if _UNAVAILABLE.fullmatch(code):
        return _unavailable(refused, store)
    return None


def _meaning_of_status(refused: Refused, store: str) -> TraderError | None:
    status = refused.status
    if status in _KEY_STATUS:
        return _wrong_key(refused, store)
    if status in _ELSEWHERE_STATUS:
        return _wrong_address(refused, store)
    if status == _TOO_LARGE_STATUS:
        return InvalidStrand(f"{store} refuses the strands as too large ({refused})")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in _UNAVAILABLE_STATUS:
        return _unavailable(refused, store)
    return None


def _unavailable(refused: Refused, store: str) -> StoreUnavailable:
    in_doubt = refused.code is None or _PASSING.fullmatch(refused.code)
    kind = ReplyLost if in_doubt else StoreUnavailable
    return kind(f"{store} cannot serve now ({refused}): try again")


def _wrong_address(refused: Refused, store: str) -> Misconfigured:
    return Misconfigured(
        f"{store} is not where PostgREST is ({refused}): mend TRADER_STORE_URL (a project's "
        "address has no path, not even a slash)"
    )


def _wrong_key(refused: Refused, store: str) -> Misconfigured:
    return Misconfigured(
        f"{store} does not let TRADER_SUPABASE_KEY do this ({refused}): set it to the project's "
        "secret key (service_role), one that is valid now"
    )
