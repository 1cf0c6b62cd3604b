"""The figures of a run: one JSON object, or one row of a Markdown table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.verdict.finding import Crime, Finding
from chaos.verdict.outages import percentile
from trader.strands.opening import StoreKind

COLUMNS = (
    "seed",
    "store",
    "plans",
    "acts",
    "faults",
    "orders_accepted",
    "unknown",
    "duplicates",
    "lost",
    "unprotected_positions",
    "unknown_unresolved",
    "unknown_resolution_p99_s",
    "without_stop_p50_s",
    "without_stop_p99_s",
    "without_stop_longest_s",
    "without_stop_with_broker_longest_s",
    "most_refused_exits",
    "after_end",
    "lost_to_passing",
    "not_done_in_time",
    "recovered_s",
    "journal_equals_ledger",
    "replayed",
    "replay_differences",
    "anomalies",
    "false_alarms",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did and what came of it. Times are seconds.

    `acts` and `faults` by kind, `left_out` the acts that cannot be done on this machine, `outcomes`
    of plans by name; `doubts` is how many intents were unknown for a while; `without_stop` each
    time in which a position was held without its stop, and the same less the time when the broker
    was away; `recovered_s` is None when the plans did not
    come to rest in time. `replayed` is how many plans were decided again; `anomalies`, by kind, are
    what was said of orders and cannot be true.
    """

    seed: int
    store: StoreKind
    plans: int
    outcomes: Mapping[str, int]
    acts: Mapping[str, int]
    left_out: Mapping[str, int]
    faults: Mapping[str, int]
    orders_accepted: int
    fills: int
    doubts: int
    unknown_resolution_p99_s: float | None
    unknown_resolution_with_store_outages_p99_s: float | None
    without_stop: Sequence[float]
    without_stop_with_broker: Sequence[float]
    most_refused_exits: int
    recovered_s: float | None
    replayed: int
    anomalies: Mapping[str, int]
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong: something traded, and everything came to rest in time."""
        return bool(self.fills) and not self.findings and self.recovered_s is not None

    def count(self, crime: Crime) -> int:
        """How much of this was found."""
        return sum(finding.crime is crime for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Everything, in the names of the documentation."""
        return {
            "seed": self.seed,
            "store": self.store,
            "plans": self.plans,
            "outcomes": dict(self.outcomes),
            "acts": dict(self.acts),
            "left_out": dict(self.left_out),
            "faults": dict(self.faults),
            "orders_accepted": self.orders_accepted,
            "fills": self.fills,
            "duplicates": self.count(Crime.DUPLICATE),
            "lost": self.count(Crime.LOST),
            "unprotected_positions": self.count(Crime.UNPROTECTED),
            "unknown": self.doubts,
            "unknown_unresolved": self.count(Crime.UNRESOLVED),
            "unknown_resolution_p99_s": _rounded(self.unknown_resolution_p99_s),
            "unknown_resolution_with_store_outages_p99_s": _rounded(
                self.unknown_resolution_with_store_outages_p99_s
            ),
            "without_stop_times": len(self.without_stop),
            "without_stop_p50_s": _rounded(percentile(self.without_stop, 0.5)),
            "without_stop_p99_s": _rounded(percentile(self.without_stop, 0.99)),
            "without_stop_longest_s": _rounded(max(self.without_stop, default=None)),
            "without_stop_with_broker_p50_s": _rounded(
                percentile(self.without_stop_with_broker, 0.5)
            ),
            "without_stop_with_broker_p99_s": _rounded(
                percentile(self.without_stop_with_broker, 0.99)
            ),
            "without_stop_with_broker_longest_s": _rounded(
                max(self.without_stop_with_broker, default=None)
            ),
            "after_end": self.count(Crime.AFTER_END),
            "most_refused_exits": self.most_refused_exits,
            "repeated_refusals": self.count(Crime.REPEATED_REFUSAL),
            "lost_to_passing": self.count(Crime.LOST_TO_PASSING),
            "not_done_in_time": self.count(Crime.NOT_DONE_IN_TIME),
            "recovered_s": _rounded(self.recovered_s),
            "journal_equals_ledger": not self.count(Crime.DIFFERENCE),
            "replayed": self.replayed,
            "replay_differences": self.count(Crime.REPLAY),
            "anomalies": dict(self.anomalies),
            "false_alarms": self.count(Crime.FALSE_ALARM),
            "seconds": _rounded(self.seconds),
            "findings": [f"{f.crime} {f.subject}: {f.text}" for f in self.findings],
        }

    def as_row(self) -> str:
        """A row of the table whose head is `table_head`."""
        figures = self.as_json()
        figures |= {name: sum(figures[name].values()) for name in ("acts", "faults", "anomalies")}
        return _row(str(figures[name]) for name in COLUMNS)


def table_head() -> str:
    """The first two lines of a table of runs."""
    return f"{_row(name.replace('_', ' ') for name in COLUMNS)}\n{_row('---' for _ in COLUMNS)}"


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
