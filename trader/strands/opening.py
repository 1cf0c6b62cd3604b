"""From the setting `store_url` to a store."""

from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from trader.errors import Misconfigured
from trader.settings import Settings
from trader.strands.sqlite import SqliteStore
from trader.strands.store import StrandStore

_SQLITE = "sqlite:///"
_SQLITE_FORMS = "use sqlite:///relative/path.db or sqlite:////absolute/path.db"
_FORMS = f"{_SQLITE_FORMS}, postgresql://user:password@host/database or supabase+https://host"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class StoreKind(StrEnum):
    """What keeps the strands."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    SUPABASE = "supabase"


_SCHEMES = {
    "sqlite": StoreKind.SQLITE,
    "postgresql": StoreKind.POSTGRESQL,
    "postgres": StoreKind.POSTGRESQL,
    "supabase+https": StoreKind.SUPABASE,
    "supabase+http": StoreKind.SUPABASE,
}


def kind_of(url: str) -> StoreKind:
    """What keeps the strands at this address. Raises Misconfigured when nothing is known to."""
    scheme = url.partition(":")[0]
    if scheme not in _SCHEMES:
        # The rest of the address may hold a password: only the scheme is repeated.
        raise Misconfigured(f"store_url has the unknown scheme {scheme!r}: {_FORMS}")
    return _SCHEMES[scheme]


def open_store(url: str, supabase_key: SecretStr | None = None) -> StrandStore:
    """The store at this address; an SQLite file, its folder and its schema are made when missing.

    Raises Misconfigured when the address is wrong, or what is there is no journal of this version;
    StoreUnavailable when it cannot be opened now.
    """
    # The drivers are imported where they are needed: a process uses one of them.
    match kind_of(url):
        case StoreKind.SQLITE:
            return _open_sqlite(url)
        case StoreKind.POSTGRESQL:
            from trader.strands.postgres import PostgresStore

            return PostgresStore(url)
        case StoreKind.SUPABASE:
            from trader.strands.supabase import open_supabase

            _require_privacy(url)
            return open_supabase(url, supabase_key)


def open_configured_store(settings: Settings) -> StrandStore:
    """The store that the settings name. Raises as open_store does."""
    return open_store(settings.store_url, settings.supabase_key)


def shown_address(url: str) -> str:
    """A store's address without user, password and options, for screens and logs."""
    if kind_of(url) is not StoreKind.POSTGRESQL:
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _require_privacy(url: str) -> None:
    """Every request carries a key that may do everything: in clear text it stays on this machine,
    or among the containers of one network, whose names have no dot.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_near = host in _LOOPBACK or not {".", ":"} & set(host)
    if parts.scheme == "supabase+http" and not is_near:
        raise Misconfigured(
            f"store_url would send the key to {host} in clear text: use supabase+https"
        )


def _open_sqlite(url: str) -> StrandStore:
    path = _sqlite_path(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"the store's folder {path.parent} cannot be made: {error.strerror}"
        ) from error
    return SqliteStore(path)


def _sqlite_path(url: str) -> Path:
    """The absolute path, so that a later change of directory does not move the journal."""
    name = url.removeprefix(_SQLITE)
    if name in {url, "", ":memory:"} or name.endswith("/"):
        raise Misconfigured(f"store_url {url!r} names no file: {_SQLITE_FORMS}")
    if "?" in name or "#" in name:
        raise Misconfigured(f"store_url {url!r} has options, which are unknown: {_SQLITE_FORMS}")
    return Path(name).absolute()
