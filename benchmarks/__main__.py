"""`make bench`: every figure as a ratio within one run."""

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.bulk import measure_bulk
from benchmarks.cold_start import measure_cold_start
from benchmarks.pipeline import measure_pipeline
from benchmarks.placement import measure_placement
from benchmarks.stream import measure_stream
from benchmarks.workshop import workshop


def main() -> None:
    """Measure, and print one line a figure, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=200)
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--bulk", type=int, default=100)
    parser.add_argument("--fills", type=int, default=150)
    parser.add_argument("--lifecycles", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, workshop(Path(folder)) as shop:
        placement = measure_placement(shop, options.orders)
    # An account of its own: an account may have a thousand open orders, and those above rest.
    with tempfile.TemporaryDirectory() as folder, workshop(Path(folder)) as shop:
        bulk = measure_bulk(shop, options.bulk)
        pipeline = measure_pipeline(shop, options.plans)
    with tempfile.TemporaryDirectory() as folder, workshop(Path(folder)) as shop:
        stream = measure_stream(shop, options.fills)
    with tempfile.TemporaryDirectory() as folder:
        cold_start = measure_cold_start(Path(folder), options.lifecycles)
    figures = {
        "placement_sqlite_ratio": round(placement.sqlite_ratio, 2),
        "placement_sqlite_ms": round(placement.sqlite_ms, 2),
        "placement_postgresql_ratio": round(placement.postgresql_ratio, 2),
        "placement_postgresql_ms": round(placement.postgresql_ms, 2),
        "placement_bare_ms": round(placement.bare_ms, 2),
        "placement_orders": placement.orders,
        "bulk_ratio": round(bulk.ratio, 2),
        "bulk_together_ms": round(bulk.together_ms, 2),
        "bulk_single_ms": round(bulk.single_ms, 2),
        "bulk_plans": bulk.plans,
        "pipeline_ratio": round(pipeline.ratio, 2),
        "plans_per_second": round(pipeline.plans_per_second, 1),
        "chains_per_second": round(pipeline.chains_per_second, 1),
        "pipeline_plans": pipeline.count,
        "stream_ratio": round(stream.ratio, 2),
        "stream_p50_ms": round(stream.tracked_ms(0.5), 2),
        "stream_p99_ms": round(stream.tracked_ms(0.99), 2),
        "stream_empty_task_p50_ms": round(stream.bare_ms(0.5), 2),
        "stream_fills": len(stream.tracked),
        "cold_start_ratio": round(cold_start.ratio, 2),
        "cold_start_seconds": round(cold_start.reconciled_seconds, 2),
        "cold_start_read_seconds": round(cold_start.read_seconds, 2),
        "cold_start_lifecycles_per_second": round(cold_start.lifecycles_per_second),
        "cold_start_lifecycles": cold_start.lifecycles,
        "cold_start_strands": cold_start.strands,
    }
    if options.json:
        print(json.dumps(figures))
        return
    print(
        f"one order, safe / bare SDK call ({figures['placement_bare_ms']} ms): "
        f"SQLite {figures['placement_sqlite_ratio']} ({figures['placement_sqlite_ms']} ms), "
        f"PostgreSQL {figures['placement_postgresql_ratio']} "
        f"({figures['placement_postgresql_ms']} ms)"
    )
    print(
        f"one of {bulk.plans} plans placed together / one by one: {figures['bulk_ratio']} "
        f"({figures['bulk_together_ms']} ms / {figures['bulk_single_ms']} ms)"
    )
    print(
        f"plans / bare chains of four empty tasks: {figures['pipeline_ratio']} "
        f"({figures['plans_per_second']} /s / {figures['chains_per_second']} /s)"
    )
    print(
        f"a fill's message to its strand / one empty task, medians: {figures['stream_ratio']} "
        f"({figures['stream_p50_ms']} ms / {figures['stream_empty_task_p50_ms']} ms); "
        f"p99 {figures['stream_p99_ms']} ms"
    )
    print(
        f"a cold start with {cold_start.lifecycles} open plans / the bare reading of their "
        f"{cold_start.strands} strands: {figures['cold_start_ratio']} "
        f"({figures['cold_start_seconds']} s / {figures['cold_start_read_seconds']} s); "
        f"{figures['cold_start_lifecycles_per_second']} plans /s"
    )


if __name__ == "__main__":
    main()
