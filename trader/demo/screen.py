"""What a person sees of the demo: live while it runs, and a summary at the end."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from trader.demo.run import FOLDER, DemoState
from trader.demo.verdict import Verdict
from trader.lifecycle.lifecycle import Lifecycle
from trader.lifecycle.stage import Outcome, Stage

STAGE_STYLES = {
    Stage.MONITOR: "white",
    Stage.PLACE: "yellow",
    Stage.TRACK: "bold green",
    Stage.ANALYZE: "cyan",
    Stage.DONE: "dim",
}
LINES = 24
COLUMNS = {"plan": 8, "": 5, "symbol": 6, "stage": 8, "position": 9, "result $": 9}


def live_view(state: DemoState) -> RenderableType:
    """The plans as they are now, the latest changes at the bottom."""
    title = f"{state.phase}: {state.submitted} of {state.plans} plans approved"
    shown = sorted(state.lifecycles, key=lambda lifecycle: lifecycle.updated_at)[-LINES:]
    return Panel(_plans(shown), title=title, title_align="left")


def summary(verdict: Verdict) -> RenderableType:
    """The figures, and what they were held against."""
    style = "green" if verdict.is_clean else "red"
    return Group(
        Panel(_figures(verdict), title="What came of it", title_align="left", border_style=style),
        Text(_judgement(verdict), style=f"bold {style}"),
    )


def next_steps(lifecycles: tuple[Lifecycle, ...], program: str) -> list[tuple[str, str]]:
    """What to try next: a purpose and its command each; `program` is how `trader` is called."""
    kept = f"TRADER_STORE_URL=sqlite:///{FOLDER / 'trader.db'} {program} plan"
    closed = [lc.lifecycle_id for lc in lifecycles if lc.outcome is Outcome.CLOSED]
    shown = [("one plan, strand by strand", f"{kept} show {closed[0]}")] if closed else []
    return [
        *shown,
        ("all plans of this demo", f"{kept} list"),
        ("the whole stack until Ctrl-C", f"{program} up"),
        ("beside it, a plan of your own", f"{program} plan submit FILE"),
    ]


def _plans(lifecycles: list[Lifecycle]) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    for column, width in COLUMNS.items():
        table.add_column(column, no_wrap=True, min_width=width)
    table.add_column("what happened last", no_wrap=True, overflow="ellipsis", ratio=1)
    for lifecycle in lifecycles:
        table.add_row(*_cells(lifecycle), style=STAGE_STYLES[lifecycle.stage])
    return table


def _cells(lifecycle: Lifecycle) -> tuple[str, ...]:
    plan, position = lifecycle.plan, lifecycle.position
    net = position.realised - position.fees
    _, last = lifecycle.history[-1]
    return (
        lifecycle.plan_id or "-",
        plan.direction if plan else "-",
        plan.symbol if plan else "-",
        str(lifecycle.outcome or lifecycle.stage),
        f"{position.size:f}" if position.size else "-",
        f"{net:+.4f}" if lifecycle.fills and not position.size else "-",
        last.reason,
    )


def _figures(verdict: Verdict) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_row("plans", str(verdict.plans), "approved by the Decision Maker")
    grid.add_row("analyzed", str(verdict.analyzed), "went the whole way: placed, tracked, measured")
    grid.add_row("expired", str(verdict.expired), "their condition did not come in time")
    grid.add_row("refused", str(verdict.refused), "malformed on purpose; each with its reason")
    grid.add_row("denied", str(verdict.denied), "stopped by a pre-trade control")
    grid.add_row("rejected", str(verdict.rejected), "their entry found nothing to trade with")
    grid.add_row("orders", str(verdict.orders_accepted), "accepted, by the exchange's own ledger")
    grid.add_row("fills", str(verdict.fills), "booked by the exchange")
    grid.add_row("duplicates", str(verdict.duplicates), "orders accepted twice")
    grid.add_row("unexplained", str(verdict.unexplained), "orders that no intent names")
    slippage = verdict.mean_slippage_bps or "-"
    grid.add_row("slippage", slippage, "basis points to the arrival price, positive is a cost")
    grid.add_row("result", verdict.net_result, f"US dollars, after {verdict.fees} of fees")
    grid.add_row("seconds", str(verdict.seconds), "from the first approval to the last analysis")
    return grid


def _judgement(verdict: Verdict) -> str:
    if verdict.is_clean:
        return "Every plan is accounted for, and every order belongs to exactly one intent."
    return (
        f"Not clean: {verdict.unfinished} unfinished plans, {verdict.duplicates} duplicated and "
        f"{verdict.unexplained} unexplained orders. The logs are in {FOLDER / 'log'}."
    )
