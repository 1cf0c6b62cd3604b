"""The demo as a user runs it: real processes, in a folder of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path


def test_a_small_demo_ends_clean(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trader", "demo", "--plans", "4", "--seed", "2", "--json"],
        cwd=tmp_path,
        env={**os.environ, "TRADER_NETWORK": "mainnet"},  # the demo never heeds it
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = json.loads(done.stdout.splitlines()[-1])
    assert (verdict["plans"], verdict["unfinished"], verdict["duplicates"]) == (4, 0, 0)
    assert verdict["clean"] is True
