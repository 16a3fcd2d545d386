"""A plan as a page: the question, the proof, what is done, what everything is worth, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..base.errors import CannotAnswerError, RefusedError
from ..base.labels import name_of
from ..base.status import Status
from ..economy.assumed import assumed
from ..objectives import Demand
from ..plan.limits import binding_limits, count_limits, has_quick_intervals
from ..plan.plan import Plan
from ..plan.prices_over_time import basket_line
from ..plan.scale_words import curve_lines
from ..plan.stages import stage_lines
from ..plan.stated import GOODS
from ..plan.terminal import terminal_lines
from ..plan.text import emission_lines
from ..program.pieces import held_whole
from ..tables.spec import AXES
from .drawn_flows import diagrams, flows_table, is_drawn
from .explained import explanations
from .page import Figure, Page, Section
from .proofs import proof_section, verdict_of
from .rules import law_points, rows_tables, rules_section
from .tables import MOST_ROWS, Table, Words, table_of

#: For so many limits what one more brings and one less costs is looked for apart.
_APART = 10
#: In which section each of a plan's tables stands, with its caption; what is not named here stands at the end.
_PLACES: dict[str, tuple[str, str]] = {
    "fulfilment": ("fulfilment", "How far the targets of each period are met (1: wholly)"),
    "demand_by_profile": ("fulfilment", "What each profile is to get where targets are met"),
    "consumption": ("fulfilment", "Delivered to the targets"),
    "stages": ("fulfilment", "Levels that were raised one after the other"),
    "activities": ("activities", "How much each technique runs, the largest first"),
    "plants": ("activities", "Indivisible plants that run"),
    "output": ("activities", "Gross output"),
    "net_output": ("activities", "Net output: what is made less what is used up"),
    "surplus": ("activities", "Left over"),
    "resource_use": ("activities", "Resources used"),
    "prices_over_time": ("valuations", "Prices, and own rates of interest into the next period"),
    "rents": ("valuations", "Rents: what the use of one more unit of a stock in one period alone is worth"),
    "returns_on_capital": ("valuations", "What stocks and investments bring"),
    "reduced_costs": ("valuations", "What one more unit of each activity would change the objective by"),
    "emissions": ("emissions", "Emitted"),
    "abatement_costs": ("emissions", "What one unit less allowed costs"),
    "pollutant_stocks": ("emissions", "What has piled up by the end of each period"),
    "damage": ("emissions", "Damage, in units of the objective"),
    "terminal_stocks": ("stocks", "What there was of every stock at the start, and what is left after the plan"),
    "stocks": ("stocks", "Capital at the start of each period"),
    "investment": ("stocks", "Invested"),
    "stored": ("stocks", "In store at the end of each period"),
    "rules": ("rules", "Rules, and what one more of each limit changes"),
    "totals": ("rules", "What limits all periods together"),
}
_LOOKS = {
    "activities": "bar",
    "fulfilment": "bar",
    "rents": "heat",
}


def plan_page(plan: Plan, flows: bool | None) -> Page:
    """Lay a plan out."""
    words = Words()
    title = plan.economy.title or plan.economy.name
    asked = "" if plan.question.name == "default" else f" (question {plan.question.name!r})"
    subtitle = f"{plan.objective_name}{asked}"
    verdict = verdict_of(plan)
    if plan.impossibility is not None:
        sections = [_question(plan), proof_section(plan, words), _why_not(plan, words)]
        return Page(title, subtitle, verdict, [], sections, words)
    tables = _placed(plan, words)
    sections = [
        _question(plan),
        proof_section(plan, words),
        Section("fulfilment", "Fulfilment", sentences=_fulfilment(plan), tables=tables.get("fulfilment", [])),
        Section("activities", "What is done", tables=tables.get("activities", [])),
    ]
    data: dict[str, Any] = {}
    if held_whole(plan.program) is not None:  # accounts of every good read the whole matrix
        data["explanations"] = explanations(plan, words)
    drawn = diagrams(plan) if is_drawn(plan, flows) else []
    if drawn:
        data["flows"] = drawn
    caption = "Flows of goods, all periods together, those that are worth most first"
    flowing = table_of("flows", caption, flows_table(plan), words, looks={"worth": "bar"})
    sections += [
        Section("flows", "Flows of goods", drawings=["flows"] * bool(drawn), tables=[flowing]),
        _limits(plan, words),
        Section(
            "valuations",
            "Valuations over time",
            sentences=basket_line(plan),
            tables=tables.get("valuations", []),
        ),
        Section(
            "emissions",
            "Emissions and what abating them costs",
            sentences=[_sentence(line) for line in emission_lines(plan)],
            tables=[*tables.get("emissions", []), *rows_tables(plan, words, "abatement_costs")],
        ),
        _stocks(plan, tables.get("stocks", [])),
        rules_section(plan, words, tables.get("rules", [])),
        Section("rest", "Further tables", sentences=curve_lines(plan), tables=tables.get("rest", [])),
    ]
    return Page(title, subtitle, verdict, _figures(plan), sections, words, data)


def _question(plan: Plan) -> Section:
    """Say what was asked, of what, and which laws the plan keeps."""
    economy = plan.economy
    counts = [
        f"{len(labels):,} {axis if len(labels) != 1 else axis.removesuffix('s')}"
        for axis, labels in economy.axes.items()
        if len(labels)
    ]
    sentences = [f"Asked for: {plan.objective_name}, of an economy of {', '.join(counts)}."]
    if economy.source:
        sentences.append(f"Source of the data: {economy.source}")
    if plan.question.settings:
        said = ", ".join(f"{name} = {value}" for name, value in plan.question.settings.items())
        sentences.append(f"Settings of the question: {said}.")
    if plan.question.leave_out:
        sentences.append(f"Left out of account: {', '.join(plan.question.leave_out)}.")
    sentences += [f"Assumed: {sentence}." for sentence in assumed(plan.asked)]
    points = law_points(plan)
    if points:
        sentences.append("A plan must keep these laws:")
    return Section("question", "The question", sentences=sentences, points=points)


def _figures(plan: Plan) -> list[Figure]:
    """Return what is worth a place at the top."""
    certificate = plan.certificate
    figures = [
        Figure("objective", plan.objective, plan.objective_name),
        Figure("no plan does better than", certificate.dual_objective, "the bound that the valuations prove"),
        Figure("gap", certificate.gap, "between the two, relative"),
    ]
    if plan.of.demand not in (Demand.FIXED, Demand.NONE):
        level = plan.fulfilment
        finite = level[np.isfinite(level)]
        if len(finite):
            least, when = float(finite.min()), name_of(finite.idxmin())
            figures.append(Figure("least fulfilment of a period", least, f"in {when}" if len(level) > 1 else ""))
    return [*figures, Figure("found in", sum(plan.seconds.values()), f"seconds, by {plan.method}")]


def _placed(plan: Plan, words: Words) -> dict[str, list[Table]]:
    """Return the plan's tables by section."""
    placed: dict[str, list[Table]] = {}
    frames = plan.tables()
    del frames["summary"], frames["valuations"]
    placed["valuations"] = [_valuations(plan, kind, words) for kind in plan.valuations_by_kind]
    for name in [name for name in _PLACES if name in frames] + [name for name in frames if name not in _PLACES]:
        section, caption = _PLACES.get(name, ("rest", name.replace("_", " ").capitalize()))
        frame = frames[name]
        if name == "activities":
            frame = frame.iloc[np.argsort(-frame.to_numpy().max(axis=1, initial=0.0), kind="stable")]
        looks = {None: _LOOKS[name]} if name in _LOOKS else None
        fields = not set(frame.columns) & set(plan.economy.periods)
        placed.setdefault(section, []).append(table_of(name, caption, frame, words, plan.economy, looks, fields=fields))
    if plan.of.demand is not Demand.NONE:
        by_good = plan.fulfilment_by_good.dropna(how="all")
        if len(by_good):
            by_good = by_good.iloc[np.argsort(by_good.min(axis=1).to_numpy(), kind="stable")]
            caption = "Delivered over target, the worst served first"
            table = table_of("fulfilment_by_good", caption, by_good, words, looks={None: "bar"}, fields=False)
            placed.setdefault("fulfilment", []).insert(1, table)
    return placed


def _valuations(plan: Plan, kind: str, words: Words) -> Table:
    """Show what one more of each thing of a kind is worth, period by period."""
    frame = plan.valuations_by_kind[kind]
    says = next((one for _, one in plan.kinds if one.kind == kind), GOODS)
    axis = next((axis for axis in says.axes if axis != "periods"), "")
    single = len(says.axes) == 2
    frame = frame.rename_axis(AXES[axis] if single else kind)
    caption = f"{says.heading or kind.capitalize()}, each row shaded by its own highest"
    economy = plan.economy if single else None
    return table_of(f"valuations of {kind}", caption, frame, words, economy, {None: "heat"}, fields=False)


def _fulfilment(plan: Plan) -> list[str]:
    if plan.added is not None:
        return [line.strip() for line in plan.added.text(plan).splitlines()[1:]]
    if plan.of.demand is Demand.FIXED:
        return ["Every target is demanded in full, and met."]
    return [line.strip() for line in stage_lines(plan.raised)]


def _limits(plan: Plan, words: Words) -> Section:
    """Show what the objective is made of, and what one more of each limit brings."""
    apart = has_quick_intervals(plan)
    frame = binding_limits(plan, intervals=_APART if apart else 0, most=MOST_ROWS)
    whole = "objective" if plan.proved else "bound"
    sums = "objective, within the gap of the proof" if plan.proved else "bound"
    sentences = [f"All that comes from outside, by what all of it is worth; the column worth sums to the {sums}."]
    if apart:
        frame.loc[frame.index >= _APART, ["one_more", "one_less"]] = np.nan
        sentences.append(
            f"Of the {min(_APART, len(frame))} that are worth most, what one more brings and one less costs: the two "
            "differ where the plan is degenerate."
        )
    else:
        frame = frame.drop(columns=["one_more", "one_less"])
    verb = "brings" if plan.program.sense == "max" else "costs"
    titles = {
        "valuation": f"one more {verb}" if not apart else "valuation",
        "one_more": f"one more {verb}",
        "one_less": "one less costs" if plan.program.sense == "max" else "one less saves",
    }
    order = ["kind", "name", "period", "unit", "available", "worth", "valuation", "one_more", "one_less"]
    frame = frame[[column for column in order if column in frame]]
    table = table_of("limits", f"What the {whole} is made of", frame, words, looks={"worth": "bar"}, titles=titles)
    table = replace(table, rows=count_limits(plan))
    return Section("limits", "Limits, and what one more brings", sentences=sentences, tables=[table])


def _stocks(plan: Plan, tables: list[Table]) -> Section:
    said = terminal_lines(plan)
    warnings = [line.removeprefix("WARNING: ") for line in said if line.startswith("WARNING: ")]
    sentences = [_sentence(line) for line in said if not line.startswith("WARNING: ")]
    return Section("stocks", "Stocks, and what the plan leaves", sentences=sentences, warnings=warnings, tables=tables)


def _sentence(line: str) -> str:
    """Return a line of a summary as a sentence."""
    plain = " ".join(line.split())
    return f"{plain[:1].upper()}{plain[1:]}."


def _why_not(plan: Plan, words: Words) -> Section:
    """Say what would have to give, of a plan that is proved infeasible."""
    if plan.status is not Status.INFEASIBLE:
        return Section("why", "Why there is no best plan")
    try:
        page = plan.why_not()
    except (CannotAnswerError, RefusedError):  # that there is no plan stands without it
        return Section("why", "Why there is no plan")
    captions = {
        "shortfall": "The least that would have to be given up",
        "prices": "Prices at which what is asked is worth more than all that could serve it",
        "clash": "Without any one of these there is a plan",
    }
    tables = [table_of(name, captions[name], frame, words) for name, frame in page.tables().items() if len(frame)]
    said = [line.strip() for line in page.lines() if not line.startswith("    ")]  # what stands further in is in tables
    return Section("why", "What would have to give", points=said, tables=tables)
