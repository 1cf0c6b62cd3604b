"""`make bench`: every figure as a ratio within one run."""

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.bulk import measure_bulk
from benchmarks.pipeline import measure_pipeline
from benchmarks.placement import measure_placement
from benchmarks.workshop import workshop


def main() -> None:
    """Measure, and print one line a figure, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=200)
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--bulk", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, workshop(Path(folder)) as shop:
        placement = measure_placement(shop, options.orders)
        bulk = measure_bulk(shop, options.bulk)
        pipeline = measure_pipeline(shop, options.plans)
    figures = {
        "placement_ratio": round(placement.ratio, 2),
        "placement_safe_ms": round(placement.safe_ms, 2),
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
    }
    if options.json:
        print(json.dumps(figures))
        return
    print(
        f"one order, safe / bare SDK call: {figures['placement_ratio']} "
        f"({figures['placement_safe_ms']} ms / {figures['placement_bare_ms']} ms)"
    )
    print(
        f"one of {bulk.plans} plans placed together / one by one: {figures['bulk_ratio']} "
        f"({figures['bulk_together_ms']} ms / {figures['bulk_single_ms']} ms)"
    )
    print(
        f"plans / bare chains of four empty tasks: {figures['pipeline_ratio']} "
        f"({figures['plans_per_second']} /s / {figures['chains_per_second']} /s)"
    )


if __name__ == "__main__":
    main()
