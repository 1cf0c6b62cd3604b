"""What SQLite's errors mean for the caller of a store."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trader.errors import Misconfigured, TraderError
from trader.strands.store import DuplicatePlan, DuplicateSource, InvalidStrand, StoreUnavailable

_PRIMARY_CODE = 0xFF

_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "is locked by another process: try again",
    sqlite3.SQLITE_LOCKED: "is locked by another connection: try again",
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full: make room",
    sqlite3.SQLITE_IOERR: "cannot be read or written: check the disk",
    sqlite3.SQLITE_READONLY: "is read-only: check the permissions of the file and its folder",
    sqlite3.SQLITE_PERM: "cannot be opened: check the permissions of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that the folder exists and is writable",
    sqlite3.SQLITE_PROTOCOL: "is locked by another process: try again",
    sqlite3.SQLITE_NOMEM: "cannot be used, memory is short: make room",
}
_UNUSABLE = {
    sqlite3.SQLITE_NOTADB: "is no SQLite database: mend store_url",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore it from a backup",
}
_DUPLICATES: dict[str, type[TraderError]] = {
    "lifecycles.source_id": DuplicateSource,
    "lifecycles.plan_id": DuplicatePlan,
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise a store's errors in place of SQLite's; SQLite's own stay when they are our mistake."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise _refused(error) from error
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
        if code in _UNAVAILABLE:
            raise StoreUnavailable(f"the store {path} {_UNAVAILABLE[code]} ({error})") from error
        if code in _UNUSABLE:
            raise Misconfigured(f"the store {path} {_UNUSABLE[code]} ({error})") from error
        raise


def _refused(error: sqlite3.IntegrityError) -> TraderError:
    column = str(error).removeprefix("UNIQUE constraint failed: ")
    return _DUPLICATES.get(column, InvalidStrand)(f"the store refuses the strands: {error}")
