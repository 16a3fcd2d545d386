"""A plan on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .limits import binding_limits
from .plan import Plan
from .plan_text import dearest_goods
from .status import Status

_BAR = 24
_ROWS = 10


def print_plan(plan: Plan, console: Console | None = None) -> None:
    """Print a plan's status, fulfilment, limits and effort."""
    console = console or Console(highlight=False, markup=False, soft_wrap=False)
    colour = "green" if plan.proved else "red"
    console.print(
        Text(plan.economy.title or plan.economy.name, "bold").append(f"  ({plan.question.objective})", "none")
    )
    proof = str(plan.certificate) if plan.impossibility is None else ""
    console.print(Text(str(plan.status), colour).append(f"  {proof}", "none"), soft_wrap=True)
    if plan.impossibility is not None:
        console.print(str(plan.impossibility), soft_wrap=True)
        return
    if plan.status in (Status.TIME_LIMIT, Status.INTERRUPTED):
        console.print("stopped early: what the solver had is kept, and the figures above say how far it had come")
    console.print(f"objective {plan.objective:.10g}   (bound {plan.certificate.dual_objective:.10g})")
    if plan.question.objective == "fulfilment":
        _headed(console, "fulfilment of the targets", _fulfilment(plan))
    limits = binding_limits(plan)
    if len(limits):
        _headed(console, "what limits the plan, the most valuable first", _limits(plan))
    if plan.question.objective == "least-resources":
        _headed(console, "valuations of goods", _goods(plan))
    stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in plan.seconds.items())
    console.print(f"\nby {plan.method}, {plan.iterations} iterations ({stages})", style="dim", soft_wrap=True)
    for attempt in plan.attempts if len(plan.attempts) > 1 else ():
        console.print(f"  {attempt.message}: {attempt.certificate}", style="dim", soft_wrap=True)


def _headed(console: Console, heading: str, table: Table) -> None:
    console.print(f"\n{heading}", style="italic")
    console.print(table)


def _fulfilment(plan: Plan) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("period")
    table.add_column("level", justify="right")
    table.add_column("")
    longest = max(float(plan.fulfilment.max()), 1e-300)
    for period, level in plan.fulfilment.items():
        table.add_row(str(period), f"{level:.4f}", "█" * round(_BAR * max(level, 0.0) / longest))
    return table


def _limits(plan: Plan) -> Table:
    limits = binding_limits(plan, intervals=_ROWS)
    table = Table(box=None, pad_edge=False)
    table.add_column("all of it\nis worth", justify="right")
    table.add_column("one more\nbrings", justify="right")
    table.add_column("one less\ncosts", justify="right")
    table.add_column("\nlimit", overflow="fold")
    for row in limits.head(_ROWS).to_dict("records"):
        limit = f"{row['kind']} of {row['name']}, {row['period']} ({row['available']:,.6g} {row['unit']})".replace(
            " )", ")"
        )
        table.add_row(f"{row['worth']:.4g}", f"{row['one_more']:.4g}", f"{row['one_less']:.4g}", limit)
    if len(limits) > _ROWS:
        table.add_row("", "", "", f"… and {len(limits) - _ROWS} more")
    return table


def _goods(plan: Plan) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("good", "period", "unit", "valuation"):
        table.add_column(heading, justify="right" if heading == "valuation" else "left")
    for good, period, value in dearest_goods(plan, _ROWS):
        table.add_row(str(good), str(period), plan.economy.unit("goods", good), f"{value:.6g}")
    return table
