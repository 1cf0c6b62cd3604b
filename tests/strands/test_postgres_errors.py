"""What each error of PostgreSQL means, raised by a real one."""

import psycopg
import pytest

from trader.errors import Misconfigured
from trader.strands.postgres_address import parse_address
from trader.strands.postgres_connections import direct_connection
from trader.strands.postgres_errors import refused_connection
from trader.strands.store import (
    DuplicatePlan,
    DuplicateSource,
    InvalidStrand,
    SequenceConflict,
    StoreUnavailable,
)


def raise_in_database(url: str, code: str) -> None:
    with direct_connection(parse_address(url)) as connection:
        connection.execute(
            "do $$ begin raise exception 'the message' "
            f"using errcode = '{code}', detail = 'the detail'; end $$".encode()
        )


@pytest.mark.parametrize(
    ("codes", "meaning", "message"),
    [
        ("TR001", SequenceConflict, "^the message$"),
        ("TR002", DuplicateSource, "^the message$"),
        ("TR003", DuplicatePlan, "^the message$"),
        ("TR004 22001 22003 22P02 22P05 23502 23505 23514 54000", InvalidStrand, "refuses"),
        ("08006 40001 40P01 53000 53100 53200 53300", StoreUnavailable, "cannot serve now"),
        ("55P03 57014 57P01 57P02 57P03 58030", StoreUnavailable, r"\(5.*: the message\)"),
        ("25006", StoreUnavailable, "is read-only"),
        ("28000 28P01 3D000", Misconfigured, "mend user, password, database"),
        ("3F000 42P01 42883 42703", Misconfigured, "run `trader migrate`"),
        ("42501", Misconfigured, "let the user be a member of service_role"),
    ],
)
def test_errors_are_known_by_their_codes(
    postgres_url: str, codes: str, meaning: type[Exception], message: str
) -> None:
    for code in codes.split():
        with pytest.raises(meaning, match=message):
            raise_in_database(postgres_url, code)


def test_a_conflict_names_its_lifecycle(postgres_url: str) -> None:
    with pytest.raises(SequenceConflict) as conflict:
        raise_in_database(postgres_url, "TR001")
    assert conflict.value.lifecycle_id == "the detail"


@pytest.mark.parametrize("code", ["42601", "P0001", "XX000", "0A000"])
def test_our_own_mistakes_stay_as_they_are(postgres_url: str, code: str) -> None:
    with pytest.raises(psycopg.Error) as mistake:
        raise_in_database(postgres_url, code)
    assert mistake.value.sqlstate == code


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ('FATAL:  password authentication failed for user "x"', Misconfigured),
        ("fe_sendauth: no password supplied", Misconfigured),
        ('FATAL:  role "x" does not exist', Misconfigured),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', Misconfigured),
        ('FATAL:  role "x" is not permitted to log in', Misconfigured),
        ('FATAL:  permission denied for database "x"', Misconfigured),
        ("SSL error: certificate verify failed", Misconfigured),
        ("FATAL:  Tenant or user not found", Misconfigured),
        ("FATAL:  the database system is starting up", StoreUnavailable),
        ("FATAL:  sorry, too many clients already", StoreUnavailable),
        ("timeout expired", StoreUnavailable),
        ("session is read-only", StoreUnavailable),
        ("Connection refused", StoreUnavailable),
    ],
)
def test_a_refused_connection_is_known_by_the_servers_words(
    words: str, meaning: type[Exception]
) -> None:
    error = refused_connection(psycopg.OperationalError(words), "PostgreSQL at db")
    assert type(error) is meaning
    assert str(error).startswith("PostgreSQL at db")
    assert words in str(error)
