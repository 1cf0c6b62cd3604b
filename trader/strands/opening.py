"""From the setting `store_url` to a store."""

from pathlib import Path

from trader.errors import Misconfigured
from trader.strands.sqlite import SqliteStore
from trader.strands.store import StrandStore

_SQLITE = "sqlite:///"
_FORMS = "use sqlite:///relative/path.db or sqlite:////absolute/path.db"


def open_store(url: str) -> StrandStore:
    """The store at this address; its folder and its schema are made when they are missing.

    Raises Misconfigured when the address is wrong or the file is no journal, StoreUnavailable
    when the file cannot be opened now.
    """
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
    scheme = url.partition(":")[0]
    if scheme != "sqlite":
        # The rest of the address may hold a password: only the scheme is repeated.
        raise Misconfigured(f"store_url has the unknown scheme {scheme!r}: {_FORMS}")
    name = url.removeprefix(_SQLITE)
    if name in {url, "", ":memory:"} or name.endswith("/"):
        raise Misconfigured(f"store_url {url!r} names no file: {_FORMS}")
    if "?" in name or "#" in name:
        raise Misconfigured(f"store_url {url!r} has options, which are unknown: {_FORMS}")
    return Path(name).absolute()
