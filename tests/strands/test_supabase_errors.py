"""What answers mean: by code, and by status where there is no code."""

import json

import httpx
import pytest

from trader.errors import Misconfigured, TraderError
from trader.strands.lost_replies import ReplyLost
from trader.strands.store import (
    DuplicatePlan,
    DuplicateSource,
    InvalidStrand,
    SequenceConflict,
    StoreUnavailable,
)
from trader.strands.supabase_errors import Refused, is_passing, require_success, translated

REQUEST = httpx.Request("POST", "http://project/rest/v1/rpc/trader_append")


def answer(status: int, body: object) -> httpx.Response:
    return httpx.Response(status, json=body, request=REQUEST)


def coded(status: int, code: str) -> httpx.Response:
    """An error as PostgREST writes it. The message misleads: nobody may read it."""
    body = {"code": code, "message": "JWT expired", "details": "life", "hint": None}
    return answer(status, body)


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (400, "TR001", SequenceConflict),
        (400, "TR002", DuplicateSource),
        (400, "TR003", DuplicatePlan),
        (400, "TR004", InvalidStrand),
        (409, "23505", InvalidStrand),
        (400, "23502", InvalidStrand),
        (400, "23514", InvalidStrand),
        (400, "22P05", InvalidStrand),
        (400, "22P02", InvalidStrand),
        (500, "54000", InvalidStrand),
        # no key, a wrong one, an expired one, one of a role without rights
        (401, "PGRST301", Misconfigured),
        (401, "PGRST302", Misconfigured),
        (401, "PGRST303", Misconfigured),  # from 13.0: expired
        (500, "PGRST300", Misconfigured),
        (401, "42501", Misconfigured),
        (403, "42501", Misconfigured),
        (400, "22023", Misconfigured),
        (401, "22023", Misconfigured),  # from 13.0.1
        (403, "28P01", Misconfigured),
        # no schema, or an old one
        (404, "42P01", Misconfigured),
        (404, "PGRST205", Misconfigured),  # from 13.0: what was 42P01
        (404, "PGRST202", Misconfigured),
        (404, "42883", Misconfigured),
        (400, "42703", Misconfigured),
        (400, "PGRST204", Misconfigured),
        (406, "PGRST106", Misconfigured),
        (404, "PGRST125", Misconfigured),  # from 13.0: no such path
        # not now
        (500, "57014", StoreUnavailable),
        (500, "57P01", StoreUnavailable),
        (503, "08006", StoreUnavailable),
        (503, "53300", StoreUnavailable),
        (500, "40001", StoreUnavailable),
        (500, "40P01", StoreUnavailable),
        (500, "55P03", StoreUnavailable),
        (405, "25006", StoreUnavailable),
        (503, "PGRST000", StoreUnavailable),
        (503, "PGRST001", StoreUnavailable),
        (503, "PGRST002", StoreUnavailable),
        (504, "PGRST003", StoreUnavailable),
        (500, "PGRSTX00", StoreUnavailable),
        (400, "", StoreUnavailable),  # the database was killed under PostgREST
    ],
)
def test_a_code_has_one_meaning(status: int, code: str, meaning: type[TraderError]) -> None:
    with pytest.raises(meaning), translated("the store"):
        require_success(coded(status, code))


def test_a_conflict_names_the_lifecycle() -> None:
    with pytest.raises(SequenceConflict) as conflict, translated("the store"):
        require_success(coded(400, "TR001"))
    assert conflict.value.lifecycle_id == "life"


@pytest.mark.parametrize("code", ["PGRST100", "42601", "23001", "P0001"])
def test_our_own_mistakes_stay_what_they_are(code: str) -> None:
    with pytest.raises(Refused, match=code), translated("the store"):
        require_success(coded(400, code))


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (401, {"message": "Invalid API key", "hint": "Double check your key"}, Misconfigured),
        (403, {"code": "forbidden_use_of_secret_key", "message": "no browsers"}, Misconfigured),
        (404, {"message": "no Route matched with those values"}, Misconfigured),
        (404, "<html>", Misconfigured),
        (302, "<html>", Misconfigured),
        (200, "<html>", Misconfigured),
        (413, "<html>", InvalidStrand),
        (402, {"message": "exceeds the quota"}, StoreUnavailable),
        (429, {"message": "too many"}, StoreUnavailable),
        (500, {"code": 500, "message": "a number is no code"}, StoreUnavailable),
        (502, "<html>", StoreUnavailable),
        (503, "", StoreUnavailable),
        (520, ["a", "list"], StoreUnavailable),
        (540, "paused", StoreUnavailable),
        (400, "<html>", Refused),
    ],
)
def test_without_a_code_the_status_counts(
    status: int, body: object, meaning: type[Exception]
) -> None:
    text = {"text": body} if isinstance(body, str) else {"text": json.dumps(body)}
    with pytest.raises(meaning), translated("the store"):
        require_success(httpx.Response(status, **text, request=REQUEST))


@pytest.mark.parametrize(
    "response", [answer(200, []), answer(201, None), httpx.Response(204), httpx.Response(201)]
)
def test_a_success_of_postgrest_passes(response: httpx.Response) -> None:
    require_success(response)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (httpx.ConnectError("refused"), True),
        (httpx.ReadError("reset"), True),
        (httpx.RemoteProtocolError("disconnected"), True),
        (httpx.ReadTimeout("slow"), False),
        (httpx.ConnectTimeout("slow"), False),
        (Refused(503, "PGRST001", "restarting"), True),
        (Refused(503, None, "restarting"), True),
        (Refused(500, "57P01", "restarting"), True),
        (Refused(504, "PGRST003", "no connection is free"), False),
        (Refused(500, "57014", "too slow"), False),
        (Refused(401, "PGRST301", "expired"), False),
    ],
)
def test_only_what_passes_is_asked_again(error: Refused | httpx.RequestError, passes: bool) -> None:
    assert is_passing(error) is passes


@pytest.mark.parametrize(
    ("status", "code", "in_doubt"),
    [
        (503, "08006", True),  # it lost the database, perhaps in the middle of the commit
        (500, "57P01", True),
        (503, "PGRST001", True),
        (502, None, True),
        (500, "40001", True),  # undone: sending it again settles it
        (500, "57014", False),
        (504, "PGRST003", False),
        (405, "25006", False),
    ],
)
def test_what_may_have_taken_effect_is_a_lost_reply(
    status: int, code: str | None, in_doubt: bool
) -> None:
    with pytest.raises(StoreUnavailable) as unavailable, translated("the store"):
        raise Refused(status, code, "message")
    assert isinstance(unavailable.value, ReplyLost) is in_doubt


def test_a_connection_that_broke_without_a_word_is_a_lost_reply() -> None:
    with pytest.raises(ReplyLost, match="08006"), translated("the store"):
        require_success(coded(400, ""))


@pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), httpx.DecodingError("bad gzip")])
def test_no_answer_is_unavailable(error: httpx.RequestError) -> None:
    with (
        pytest.raises(ReplyLost, match="did not answer") as unavailable,
        translated("the store"),
    ):
        raise error
    assert unavailable.value.__cause__ is error
