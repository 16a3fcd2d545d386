"""Methods side by side: how near the optimum, how harmonious, how quick; and how they came along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from ..base.status import Status
from ..objectives import objective_of
from ..objectives.harmony import HARMONY
from ..plan.harmony import Harmony, harmony_of
from ..plan.pictures.looks import COLOURS
from ..plan.pictures.style import GREY, INK, MAIN, PALE, bare, is_attained, new_figure, number, plain
from ..plan.plan import Plan
from ..plan.trace import TracePoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .tables import ComparisonTables

_ROW = 0.42
#: A mean harmony this near to zero is rounding.
_ZERO = 1e-12
#: Lines on white: the paler colours are left out.
_SERIES = tuple(COLOURS[k] for k in (0, 3, 4, 1, 6))


def draw_comparison(comparison: ComparisonTables) -> Figure:
    """Draw one row per method: its share of the best objective, its mean harmony beside the bound, its seconds."""
    table = comparison.table
    count = len(table)
    figure = new_figure(9.6, 1.5 + _ROW * count)
    share, harmony, seconds = figure.subplots(1, 3, sharey=True)
    best = comparison.optimum.objective if comparison.optimum.proved else float("nan")
    least_cost = objective_of(comparison.question).sense == "min"
    share_of_best = (best / table["objective"] if least_cost else table["objective"] / best).to_numpy(float)
    marks = [_mark(comparison.plans.get(name)) for name in table.index]
    _dots(share, share_of_best, [f"{100 * v:.4g} %" for v in share_of_best], marks)
    finite_shares = share_of_best[np.isfinite(share_of_best)]
    share.set_xlim(min(-0.05, 1.1 * finite_shares.min(initial=0.0)), max(1.3, 1.25 * finite_shares.max(initial=1.0)))
    share.axvline(1.0, color=GREY, linewidth=1, linestyle="--", zorder=0)
    share.set_title("share of the proved optimum", loc="left", fontsize=9.5, color=INK)
    mean = table["mean_harmony"].to_numpy(float)
    mean = np.where(np.abs(mean) < _ZERO, 0.0, mean)
    _dots(harmony, mean, [number(v) for v in mean], marks)
    bound = comparison.harmony_bound / comparison.problem.size
    finite = np.append(mean[np.isfinite(mean)], bound if np.isfinite(bound) else [])
    if len(finite):
        low, high = float(finite.min()), float(finite.max())
        room = max(high - low, 1e-3)
        harmony.set_xlim(low - 0.1 * room, high + 0.45 * room)
    if np.isfinite(bound):
        harmony.axvline(bound, color=GREY, linewidth=1, linestyle="--", zorder=0)
    harmony.set_title("mean harmony (dashed: proved bound)", loc="left", fontsize=9.5, color=INK)
    spent = np.where(np.isfinite(table["objective"].to_numpy(float)) | np.isfinite(mean), table["seconds"], np.nan)
    _dots(seconds, spent.astype(float), [number(v, 2) for v in spent], marks)
    if np.isfinite(spent.astype(float)).any():
        seconds.set_xscale("log")
        least, most = float(np.nanmin(spent)), float(np.nanmax(spent))
        seconds.set_xlim(least / 2, most * max((most / least) ** 0.4, 4.0))
        seconds.xaxis.set_major_locator(NullLocator())  # every dot has its figure beside it
        seconds.xaxis.set_minor_locator(NullLocator())
    seconds.set_title("seconds, proof included", loc="left", fontsize=9.5, color=INK)
    share.set_yticks(range(count), [plain(name) for name in table.index])
    share.set_ylim(count - 0.4, -0.6)
    for k, status in enumerate(table["status"]):
        if not np.isfinite(spent[k]):
            aside = {"facecolor": "white", "edgecolor": "none", "pad": 2.0}
            share.annotate(status, (0.0, k), va="center", fontsize=8.5, color=GREY, style="italic", bbox=aside)
    says = {"o": "", "open": "ring: within the laws, not proved best", "X": "cross: asked, not attained (breaks a law)"}
    note = "; ".join(says[mark] for mark in ("open", "X") if mark in marks)
    if note:
        seconds.set_xlabel(note, loc="right", fontsize=8, color=GREY)
    named = "" if comparison.question.name == "default" else f" ({comparison.question.name})"
    title = f"{comparison.economy.name}{named}: {comparison.question.objective}, by method"
    figure.suptitle(plain(title), x=0.01, ha="left", fontsize=11)
    return figure


def _mark(plan: Plan | None) -> str:
    """Return how a method is marked: a dot where its plan is proved, a ring where it only keeps the laws, a cross where
    it breaks one and so attains nothing of what is drawn."""
    if plan is None or plan.proved:
        return "o"
    return "open" if is_attained(plan) else "X"


def _dots(ax: Axes, values: Any, texts: list[str], marks: list[str]) -> None:
    for k, (value, mark) in enumerate(zip(values, marks, strict=True)):
        ax.axhline(k, color=PALE, linewidth=0.8, zorder=0)
        if np.isfinite(value):
            inside = {"o": MAIN, "open": "white", "X": GREY}[mark]
            edge = GREY if mark == "X" else MAIN
            marker = "X" if mark == "X" else "o"
            ax.plot(value, k, marker, color=inside, markeredgecolor=edge, markeredgewidth=1.4, markersize=6)
            ax.annotate(
                texts[k], (value, k), xytext=(7, 0), textcoords="offset points", va="center", fontsize=8.5, color=INK
            )
    ax.xaxis.set_major_locator(MaxNLocator(4))
    bare(ax)


def draw_convergence(comparison: ComparisonTables) -> Figure:
    """Draw mean harmony attained (solid) and bound proved (dashed) against passes over the data.

    Attained is what a plan within the laws attains, recomputed: iterates that break a law by more than the tolerance of
    the plan's proof are left out, and counted below the picture.
    """
    figure = new_figure(7.2, 4.2)
    ax = figure.subplots()
    size = comparison.problem.size
    plans = {name: harmony_of(p) for name, p in comparison.plans.items() if p.of is HARMONY}
    traced = {name: p for name, p in plans.items() if len(p.course) > 2 and not _impossible(p)}
    heights: list[float] = []
    lawless: list[str] = []
    for colour, (name, harmony) in zip(_SERIES, traced.items(), strict=False):
        tolerance = harmony.plan.certificate.tolerance
        lawful = [point for point in harmony.course if point.lawful(tolerance)]
        proved = [point for point in harmony.course if np.isfinite(point.bound)]
        attained = [point.attained / size for point in lawful]
        marker = "o" if len(lawful) == 1 else None
        ax.plot(_passes(lawful), attained, color=colour, linewidth=1.6, marker=marker, markersize=4, label=name)
        ax.plot(
            _passes(proved),
            [p.bound / size for p in proved],
            color=colour,
            linewidth=1.1,
            linestyle="--",
            marker=".",
            markersize=3,
        )
        heights += [*attained[len(attained) // 2 :], *([proved[-1].bound / size] if proved else [])]
        if len(lawful) < len(harmony.course):
            lawless.append(f"{name}: {len(harmony.course) - len(lawful)} of {len(harmony.course)}")
    if traced:
        ax.set_xscale("log")
        if heights:
            low, high = min(heights), max(heights)
            room = max(high - low, 1e-3)
            ax.set_ylim(low - 0.5 * room, high + 0.5 * room)  # first steps may be anywhere
        ax.legend(frameon=False, fontsize=9, loc="lower right")
    else:
        ax.set_axis_off()
        ax.annotate("no method that was asked iterates towards harmony", (0.5, 0.5), ha="center", color=GREY)
    if lawless:
        left_out = "not drawn, since they break a law: " + "; ".join(lawless)
        ax.annotate(
            plain(left_out), (0.0, -0.19), xycoords="axes fraction", fontsize=7.5, color=GREY, annotation_clip=False
        )
    bare(ax)
    ax.spines["left"].set_visible(True)
    ax.set_xlabel("passes over the data", fontsize=9, color=INK)
    ax.set_ylabel("mean harmony", fontsize=9, color=INK)
    ax.set_title(
        plain(f"Harmony attained, and its proved bound (dashed) — {comparison.economy.name}"),
        loc="left",
        fontsize=11,
        color=INK,
    )
    return figure


def _impossible(harmony: Harmony) -> bool:
    return harmony.plan.status in (Status.INFEASIBLE, Status.UNBOUNDED)


def _passes(points: list[TracePoint]) -> list[int]:
    return [max(point.passes, 1) for point in points]
