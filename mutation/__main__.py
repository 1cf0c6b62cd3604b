"""`python -m mutation`: change the code that money depends on, and see whether a test notices."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from mutation.explained import explanations, unexplained
from mutation.session import Session, Survivor, run_session

FOLDERS = ("trader/orders", "trader/lifecycle", "trader/risk", "trader/venues")
COPIED = (
    "trader",
    "workers",
    "local_exchange",
    "chaos",
    "tests",
    "supabase",
    "docs",
    "pyproject.toml",
)
ROOT = Path(__file__).parent.parent


def main() -> int:
    """0 when every survivor is explained, 1 when one is not."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="files or folders; all of the four by default")
    parser.add_argument("--jobs", type=int, default=1, help="modules at the same time")
    options = parser.parse_args()
    modules = list(_modules(options.modules or FOLDERS))
    left = 0
    for session in _sessions(modules, options.jobs):
        survivors = unexplained(session.survivors, explanations())
        _print(session, survivors)
        left += len(survivors)
    return 1 if left else 0


def _modules(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        found = [Path(path)] if path.endswith(".py") else sorted((ROOT / path).rglob("*.py"))
        for module in found:
            relative = module.relative_to(ROOT) if module.is_absolute() else module
            if module.name != "__init__.py":
                yield str(relative)


def _sessions(modules: Sequence[str], jobs: int) -> Iterator[Session]:
    with _checkouts(jobs) as free, ThreadPoolExecutor(jobs) as pool:

        def run(module: str) -> Session:
            checkout = free.get()
            try:
                return run_session(module, checkout)
            finally:
                free.put(checkout)

        yield from pool.map(run, modules)


@contextmanager
def _checkouts(count: int) -> Iterator["SimpleQueue[Path]"]:
    """Copies in which files may be changed; the checkout itself is left alone."""
    free: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        for number in range(count):
            copy = Path(folder) / str(number)
            for name in COPIED:
                _copy(ROOT / name, copy / name)
            free.put(copy)
        yield free


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _print(session: Session, survivors: Sequence[Survivor]) -> None:
    killed = session.changes - len(session.survivors)
    explained = len(session.survivors) - len(survivors)
    print(
        f"{session.module}: {session.changes} changes, {killed} noticed, {explained} explained, "
        f"{len(survivors)} survive",
        flush=True,
    )
    for survivor in survivors:
        print(f"  {survivor.line}: {survivor.before}\n    -> {survivor.after}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
