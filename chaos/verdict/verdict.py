"""All that journal and ledger are judged by, put together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from chaos.verdict.after_end import Moments, after_end
from chaos.verdict.finding import Crime, Finding
from chaos.verdict.judge import compare, left_over, restless, unfinished
from chaos.verdict.records import Ledger, PlanRecord
from chaos.verdict.refusals import lost_to_passing, repeated_refusals


@dataclass(frozen=True, slots=True)
class View:
    """Both sides, read one right after the other."""

    plans: Sequence[PlanRecord]
    ledger: Ledger


def verdict(
    submitted: Sequence[str], at_rest: View, at_end: View, moments: Moments
) -> tuple[Finding, ...]:
    """Protection is judged while positions are held, everything else when all is over."""
    held = compare(at_rest.plans, at_rest.ledger)
    return (
        *restless(submitted, at_rest.plans, at_rest.ledger),
        *(finding for finding in held if finding.crime is Crime.UNPROTECTED),
        *compare(at_end.plans, at_end.ledger),
        *unfinished(submitted, at_end.plans),
        *left_over(at_end.ledger),
        *after_end(at_end.plans, at_end.ledger, moments),
        *repeated_refusals(at_end.plans),
        *lost_to_passing(at_end.plans),
    )
