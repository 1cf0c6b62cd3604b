"""Fills a journal with any number of lives by the database's own means, far below the Trader."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.journal.pattern import BEGAN, MARK, Life, Pattern
from trader.strands.encoding import LIFECYCLE_COLUMNS, STRAND_COLUMNS, SqlValue

_FIRST_MARK = 10**9
_ONE_EXPIRES_OF = 4
_TABLES = {"ad_strands": STRAND_COLUMNS, "lifecycles": LIFECYCLE_COLUMNS}
_MARKED = frozenset(
    {"id", "lifecycle_id", "parent_id", "position_id", "trade_id", "plan_id", "source_id"}
)
"""The columns, beside the content, whose texts name the plan."""


def mark_of(number: int) -> str:
    """The mark of a life: ten digits, in the order of the numbers."""
    return str(_FIRST_MARK + number)


@dataclass(frozen=True, slots=True)
class Census:
    """How many lives a journal holds, and how many of them wait and are tracked."""

    size: int
    waiting: int
    tracked: int

    def lives(self) -> Iterator[tuple[int, Life]]:
        """Each with its number, those that are not done spread evenly among the others."""
        waits = set(range(0, self.size, self.size // self.waiting)[: self.waiting])
        is_tracked = set(range(1, self.size, self.size // self.tracked)[: self.tracked])
        for number in range(self.size):
            if number in waits:
                yield number, Life.WAITING
            elif number in is_tracked:
                yield number, Life.TRACKED
            else:
                yield number, Life.CLOSED if number % _ONE_EXPIRES_OF else Life.EXPIRED


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a database writes the time `{}` seconds after the beginning, and a marked content."""

    time: str
    content: str


_SQLITE = _Dialect(
    time=f"strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', {BEGAN.timestamp():.0f} + {{}}, 'unixepoch')",
    content="replace(of.content, '{}', led.mark)",
)
_POSTGRES = _Dialect(
    time=f"to_timestamp({BEGAN.timestamp():.0f} + {{}})",
    content="replace(of.content::text, '{}', led.mark)::jsonb",
)


def fill_sqlite(path: Path, patterns: Mapping[Life, Pattern], census: Census) -> None:
    """Into the file of an empty store. Indexes and triggers are away meanwhile."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
            connection.execute(f"PRAGMA {pragma}")
        away = connection.execute(
            "SELECT type, name, sql FROM sqlite_master "
            "WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type"
        ).fetchall()
        connection.execute("BEGIN")
        for kind, name, _ in away:
            connection.execute(f"DROP {kind} {name}")
        connection.execute("CREATE TEMP TABLE led (number INTEGER PRIMARY KEY, life, mark)")
        connection.executemany("INSERT INTO led VALUES (?, ?, ?)", _led(census))
        for table, columns in _TABLES.items():
            connection.execute(f"CREATE TEMP TABLE of_{table} (life, {', '.join(columns)})")
            connection.executemany(
                f"INSERT INTO of_{table} VALUES (?{', ?' * len(columns)})",
                _pattern_rows(patterns, table),
            )
            connection.execute(_insert(table, _SQLITE))
        for _, _, definition in away:
            connection.execute(definition)
        connection.execute("COMMIT")


def fill_postgres(url: str, patterns: Mapping[Life, Pattern], census: Census) -> None:
    """Into an empty database with our schema. Indexes are away meanwhile."""
    with psycopg.connect(url) as connection:
        away = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
            "AND tablename IN ('ad_strands', 'lifecycles') AND indexname NOT LIKE '%_pkey'"
        ).fetchall()
        for name, _ in away:
            connection.execute(f"DROP INDEX {name}".encode())
        connection.execute("CREATE TEMP TABLE led (number BIGINT, life TEXT, mark TEXT)")
        _copy(connection, "led", _led(census))
        for table, columns in _TABLES.items():
            connection.execute(
                f"CREATE TEMP TABLE of_{table} AS SELECT '' AS life, {', '.join(columns)} "
                f"FROM {table} WITH NO DATA".encode()
            )
            _copy(connection, f"of_{table}", _pattern_rows(patterns, table))
            connection.execute(b"ANALYZE led")
            connection.execute(f"ANALYZE of_{table}".encode())
            connection.execute(_insert(table, _POSTGRES).encode())
        for _, definition in away:
            connection.execute(definition.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copy(
    connection: psycopg.Connection[tuple[object, ...]],
    table: str,
    rows: Iterator[tuple[SqlValue, ...]],
) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _led(census: Census) -> Iterator[tuple[SqlValue, ...]]:
    for number, life in census.lives():
        yield number, life.value, mark_of(number)


def _pattern_rows(patterns: Mapping[Life, Pattern], table: str) -> Iterator[tuple[SqlValue, ...]]:
    for life, pattern in patterns.items():
        for values in pattern.strands if table == "ad_strands" else (pattern.row,):
            yield life.value, *(values[column] for column in _TABLES[table])


def _insert(table: str, dialect: _Dialect) -> str:
    """Every life's rows, in the order of the lives: no sort of them all comes before."""
    columns = _TABLES[table]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(_value(table, column, dialect) for column in columns)} "
        f"FROM led CROSS JOIN of_{table} AS of WHERE of.life = led.life"
    )


def _value(table: str, column: str, dialect: _Dialect) -> str:
    if column in _MARKED:
        return f"replace(of.{column}, '{MARK}', led.mark)"
    if column == "content":
        return dialect.content.format(MARK)
    if table == "lifecycles" and column == "created_at":
        return dialect.time.format("led.number")
    if column.endswith("_at"):
        time = dialect.time.format("led.number + of.seq")
        return f"CASE WHEN of.{column} IS NOT NULL THEN {time} END"
    return f"of.{column}"
