"""A plan on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..base.errors import shown
from ..base.status import Status
from ..economy.assumed import assumed
from ..objectives import Demand
from ..plan.limits import binding_limits, count_limits
from ..plan.plan import Plan
from ..plan.program_solution import ProgramSolution
from ..plan.text import dearest_goods, further_lines
from .render_made import print_made

if TYPE_CHECKING:
    from ..comparison.comparison import Comparison

_BAR = 24
_ROWS = 10
#: What a comparison needs; a narrower terminal breaks its lines.
_WIDE = 112


def print_plan(plan: Plan | ProgramSolution, console: Console | None = None, period: Any = None) -> None:
    """Print a plan's status, fulfilment, what is made, limits and effort; of a program, its rows that bind.

    Parameters
    ----------
    period : of which alone it is said what is made.
    """
    console = console or Console(highlight=False, markup=False, soft_wrap=False)
    if isinstance(plan, ProgramSolution):
        print_solution(plan, console)
        return
    if plan.added is not None:  # its objective says it in its own words
        console.print(shown(plan.added.text(plan)), soft_wrap=True)
        if plan.impossibility is None:
            print_made(plan, console, period)
        return
    colour = "green" if plan.proved else "red"
    console.print(
        Text(shown(plan.economy.title or plan.economy.name), "bold").append(f"  ({shown(plan.objective_name)})", "none")
    )
    proof = str(plan.certificate) if plan.impossibility is None else ""
    console.print(Text(str(plan.status), colour).append(f"  {proof}", "none"), soft_wrap=True)
    if plan.impossibility is not None:
        console.print(shown(str(plan.impossibility)), soft_wrap=True)
        return
    if plan.bracket is not None:
        console.print(str(plan.bracket), soft_wrap=True)
    if plan.status in (Status.TIME_LIMIT, Status.INTERRUPTED):
        console.print("stopped early: what the solver had is kept, and the figures above say how far it had come")
    console.print(f"objective {plan.objective:.10g}   (bound {plan.certificate.dual_objective:.10g})")
    if plan.of.demand is Demand.LEVEL and not plan.of.whole_sets:
        _headed(console, "fulfilment of the targets", _fulfilment(plan))
    print_made(plan, console, period)
    limits = binding_limits(plan, intervals=_ROWS, most=_ROWS)
    if len(limits):
        _headed(console, "what the objective is made of, by what all of each is worth in it", _limits(plan, limits))
    said = further_lines(plan)
    for line in [*said, *(f"note: {sentence}" for sentence in assumed(plan.asked))]:
        console.print(shown(line), soft_wrap=True)
    if plan.of.demand is Demand.FIXED:
        _headed(console, "valuations of goods", _goods(plan))
    stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in plan.seconds.items())
    console.print(f"\nby {plan.method}, {plan.iterations} iterations ({stages})", style="dim", soft_wrap=True)
    for attempt in plan.attempts if len(plan.attempts) > 1 else ():
        console.print(f"  {attempt.message}: {attempt.certificate}", style="dim", soft_wrap=True)


def print_solution(solution: ProgramSolution, console: Console) -> None:
    """Print a linear program's status, proof, objective and the rows that bind."""
    rows, columns = solution.program.shape
    size = f"{rows:,} rows, {columns:,} columns, {solution.program.matrix.nnz:,} coefficients"
    console.print(Text(solution.name, "bold").append(f"  ({solution.program.sense}; {size})", "none"), soft_wrap=True)
    colour = "green" if solution.proved else "red"
    proof = str(solution.certificate) if solution.impossibility is None else ""
    console.print(Text(str(solution.status), colour).append(f"  {proof}", "none"), soft_wrap=True)
    for note in solution.notes:
        console.print(f"note: {note}", style="dim", soft_wrap=True)
    if solution.impossibility is not None:
        console.print(str(solution.impossibility), soft_wrap=True)
        return
    console.print(f"objective {solution.objective:.12g}   (bound {solution.certificate.dual_objective:.12g})")
    if len(solution.binding):
        _headed(console, "the rows that bind, by what their side is worth", _binding(solution))
    stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in solution.seconds.items())
    console.print(f"\nby {solution.method}, {solution.iterations} iterations ({stages})", style="dim", soft_wrap=True)


def _binding(solution: ProgramSolution) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("all of it\nis worth", "one more\nbrings", "\nside"):
        table.add_column(heading, justify="right")
    table.add_column("\nrow", overflow="fold")
    for name, row in solution.binding.head(_ROWS).iterrows():
        table.add_row(f"{row['worth']:.6g}", f"{row['dual']:.6g}", f"{row['side']:.6g}", str(name))
    if len(solution.binding) > _ROWS:
        table.add_row("", "", "", f"… and {len(solution.binding) - _ROWS:,} more")
    return table


def print_comparison(found: Comparison, console: Console | None = None) -> None:
    """Print one row per method, then what each has to say."""
    console = console or Console(highlight=False, markup=False, soft_wrap=False)
    console.width = max(console.width, _WIDE)
    title = shown(found.economy.title or found.economy.name)
    console.print(Text(title, "bold").append(f"  ({found.question.objective}, by method)", "none"))
    table = Table(box=None, pad_edge=False)
    table.add_column("method")
    table.add_column("status")
    for heading in (
        "objective",
        "gap to\noptimum",
        "mean\nharmony",
        "gap per\ngood",
        "worst\nserved",
        "seconds",
        "passes",
    ):
        table.add_column(heading, justify="right")
    for name, row in found.table.iterrows():
        passes = "" if pd.isna(row["passes"]) else f"{row['passes']:,}"
        table.add_row(
            str(name),
            Text(row["status"], "green" if row["status"] == "optimal" else "dim"),
            _figure(row["objective"], ".8g"),
            _figure(row["gap"], ".1e"),
            _figure(row["mean_harmony"], ".5f"),
            _figure(row["harmony_gap_per_good"], ".1e"),
            _figure(row["worst_fulfilment"], ".4g"),
            _figure(row["seconds"], ".3f"),
            passes,
        )
    console.print(table)
    for entry in found.entries:
        said = entry.refusal or entry.note
        if said:
            console.print(f"  {entry.method}: {shown(said)}", style="dim", soft_wrap=True)
    if not found.optimum.proved:
        console.print(f"the linear program is {found.optimum.status}, so there is no optimum to measure from")


def _figure(value: float, form: str) -> str:
    return "" if pd.isna(value) else format(value, form)


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
        table.add_row(shown(str(period)), f"{level:.4f}", "█" * round(_BAR * max(level, 0.0) / longest))
    return table


def _limits(plan: Plan, limits: pd.DataFrame) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("all of it\nis worth", justify="right")
    table.add_column("one more\nbrings" if plan.program.sense == "max" else "one more\ncosts", justify="right")
    table.add_column("one less\ncosts" if plan.program.sense == "max" else "one less\nsaves", justify="right")
    table.add_column("\nlimit", overflow="fold")
    for row in limits.to_dict("records"):
        when = f", {row['period']}" if row["period"] else ""
        unit = f" {row['unit']}" if row["unit"] else ""
        limit = f"{row['kind']} of {row['name']}{when} ({row['available']:,.6g}{unit})"
        ends = ("not found" if pd.isna(row[end]) else f"{row[end]:.4g}" for end in ("one_more", "one_less"))
        table.add_row(f"{row['worth']:.4g}", *ends, shown(limit))
    more = count_limits(plan) - len(limits)
    if more:
        table.add_row("", "", "", f"… and {more:,} more")
    return table


def _goods(plan: Plan) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("good", "period", "unit", "valuation"):
        table.add_column(heading, justify="right" if heading == "valuation" else "left")
    for good, period, value in dearest_goods(plan, _ROWS):
        named = (shown(text) for text in (str(good), str(period), plan.economy.unit("goods", good)))
        table.add_row(*named, f"{value:.6g}")
    return table
