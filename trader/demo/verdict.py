"""The demo's judgement: the journal held against the exchange's own ledger. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Outcome, Stage
from trader.strands.strand import Json


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of all plans. Orders and fills are the exchange's own count.

    `analyzed` counts all that had an order, also one that the venue rejected or that expired
    there; `expired` those whose condition did not come in time.

    `duplicates` counts accepted orders beyond the first of a client order id, `unexplained`
    accepted orders that no intent names, `unfinished` plans that are not done. Money is US
    dollars over all plans; slippage in basis points of the arrival price, positive is a cost.
    """

    plans: int
    analyzed: int
    expired: int
    refused: int
    denied: int
    rejected: int
    unfinished: int
    orders_accepted: int
    fills: int
    duplicates: int
    unexplained: int
    net_result: str
    fees: str
    mean_slippage_bps: str | None
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Every plan accounted for, and every accepted order belongs to exactly one intent."""
        return not (self.unfinished or self.duplicates or self.unexplained)

    def as_json(self) -> dict[str, Json]:
        """The figures, and whether they are clean."""
        return {**asdict(self), "clean": self.is_clean}


def judge(
    lifecycles: Sequence[Lifecycle],
    plans: int,
    ledger_cloids: Sequence[str | None],
    fills: int,
    seconds: float,
) -> Verdict:
    """Hold the lifecycles of `plans` submitted plans against the exchange's accepted orders."""
    outcomes = Counter(lifecycle.outcome for lifecycle in lifecycles)
    done = [lifecycle for lifecycle in lifecycles if lifecycle.stage is Stage.DONE]
    slippages = list(_slippages(lifecycles))
    return Verdict(
        plans=plans,
        analyzed=sum(lifecycle.analysis is not None for lifecycle in lifecycles),
        expired=sum(_expired_unplaced(lifecycle) for lifecycle in lifecycles),
        refused=outcomes[Outcome.REFUSED],
        denied=outcomes[Outcome.DENIED],
        rejected=outcomes[Outcome.REJECTED],
        unfinished=plans - len(done),
        orders_accepted=len(ledger_cloids),
        fills=fills,
        duplicates=len(ledger_cloids) - len(set(ledger_cloids)),
        unexplained=len(set(ledger_cloids) - _intended(lifecycles)),
        net_result=f"{sum(_net(lifecycle) for lifecycle in lifecycles):.4f}",
        fees=f"{sum(lifecycle.position.fees for lifecycle in lifecycles):.4f}",
        mean_slippage_bps=f"{sum(slippages) / len(slippages):.2f}" if slippages else None,
        seconds=round(seconds, 1),
    )


def _expired_unplaced(lifecycle: Lifecycle) -> bool:
    """An order that expired at the venue is analyzed, and counted there."""
    return lifecycle.outcome is Outcome.EXPIRED and lifecycle.analysis is None


def _intended(lifecycles: Iterable[Lifecycle]) -> set[str | None]:
    return {cloid for lifecycle in lifecycles for cloid in lifecycle.orders}


def _net(lifecycle: Lifecycle) -> Decimal:
    return lifecycle.position.realised - lifecycle.position.fees


def _slippages(lifecycles: Iterable[Lifecycle]) -> Iterable[Decimal]:
    for lifecycle in lifecycles:
        if lifecycle.analysis is not None:
            slippage = lifecycle.analysis.execution_quality.slippage_to_arrival_bps
            if slippage is not None:
                yield slippage
