"""What a person sees when the stack runs."""

from urllib.parse import urlsplit

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from trader.processes.stack import Stack
from trader.strands.opening import shown_address

PURPOSES = {
    "broker": "passes the messages (Valkey)",
    "local-exchange": "an exchange that speaks Hyperliquid's wire protocol",
    "worker-monitor": "waits for entry conditions",
    "worker-exchange": "places and tracks orders",
    "worker-analysis": "measures how the execution went",
    "stream": "follows prices, orders and trades at once",
    "beat": "the heartbeat: condition checks, sweeps, intake",
    "flower": "shows workers, queues and tasks",
}
NEXT_STEPS = (
    ("trader doctor", "look at every part"),
    ("trader plan submit FILE", "approve a plan, as the Decision Maker does"),
    ("trader plan list", "see how far each plan is"),
    ("trader strands", "everything that happened"),
)


def overview(stack: Stack) -> Panel:
    """Processes with their logs, addresses, and what to try next."""
    parts = (_processes(stack), Text(), _addresses(stack), Text(), _next_steps())
    return Panel(Group(*parts), title="The Trader is running", subtitle="Ctrl-C stops it")


def _processes(stack: Stack) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("process", "purpose", "log"):
        table.add_column(column, overflow="fold")
    for name in stack.supervisor.names():
        table.add_row(name, PURPOSES[name], str(stack.supervisor.log(name)))
    return table


def _addresses(stack: Stack) -> Table:
    settings = stack.settings
    table = Table.grid(padding=(0, 2))
    table.add_row("Flower", stack.flower_url)
    table.add_row("venue", f"{settings.venue_url} ({settings.network})")
    table.add_row("account", settings.account_address or "not set")
    table.add_row("broker", _without_password(settings.redis_url))
    table.add_row("store", shown_address(settings.store_url))
    return table


def _next_steps() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row(Text("In another terminal, in this folder:", style="bold"))
    for command, purpose in NEXT_STEPS:
        table.add_row(f"  {command}", purpose)
    return table


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
