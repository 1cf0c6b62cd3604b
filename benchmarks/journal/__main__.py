"""`python -m benchmarks.journal`: what the Trader's work costs in journals of several sizes.

Fills stores of each kind, up to a million lives, and does the real work in them. Prints the
figures, how they grow from the smallest size on, and what they are to SQLite's.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.journal.filling import Census
from benchmarks.journal.pattern import Life, Pattern, patterns
from benchmarks.journal.places import Place, places_of
from benchmarks.journal.report import Figures, Measured, as_object, lines
from benchmarks.timing import seconds
from trader.strands.opening import StoreKind

MOST_TRACKED = 2_000


def main() -> None:
    """Measure, and print a table, or one JSON object."""
    options = _options()
    # Who is terminated, too, leaves neither files of many gigabytes nor a server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    with tempfile.TemporaryDirectory() as folder:
        pattern = patterns(Path(folder))
        measured = {
            str(kind): _of_kind(kind, pattern, options, Path(folder)) for kind in options.stores
        }
    if options.json:
        print(json.dumps(as_object(measured)))
    else:
        print(*lines(measured), sep="\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=_numbers, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--stores", type=_kinds, default=_kinds("sqlite,postgresql"))
    parser.add_argument(
        "--waiting", type=int, default=100_000, help="most waiting plans; of ten lives one waits"
    )
    parser.add_argument("--samples", type=int, default=500, help="appends, and plans shown")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each number of writers")
    parser.add_argument("--writers", type=_numbers, default=[1, 2, 4, 8, 16])
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _kinds(text: str) -> list[StoreKind]:
    return [StoreKind(part) for part in text.split(",")]


def _of_kind(
    kind: StoreKind, pattern: Mapping[Life, Pattern], options: argparse.Namespace, folder: Path
) -> dict[int, Measured]:
    found: dict[int, Measured] = {}
    with places_of(kind, folder) as empty:
        for size in options.sizes:
            census = Census(size, min(size // 10, options.waiting), min(size // 100, MOST_TRACKED))
            with empty() as place:
                found[size] = _of_place(place, pattern, census, options)
            print(f"{kind}, {size} lifecycles: measured", file=sys.stderr)
    return found


def _of_place(
    place: Place,
    pattern: Mapping[Life, Pattern],
    census: Census,
    options: argparse.Namespace,
) -> Measured:
    filled = seconds(lambda: place.fill(pattern, census))
    journal = {
        "strands": sum(len(pattern[life].strands) for _, life in census.lives()),
        "waiting": census.waiting,
        "tracked": census.tracked,
        "fill_s": filled,
        "size_mb": place.bytes_taken() / 1e6,
    }
    costs = _run(place, "costs", census.size, options.samples)
    return Measured(journal, costs | _run(place, "writers", options.seconds, *options.writers))


def _run(place: Place, module: str, *arguments: float) -> Figures:
    """The figures of a process of its own, with nothing in its memory yet."""
    command = [sys.executable, "-m", f"benchmarks.journal.{module}", *map(str, arguments)]
    environment = {**os.environ, **place.environment}
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    figures: Figures = json.loads(answer.stdout)
    return figures


if __name__ == "__main__":
    main()
