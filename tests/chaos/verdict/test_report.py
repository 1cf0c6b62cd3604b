"""The figures of a run, as an object and as a row."""

from collections.abc import Mapping

import pytest

from chaos.verdict.finding import Crime, Finding
from chaos.verdict.report import Report, table_head
from trader.strands.opening import StoreKind

FOUND = Finding(Crime.DUPLICATE, "0x1", "accepted 2 times")


def report(*findings: Finding, fills: int = 12, recovered_s: float | None = 2.345) -> Report:
    acts: Mapping[str, int] = {"kill worker": 2, "freeze beat": 1}
    return Report(
        seed=7,
        store=StoreKind.SQLITE,
        plans=5,
        outcomes={"closed": 5},
        acts=acts,
        left_out={"full_disk": 1},
        faults={"delayed": 4},
        orders_accepted=15,
        fills=fills,
        doubts=1,
        unknown_resolution_p99_s=0.51234,
        unknown_resolution_with_store_outages_p99_s=1.5,
        without_stop=[0.1, 0.25, 3.0],
        without_stop_with_broker=[0.1, 0.2, 0.3],
        most_refused_exits=2,
        recovered_s=recovered_s,
        replayed=5,
        anomalies={"traded_too_much while filled": 1},
        seconds=30.0,
        findings=findings,
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (report(), True),
        (report(FOUND), False),
        (report(recovered_s=None), False),
        (report(fills=0), False),
    ],
)
def test_a_run_is_clean_when_it_traded_and_nothing_is_wrong(made: Report, expected: bool) -> None:
    assert made.is_clean is expected


def test_findings_are_counted_by_kind() -> None:
    figures = report(FOUND, Finding(Crime.DIFFERENCE, "ETH", "differs")).as_json()
    assert figures["duplicates"] == 1
    assert figures["lost"] == 0
    assert figures["journal_equals_ledger"] is False
    assert figures["replay_differences"] == 0
    assert figures["findings"] == ["duplicate 0x1: accepted 2 times", "difference ETH: differs"]


def test_a_row_has_the_columns_of_the_head() -> None:
    head, rule = table_head().splitlines()
    row = report().as_row()
    assert head.count("|") == rule.count("|") == row.count("|")
    known = "| 7 | sqlite | 5 | 3 | 4 | 15 | 1 | 0 | 0 | 0 | 0 | 0.51 | 0.25 | 3.0 | 3.0 |"
    assert row == f"{known} 0.3 | 2 | 0 | 0 | 0 | 2.35 | True | 5 | 0 | 1 | 0 |"
