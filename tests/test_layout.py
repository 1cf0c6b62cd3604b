"""Who may know whom: the contracts of pyproject.toml, and what a process really imports."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.packaging import ROOT
from trader.processes.commands import QUEUES
from workers.configuration import ROUTES

KEYS = {"hyperliquid", "eth_account", "coincurve", "trader.venues.credentials"}
PANDAS = {"pandas", "numpy"}


def test_the_import_contracts_hold() -> None:
    checked = subprocess.run(
        ["lint-imports", "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("modules", "never"),
    [
        (("beat_schedule", "workers.app"), KEYS | PANDAS),
        (QUEUES["monitor"].modules, KEYS | PANDAS),
        (QUEUES["analysis"].modules, KEYS),
        (QUEUES["exchange"].modules, PANDAS),
        (("workers.stream",), KEYS | PANDAS),
        (("trader",), KEYS | PANDAS | {"celery"}),
        (("local_exchange.server",), PANDAS | {"trader", "workers", "celery", "hyperliquid"}),
    ],
)
def test_a_process_imports_no_more_than_it_may(modules: tuple[str, ...], never: set[str]) -> None:
    code = f"import sys, {', '.join(modules)}; print(*sys.modules, sep='\\n')"
    imported = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(imported.stdout.split()) & never == set()


def test_each_queue_has_a_worker_that_imports_the_modules_of_its_tasks() -> None:
    routed: dict[str, set[str]] = {}
    for pattern, route in ROUTES.items():
        routed.setdefault(route["queue"], set()).add(pattern.removesuffix(".*"))
    assert routed == {name: set(queue.modules) for name, queue in QUEUES.items()}


def test_events_enter_a_store_at_one_place_only() -> None:
    call = re.compile(r"store\.append\(")
    written = [
        str(path.relative_to(ROOT))
        for folder in ("trader", "workers")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if call.search(path.read_text(encoding="utf-8"))
    ]
    assert written == ["trader/streams/journal.py"]
