"""A comparison as a page: how far each method got, how its plan looks beside the others, and why one cannot answer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..base.labels import labels
from ..base.status import Status
from ..comparison.comparison import Comparison
from .page import Figure, Page, Section, Verdict
from .proofs import verdict_of
from .tables import Words, table_of

_TITLES = {
    "gap": "gap to optimum",
    "harmony_gap_per_good": "harmony gap per good",
    "worst_fulfilment": "worst served",
}


def comparison_page(comparison: Comparison) -> Page:
    """Lay a comparison out."""
    words, optimum = Words(), comparison.optimum
    title = comparison.economy.title or comparison.economy.name
    entries = comparison.entries
    subtitle = f"{comparison.question.objective}, by {len(entries)} method{'s' if len(entries) != 1 else ''}"
    found = verdict_of(optimum)
    first = {
        True: "The optimum that gaps are measured from is proved.",
        False: f"The linear program is {optimum.status}: there is no proved optimum to measure from.",
    }[optimum.proved]
    verdict = Verdict(found.sure, found.words, [first, *found.sentences])
    figures = (
        [] if optimum.impossibility is not None else [Figure("optimum", optimum.objective, optimum.objective_name)]
    )
    if np.isfinite(comparison.harmony_bound):
        mean = comparison.harmony_bound / comparison.problem.size
        figures.append(Figure("no plan has more mean harmony than", mean, comparison.problem.function.name))
    sections = [_methods(comparison, words), _answers(comparison), *_plans(comparison, words)]
    return Page(title, subtitle, verdict, figures, sections, words)


def _methods(comparison: Comparison, words: Words) -> Section:
    frame = comparison.table.drop(columns="note")
    table = table_of("methods", "Methods, side by side", frame, words, looks={"seconds": "bar"}, titles=_TITLES)
    return Section("methods", "Methods", tables=[table])


def _answers(comparison: Comparison) -> Section:
    """Say what is known of each method's answer, and why one could not answer."""
    points = []
    for entry, note in zip(comparison.entries, comparison.table["note"], strict=True):
        if entry.plan is None:
            points.append(f"{entry.method} cannot answer: {entry.refusal}")
        else:
            proof = entry.plan.impossibility or entry.plan.certificate
            points.append(f"{entry.method}: {entry.plan.status}; {proof}{f'. {note}' if note else ''}")
    return Section("answers", "What each of them says", points=points)


def _plans(comparison: Comparison, words: Words) -> list[Section]:
    """Show every method's plan beside the others."""
    answered = {
        name: plan
        for name, plan in comparison.plans.items()
        if plan.status not in (Status.INFEASIBLE, Status.UNBOUNDED)
    }
    if not answered:
        return []
    levels = comparison.activities
    levels.index = levels.index.set_names(["technique", "period"])
    sections = [_beside("activities", "Activity levels", "How much each technique runs", levels, words)]
    if len(answered) > 1:
        apart = comparison.differences.rename_axis("method")
        caption = "Mean difference of activity levels, relative to the larger"
        sections[0].tables.append(table_of("differences", caption, apart, words, looks={None: "heat"}, fields=False))
    for attribute, heading, caption in (
        ("consumption", "Deliveries", "Delivered to the targets"),
        ("good_valuations", "Valuations of goods", "What one more unit is worth, in each plan's own objective"),
    ):
        columns = {name: getattr(plan, attribute).to_numpy().ravel(order="F") for name, plan in answered.items()}
        index = labels(("good", comparison.economy.goods), ("period", comparison.economy.periods))
        sections.append(_beside(attribute, heading, caption, pd.DataFrame(columns, index=index), words, comparison))
    return sections


def _beside(
    name: str, heading: str, caption: str, frame: pd.DataFrame, words: Words, of: Comparison | None = None
) -> Section:
    economy = None if of is None else of.economy
    return Section(
        name, heading, tables=[table_of(name, f"{caption}, method by method", frame, words, economy, fields=False)]
    )
