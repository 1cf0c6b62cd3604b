"""The demo: the whole stack, some plans, and the exchange's own word on what came of them."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from redis import Redis

from trader.clock import utc_now
from trader.demo.ledger import read_ledger
from trader.demo.plans import PlanMaker
from trader.demo.verdict import Verdict, judge
from trader.lifecycle.journal import Journal
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.paging import rows_in
from trader.lifecycle.stage import Stage
from trader.market.snapshot import MarketSnapshot
from trader.plans.submission import submission
from trader.processes.stack import Stack, StackOptions, running_stack
from trader.processes.supervisor import Event
from trader.processes.waiting import wait_until
from trader.reconciliation.account import is_account
from trader.strands.opening import open_configured_store
from trader.strands.store import StrandStore
from trader.strands.strand import LifecycleRow

FOLDER = Path("var/demo")
HEARTBEAT_SECONDS = "1"
YEARLY_VOLATILITY = "6"
MARKET_STEP_MS = "250"
SUBMIT_SECONDS = 8.0
LOOK_SECONDS = 0.25
MARKET_START_SECONDS = 20.0
PATIENCE_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How many plans, from which seed; `environment` is what the processes start from."""

    plans: int
    seed: int
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DemoState:
    """What the screen shows while it runs."""

    submitted: int
    plans: int
    lifecycles: tuple[Lifecycle, ...]
    phase: str


Show = Callable[[DemoState], None]


def run_demo(options: DemoOptions, show: Show, report: Callable[[Event], None]) -> Verdict:
    """Start everything, submit the plans, follow them to their ends, and judge.

    The store stays in `var/demo`, for whoever wants to look closer.
    """
    shutil.rmtree(FOLDER, ignore_errors=True)
    show(DemoState(0, options.plans, (), "starting exchange, broker, workers and beat"))
    with running_stack(_stack_options(options), report) as stack:
        store = open_configured_store(stack.settings)
        try:
            return _Run(options, stack, store, show).to_the_end()
        finally:
            store.close()


def _stack_options(options: DemoOptions) -> StackOptions:
    ours = {"TRADER_HEARTBEAT_SECONDS": HEARTBEAT_SECONDS}
    market = ("--volatility", YEARLY_VOLATILITY, "--step-ms", MARKET_STEP_MS)
    return StackOptions(
        folder=FOLDER,
        environment={**options.environment, **ours},
        durable=False,
        with_flower=False,
        exchange_options=("--seed", str(options.seed), *market),
    )


class _Run:
    def __init__(self, options: DemoOptions, stack: Stack, store: StrandStore, show: Show) -> None:
        self._options = options
        self._stack = stack
        self._store = store
        self._journal = Journal(store)
        self._show = show
        self._market = MarketSnapshot(
            Redis.from_url(stack.settings.redis_url), stack.settings.venue_url
        )
        self._known: dict[str, Lifecycle] = {}
        self._submitted = 0

    def to_the_end(self) -> Verdict:
        wait_until(self._market_is_there, MARKET_START_SECONDS, "the market is published")
        started = time.monotonic()
        self._submit_all()
        while not self._all_done() and time.monotonic() - started < PATIENCE_SECONDS:
            self._look("following the plans")
            time.sleep(LOOK_SECONDS)
        seconds = time.monotonic() - started
        self._look("the plans at the end")
        ledger = read_ledger(self._stack.settings.venue_url)
        return judge(
            tuple(self._known.values()), self._options.plans, ledger.cloids, ledger.fills, seconds
        )

    def _market_is_there(self) -> bool:
        return bool(self._market.quotes())

    def _submit_all(self) -> None:
        instruments = self._market.instruments()
        maker = PlanMaker(self._options.seed, instruments)
        pause = SUBMIT_SECONDS / max(self._options.plans, 1)
        for number in range(self._options.plans):
            document = maker.plan(number, self._mids(), utc_now())
            self._store.insert_foreign(submission(document, utc_now()))
            self._submitted += 1
            self._look("approving plans, as the Decision Maker does")
            time.sleep(pause)

    def _mids(self) -> dict[str, Decimal]:
        quotes = self._market.quotes()
        return {symbol: quote.mid for symbol, quote in quotes.items() if quote.mid is not None}

    def _all_done(self) -> bool:
        done = sum(lifecycle.stage is Stage.DONE for lifecycle in self._known.values())
        return done >= self._options.plans

    def _look(self, phase: str) -> None:
        news = [row.lifecycle_id for row in rows_in(self._store, None) if self._is_news(row)]
        self._known |= self._journal.load_all(news)
        lifecycles = sorted(self._known.values(), key=lambda lifecycle: lifecycle.created_at)
        self._show(DemoState(self._submitted, self._options.plans, tuple(lifecycles), phase))

    def _is_news(self, row: LifecycleRow) -> bool:
        known = self._known.get(row.lifecycle_id)
        return not is_account(row.lifecycle_id) and (known is None or known.seq < row.seq)
