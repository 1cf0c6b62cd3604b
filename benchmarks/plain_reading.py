"""`python -m benchmarks.plain_reading JOURNAL`: the strands of all tracked plans, and no more.

Reads what a reconciliation reads, with nothing but Python's own sqlite3 and json.
"""

import json
import sqlite3
import sys
from contextlib import closing

STRANDS = """
SELECT s.content, s.tags
FROM lifecycles AS l JOIN ad_strands AS s ON s.lifecycle_id = l.lifecycle_id
WHERE l.stage = 'track' AND s.seq IS NOT NULL
"""

if __name__ == "__main__":
    with closing(sqlite3.connect(sys.argv[1])) as connection:
        rows = connection.execute(STRANDS).fetchall()
    read = [(json.loads(content), json.loads(tags)) for content, tags in rows]
    print(len(read), flush=True)
