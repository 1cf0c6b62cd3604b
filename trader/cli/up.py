"""`trader up`: the whole stack on this machine, until Ctrl-C."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.markup import escape

from trader.cli.doctor import findings_table
from trader.cli.overview import overview
from trader.errors import Misconfigured, Permanent
from trader.health.examination import examine
from trader.health.finding import Part, Verdict
from trader.processes.commands import VAR
from trader.processes.local_venue import FOLDER
from trader.processes.stack import Stack, StackOptions, running_stack
from trader.processes.supervisor import Event, Happening
from trader.settings import Network, read_settings

WORTH_TELLING = frozenset({Happening.ENDED, Happening.RESTARTED, Happening.KILLED})
VENUE_PARTS = frozenset({Part.VENUE, Part.CLOCK, Part.KEY, Part.ACCOUNT})
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_SECONDS = 0.5


class StackFailed(Permanent):
    """A part that cannot be restarted has ended: the stack stops."""


class _StopRequested(Exception):
    """Ctrl-C, or the system asks us to end."""


def up() -> None:
    """Run everything here until Ctrl-C: exchange, broker, store, workers, beat and Flower.

    What TRADER_* variables name is used as it is (a Redis, a venue, a store, a key); what they do
    not name is brought along. Files and logs are in the folder var: the next start goes on from
    there, with the journal, the exchange and its account. Remove the folder to begin anew.
    """
    console = Console(highlight=False)
    try:
        with _stop_signals():
            _refuse_unfit(console)
            _run(console)
    except _StopRequested:
        console.print("stopped")


def _refuse_unfit(console: Console) -> None:
    """Before real orders can be sent, venue, clock, key and account must be right."""
    network = read_settings(os.environ).network
    if network is Network.LOCAL:
        return
    findings = [finding for finding in examine(os.environ) if finding.part in VENUE_PARTS]
    if any(finding.verdict is not Verdict.OK for finding in findings):
        console.print(findings_table(findings))
        raise Misconfigured(f"not started: nothing may be wrong when trading on {network}")


def _run(console: Console) -> None:
    def tell(event: Event) -> None:
        if event.happening in WORTH_TELLING:
            console.print(f"[yellow]{event.process}[/] {event.happening}: {escape(event.detail)}")

    console.print(_beginning())
    with running_stack(StackOptions(VAR, os.environ), tell) as stack:
        stack.await_workers()
        console.print(overview(stack))
        try:
            _wait(stack)
        finally:
            console.print("stopping ...")


def _beginning() -> str:
    ledger = VAR / FOLDER
    if not ledger.exists():
        return "starting ..."
    return f"starting from {ledger} ... (the longer the exchange ran, the longer this takes)"


def _wait(stack: Stack) -> None:
    idle = threading.Event()
    while (failure := stack.failure()) is None:
        idle.wait(LOOK_SECONDS)
    raise StackFailed(failure)


@contextmanager
def _stop_signals() -> Iterator[None]:
    """The first signal stops everything in order; further ones do not disturb that."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise _StopRequested

    before = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
