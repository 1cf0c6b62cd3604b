"""Addresses of PostgreSQL databases: named without their secrets, refused with what to mend."""

import pytest

from tests.support.postgres_server import PASSWORD, PostgresServer
from trader.errors import Misconfigured
from trader.strands.postgres import PostgresStore
from trader.strands.postgres_address import parse_address
from trader.strands.store import StoreUnavailable


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://me:secret@db.example.org/trader", "db.example.org:5432/trader"),
        ("postgres://me@db:6543/trader?sslmode=require", "db:6543/trader"),
        ("postgresql:///trader", "local socket:5432/trader"),
        ("postgresql://one:1,two:2/trader", "one,two:1,2/trader"),
        ("postgresql://me:s%40cret@db/trader", "db:5432/trader"),
    ],
)
def test_an_address_is_named_without_its_secrets(url: str, name: str) -> None:
    address = parse_address(url)
    assert address.name == f"PostgreSQL at {name}"
    assert "cret" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:sec ret@db/trader",
        "postgresql://me:secret@db/trader?unknown=secret",
        "postgresql://me:secret@[db/trader",
        "postgresql://me:secret@db/trader?sslmode",
    ],
)
def test_a_wrong_address_is_refused_unseen(url: str) -> None:
    with pytest.raises(Misconfigured, match="no address of a PostgreSQL database") as refused:
        PostgresStore(url)
    assert refused.value.__cause__ is None
    assert "ret" not in str(refused.value)


def test_what_the_address_says_itself_is_kept() -> None:
    said = ("target_session_attrs=any", "application_name=mine", "connect_timeout=9")
    conninfo = parse_address(f"postgresql://db/x?{'&'.join(said)}").conninfo
    assert set(said) | {"keepalives_idle=5"} <= set(conninfo.split())


@pytest.mark.parametrize("login", [{"password": "wr0ng"}, {"user": "stranger"}, {"user": "anon"}])
def test_a_wrong_login_says_what_to_mend(
    postgres_server: PostgresServer, login: dict[str, str]
) -> None:
    url = postgres_server.url("postgres", **login)
    with pytest.raises(Misconfigured, match=r"authentication failed.*mend user, pass") as refused:
        PostgresStore(url)
    assert PASSWORD not in str(refused.value)
    assert "wr0ng" not in str(refused.value)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere", 'database "nowhere" does not exist'),
        ("postgres?sslmode=require", "SSL was required"),
    ],
)
def test_a_wrong_place_says_what_to_mend(
    postgres_server: PostgresServer, place: str, message: str
) -> None:
    with pytest.raises(Misconfigured, match=f"{message}.*mend user, password, database"):
        PostgresStore(postgres_server.url(place))


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
def test_nobody_at_the_address_is_unavailable(host: str) -> None:
    with pytest.raises(StoreUnavailable, match=f"PostgreSQL at {host}.*cannot be reached") as down:
        PostgresStore(f"postgresql://me:s3cret@{host}/trader")
    assert "s3cret" not in str(down.value)
