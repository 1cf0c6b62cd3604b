"""`python -m chaos`: run a scenario and judge it; exit status 0 when nothing is wrong."""

import argparse
import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from chaos.acts.act import ActKind
from chaos.run import run
from chaos.scenario import draw
from chaos.verdict.report import Report, table_head
from trader.strands.opening import StoreKind


def main() -> int:
    """0 when every run was clean, 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--plans", type=int, default=500, help="how many plans are submitted")
    parser.add_argument("--acts", type=int, default=60, help="how much is done to them")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument(
        "--store",
        type=StoreKind,
        choices=list(StoreKind),
        default=StoreKind.SQLITE,
        help="where the journal is kept; servers behind it are killed",
    )
    parser.add_argument(
        "--only",
        type=ActKind,
        choices=list(ActKind),
        nargs="+",
        default=list(ActKind),
        help="kinds of acts; all of them unless told",
    )
    parser.add_argument("--keep", action="store_true", help="keep journal and logs in any case")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a seed, in one line")
    form.add_argument("--table", action="store_true", help="a Markdown table, one row a seed")
    options = parser.parse_args()
    # Its connections are cut on purpose.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    if options.table:
        print(table_head(), flush=True)
    reports = []
    for seed in range(options.seed, options.seed + options.seeds):
        report = _run(seed, options)
        print(_in_form(report, options), flush=True)
        reports.append(report)
    return 0 if all(report.is_clean for report in reports) else 1


def _run(seed: int, options: argparse.Namespace) -> Report:
    """The folder of a run is kept when something was found: journal and logs explain it."""
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
    report = run(draw(seed, options.plans, options.acts, options.store, options.only), folder)
    if report.is_clean and not options.keep:
        shutil.rmtree(folder)
    else:
        print(f"seed {seed}: journal and logs are kept in {folder}", file=sys.stderr)
    return report


def _in_form(report: Report, options: argparse.Namespace) -> str:
    if options.table:
        return report.as_row()
    return json.dumps(report.as_json(), indent=None if options.json else 2)


if __name__ == "__main__":
    sys.exit(main())
