"""The archive of a SQLite journal: strands of finished lifecycles, in a table of their own."""

import json
import sqlite3
from collections.abc import Sequence

from trader.strands.encoding import STRAND_COLUMNS

_SHARED_COLUMNS = (
    *STRAND_COLUMNS,
    "accumulated_score",
    "source_strands",
    "clustering_columns",
    "lesson",
    "braid_level",
    "phi",
    "rho",
    "resonance_score",
    "telemetry",
    "created_at_utc",
)
_FINISHED = (
    "seq IS NOT NULL AND lifecycle_id IN (SELECT lifecycle_id FROM lifecycles "
    "WHERE stage = 'done' AND lifecycle_id IN (SELECT value FROM json_each(?)))"
)
_COPY_FINISHED = (
    f"INSERT INTO ad_strands_archive ({', '.join(_SHARED_COLUMNS)}) "
    f"SELECT {', '.join(_SHARED_COLUMNS)} FROM ad_strands WHERE {_FINISHED}"
)
_DELETE_FINISHED = f"DELETE FROM ad_strands WHERE {_FINISHED}"


def move_finished(connection: sqlite3.Connection, lifecycle_ids: Sequence[str]) -> int:
    """Within a transaction, move the own strands of those that are done; how many strands."""
    wanted = [json.dumps(list(lifecycle_ids))]
    connection.execute(_COPY_FINISHED, wanted)
    return connection.execute(_DELETE_FINISHED, wanted).rowcount
