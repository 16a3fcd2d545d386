"""The fields of what each command prints with ``--json``: name, type, unit and meaning.

Lists are written ``name[]``; a part of a name in capitals stands for whatever is there: a stage, a block, a figure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from .topic import Topic

Kind = Literal["text", "number", "whole number", "true or false", "object", "text or number"]


@dataclass(frozen=True)
class Field:
    """A field of a JSON object.

    Attributes
    ----------
    path : where it stands: ``certificate.gap``, ``emissions[].amount``, ``seconds_by_stage.STAGE``.
    kind : the kind of value.
    meaning : one line for people; ``where`` it is not always there, that is said.
    unit : of a number: ``objective`` (units of the objective), ``relative``, ``seconds``, the unit of a name.
    nullable : whether it may be null.
    """

    path: str
    kind: Kind
    meaning: str
    unit: str = ""
    nullable: bool = False


_CERTIFICATE = (
    Field("certificate", "object", "the proof, recomputed from the data"),
    Field("certificate.proved", "true or false", "whether the status is proved: optimal, infeasible or unbounded"),
    Field("certificate.primal_residual", "number", "largest violation of a row or bound", "relative", nullable=True),
    Field("certificate.dual_residual", "number", "largest error of a reduced cost's sign", "relative", nullable=True),
    Field("certificate.gap", "number", "between the objective and its proved bound", "relative", nullable=True),
    Field("certificate.tolerance", "number", "most that residuals and gap may be", "relative", nullable=True),
    Field("certificate.bound", "text", "how the bound was proved: in doubles, or exact"),
    Field("certificate.unconditional", "true or false", "whether the proof holds for the data as they are, exactly"),
)

_PER_UNIT = "unit of the name per unit of the technique"

_SOLVE = (
    Field("model", "text", "name of the economy or program"),
    Field("question", "text", "name of the question; null for a program", nullable=True),
    Field("method", "text", "who answered"),
    Field("status", "text", "what is known: see the topic statuses"),
    Field("objective", "number", "the objective, recomputed from the data", "objective", nullable=True),
    Field("objective_name", "text", "what is to be best, in words"),
    Field("seconds", "number", "time taken", "seconds"),
    Field("seconds_by_stage", "object", "time taken by each stage: read, build, solve, prove"),
    Field("seconds_by_stage.STAGE", "number", "time taken by one stage", "seconds"),
    Field("iterations", "whole number", "steps of the solver"),
    *_CERTIFICATE,
    Field("reason", "text", "where there is no (best) plan: why; of a harmony plan: why this road was taken"),
    Field("assumed[]", "text", "where missing tables change the plan: what they are taken for"),
    Field("fulfilment", "object", "where there are targets and a plan: how far each period's targets are met (1: met)"),
    Field(
        "fulfilment.PERIOD",
        "number",
        "level promised to all targets of a period, or that of the worst-served; none of a period without target",
        "share of the target",
    ),
    Field("emissions[].pollutant", "text", "with emissions: name of a pollutant"),
    Field("emissions[].period", "text", "with emissions: name of a period"),
    Field("emissions[].amount", "number", "with emissions: what is emitted", "unit of the pollutant"),
    Field("abatement_costs[].pollutant", "text", "with caps or budgets: name of a pollutant"),
    Field("abatement_costs[].period", "text", "with caps or budgets: name of a period, or 'budget' for all of them"),
    Field(
        "abatement_costs[].cost",
        "number",
        "with caps or budgets: what one unit less allowed costs",
        "objective per unit of the pollutant",
    ),
    Field("damage[].period", "text", "with damage weights: name of a period"),
    Field("damage[].damage", "number", "with damage weights: weighted emissions and stocks of pollutants", "objective"),
    Field("curves[].technique", "text", "where needs depend on scale: name of a technique"),
    Field("curves[].name", "text", "where needs depend on scale: what it needs or emits"),
    Field("curves[].of", "text", "where needs depend on scale: the table in whose place the curve stands"),
    Field("curves[].period", "text", "where needs depend on scale: name of a period"),
    Field("curves[].unit", "text", "where needs depend on scale: the unit of the name"),
    Field("curves[].level", "number", "where needs depend on scale: level of activity", "unit of the technique"),
    Field("curves[].total", "number", "where needs depend on scale: what is needed in all", "unit of the name"),
    Field("curves[].average", "number", "where needs depend on scale: total over level", _PER_UNIT, nullable=True),
    Field(
        "curves[].marginal_left",
        "number",
        "where needs depend on scale: what one less saves; null at level 0",
        _PER_UNIT,
        nullable=True,
    ),
    Field(
        "curves[].marginal_right",
        "number",
        "where needs depend on scale: what one more takes; null before a jump",
        _PER_UNIT,
        nullable=True,
    ),
    Field("curves[].form", "text", "where needs depend on scale: chords (no binaries) or incremental"),
    Field("curves[].why", "text", "where needs depend on scale: why it takes this form"),
    Field("curves[].pieces", "whole number", "where needs depend on scale: straight pieces of the technique"),
    Field("curves[].binaries", "whole number", "where needs depend on scale: binaries of the technique in the period"),
    Field("curves[].samples", "whole number", "where needs depend on scale: samples that the curve was fitted to"),
    Field(
        "curves[].residual",
        "number",
        "where needs depend on scale: root of the mean squared residual of its samples",
        "unit of the name",
        nullable=True,
    ),
    Field(
        "loss_at_prices",
        "number",
        "where needs depend on scale: what techniques lose in all at the plan's valuations",
        "objective",
    ),
    Field("interest[].period", "text", "with targets in several periods: name of a period"),
    Field("interest[].price", "number", "with targets in several periods: what a year's targets cost", "objective"),
    Field(
        "interest[].own_rate",
        "number",
        "with targets in several periods: own rate of interest of the target basket, into the next period",
        "per year",
        nullable=True,
    ),
    Field("interest[].note", "text", "with targets in several periods: why there is no rate, where there is none"),
    Field("rules[].rule", "text", "with rules: name of a rule"),
    Field("rules[].period", "text", "with rules: name of a period, or 'all periods' where all years count together"),
    Field("rules[].sense", "text", "with rules: whether it is at least, at most or exactly its limit: >=, <= or =="),
    Field("rules[].unit", "text", "with rules: the unit of what it counts"),
    Field("rules[].level", "number", "with rules: what it counts", "unit of the rule"),
    Field("rules[].limit", "number", "with rules: its limit", "unit of the rule"),
    Field(
        "rules[].valuation",
        "number",
        "with rules: what one more unit of its limit is worth",
        "objective per unit of the rule",
    ),
    Field("extra", "object", "of a model changed by hand: what was added, by block"),
    Field("extra.BLOCK[].label[]", "text", "of a model changed by hand: the parts of a label"),
    Field("extra.BLOCK[].FIGURE", "number", "of a model changed by hand: value, reduced cost or valuation"),
    Field("totals[].kind", "text", "of rows of all periods together: what their side is called"),
    Field("totals[].name", "text", "of rows of all periods together: name of what they limit"),
    Field("totals[].level", "number", "of rows of all periods together: their left side", "unit of the name"),
    Field("totals[].side", "number", "of rows of all periods together: their right side", "unit of the name"),
    Field(
        "totals[].valuation",
        "number",
        "of rows of all periods together: what one more on their side is worth",
        "objective per unit of the name",
    ),
    Field("terminal", "object", "where stocks last beyond the plan: what it leaves behind"),
    Field("terminal.condition", "text", "where stocks last: none, keep, salvage or growth"),
    Field("terminal.stocks", "whole number", "where stocks last: how many there are"),
    Field("terminal.below_start", "whole number", "where stocks last: of how many less is left than there was"),
    Field("terminal.warning", "true or false", "where stocks last: some are eaten, and the question does not say so"),
    Field(
        "terminal.capital_left",
        "number",
        "where there is capital: what is left of it over what there was, by its worth at the start",
        "1",
    ),
    Field("terminal.most_eaten[].name", "text", "where stocks last: one of which little is left"),
    Field("terminal.most_eaten[].kind", "text", "where stocks last: capital or store"),
    Field("terminal.most_eaten[].at_start", "number", "where stocks last: what there was", "unit of the good"),
    Field("terminal.most_eaten[].left", "number", "where stocks last: what is left", "unit of the good"),
    Field("notes[]", "text", "of a program: what its file's format made of what was written"),
)

_IT = "of a plan that cannot be: "
_WHY_NOT = (
    Field("why_not", "object", _IT + "the page that says why not"),
    Field("why_not.proved", "true or false", _IT + "whether every part of the page is proved"),
    Field("why_not.first_period", "text", _IT + "the first period that fails, where it is found"),
    Field("why_not.shortfall[].kind", "text", _IT + "kind of what is given up"),
    Field("why_not.shortfall[].name", "text", _IT + "name of what is given up"),
    Field("why_not.shortfall[].period", "text", _IT + "its period"),
    Field("why_not.shortfall[].unit", "text", _IT + "its unit"),
    Field("why_not.shortfall[].asked", "number", _IT + "how much of it is asked", "unit of the name"),
    Field("why_not.shortfall[].shortfall", "number", _IT + "how much must be given up", "unit of the name"),
    Field("why_not.shortfall[].share", "number", _IT + "shortfall over what is asked", "relative"),
    Field("why_not.shortfall[].possible", "number", _IT + "how much is possible", "unit of the name"),
    Field("why_not.totals[].what", "text", _IT + "what could be given up in a stage"),
    Field("why_not.totals[].total", "number", _IT + "least weighted sum of shares", "relative"),
    Field("why_not.totals[].bound", "number", _IT + "proved bound: with less there is no plan", "relative"),
    Field("why_not.asked", "number", _IT + "worth of what is asked, at the prices that show it", "relative"),
    Field("why_not.there", "number", _IT + "worth of all that could serve it, at these prices", "relative"),
    Field("why_not.prices[].kind", "text", _IT + "kind of what is asked or there"),
    Field("why_not.prices[].name", "text", _IT + "name of what is asked or there"),
    Field("why_not.prices[].period", "text", _IT + "its period"),
    Field("why_not.prices[].unit", "text", _IT + "its unit"),
    Field("why_not.prices[].available", "number", _IT + "how much is asked or there", "unit of the name"),
    Field("why_not.prices[].price", "number", _IT + "price of one unit", "share of all that is asked"),
    Field("why_not.prices[].worth", "number", _IT + "worth: asked above, there below zero", "relative"),
)

_HARMONY = (
    Field("harmony", "number", "of a harmony plan: total harmony", "harmony"),
    Field("mean_harmony", "number", "of a harmony plan: harmony per unit of weight", "harmony"),
    Field("bound", "number", "of a harmony plan: the most that any plan can have", "harmony", nullable=True),
    Field("gap_per_good", "number", "of a harmony plan: to the bound, per unit of weight", "harmony", nullable=True),
    Field("worst_fulfilment", "number", "of a harmony plan: least delivered over target of any good", "1"),
    Field("harmony_function", "text", "of a harmony plan: name of the harmony function"),
    Field("passes", "whole number", "of a plan for harmony or by prices: products with the matrix of coefficients"),
    Field("proofs", "whole number", "of a harmony plan: how often a plan and a bound were proved on the way"),
)

_BY_PRICES = (
    Field("rounds[].round", "whole number", "of a plan by prices: number of the round"),
    Field("rounds[].best", "number", "of a plan by prices: what the plans seen so far can make", "assortments"),
    Field("rounds[].bound", "number", "of a plan by prices: more can never be made", "assortments"),
    Field("rounds[].gap", "number", "of a plan by prices: between the two", "relative"),
    Field("rounds[].passes", "number", "of a plan by prices: readings of the technique table so far", "readings"),
    Field("revealed", "object", "of a plan by prices: how many numbers industries told, by kind"),
    Field(
        "revealed.KIND", "whole number", "of a plan by prices: numbers of a kind; coefficients: those that were kept"
    ),
)

_TABLES = (
    Field("tables", "object", "with --tables: every table of the plan, by name, as --out writes them"),
    Field("tables.TABLE", "object", "with --tables: a table of the plan"),
    Field("tables.TABLE.headings[]", "text", "with --tables: headings of the labels, then of the figures"),
    Field("tables.TABLE.labels", "whole number", "with --tables: how many of the headings are of labels"),
    Field(
        "tables.TABLE.rows[][]",
        "text or number",
        "with --tables: a cell under its heading; null: does not exist, or has no end",
        nullable=True,
    ),
)

_EXPLAINED = (
    Field("name", "text", "what is explained"),
    Field("kind", "text", "what it is: good, resource, technique, stock or another kind"),
    Field("period", "text", "of what belongs to a period: which"),
    Field("valuation", "number", "what one more unit is worth", "objective per unit"),
    Field("interval[]", "number", "where it is known: least and greatest valuation it can have", "objective per unit"),
    *(
        field
        for account, meaning in (
            ("cost", "what its valuation consists of, or what a technique takes"),
            ("makes", "what that pays for"),
            ("takes", "what one more takes in all, through the whole chain of goods, in what limits the plan"),
        )
        for field in (
            Field(f"{account}[].kind", "text", f"{meaning}: kind of the part"),
            Field(f"{account}[].name", "text", f"{meaning}: its name"),
            Field(f"{account}[].amount", "number", f"{meaning}: so much of it", "unit of the name"),
            Field(f"{account}[].valuation", "number", f"{meaning}: what a unit is worth", "objective per unit"),
            Field(f"{account}[].worth", "number", f"{meaning}: amount times valuation", "objective"),
        )
    ),
    Field("chain[]", "text", "the dearest chain of goods from it down to a limit"),
    Field("lines[]", "text", "the explanation in words"),
)

_COMPARED = (
    Field("question", "text", "name of the question"),
    Field("objective", "number", "the linear objective, of what the plan delivers", "objective", nullable=True),
    Field("gap_to_optimum", "number", "to the proved optimum of the linear program", "relative", nullable=True),
    Field("harmony", "number", "total harmony of what the plan delivers", "harmony", nullable=True),
    Field("mean_harmony", "number", "harmony per unit of weight", "harmony", nullable=True),
    Field("harmony_gap_per_good", "number", "to the proved bound of harmony", "harmony", nullable=True),
    Field("worst_fulfilment", "number", "least left for a target over it, of any good", "1", nullable=True),
    Field("seconds", "number", "time taken", "seconds", nullable=True),
    Field("passes", "whole number", "products with the matrix of coefficients", nullable=True),
    Field("status", "text", "what is known (see the topic statuses), or 'cannot answer'"),
    Field("worth", "text", "what the method makes best: an objective, or harmony"),
    Field("note", "text", "what the method has to say"),
)


def _compared() -> tuple[Field, ...]:
    """Return the fields of one method of a comparison: those of its plan, as a comparison sees them."""
    fields = {field.path: field for field in (*_SOLVE, *_HARMONY, *_BY_PRICES, *_COMPARED)}
    of_others = ("notes", "extra", "totals")  # of a program, or where laws of one's own are given
    kept = {path: field for path, field in fields.items() if re.split(r"\W", path)[0] not in of_others}
    return tuple(replace(field, path=f"methods[].{path}") for path, field in kept.items())


#: Every field, by command.
FIELDS: dict[str, tuple[Field, ...]] = {
    "solve": (*_SOLVE, *_WHY_NOT, *_HARMONY, *_BY_PRICES, *_TABLES),
    "explain": (
        Field("model", "text", "name of the economy"),
        Field("question", "text", "name of the question"),
        Field("method", "text", "who answered"),
        Field("status", "text", "what is known: see the topic statuses"),
        Field("proved", "true or false", "whether the status is proved"),
        Field("reason", "text", "where there is no plan, in place of all that follows: why"),
        *_EXPLAINED,
    ),
    "picture": (
        Field("model", "text", "name of the economy"),
        Field("question", "text", "name of the question"),
        Field("method", "text", "who answered"),
        Field("status", "text", "what is known: see the topic statuses"),
        Field("proved", "true or false", "whether the status is proved"),
        Field("reason", "text", "where there is no plan, in place of all that follows: why"),
        Field("picture", "text", "the file that was written"),
        Field("kind", "text", "what is drawn"),
    ),
    "export": (
        Field("model", "text", "the model or program as it was asked for"),
        Field("file", "text", "the file that was written"),
        Field("rows", "whole number", "how many rows"),
        Field("columns", "whole number", "how many columns"),
        Field("coefficients", "whole number", "how many coefficients"),
        Field("notes[]", "text", "what is to be said of it"),
    ),
    "compare": (
        Field("model", "text", "name of the economy"),
        Field("question", "text", "name of the question"),
        Field("objective", "text", "name of the linear objective"),
        Field("harmony_function", "text", "name of the harmony function"),
        *_compared(),
    ),
    "check": (
        Field("model", "text", "the model as it was asked for"),
        Field("passed", "true or false", "whether every check passed"),
        Field("findings[].check", "text", "name of the check"),
        Field("findings[].passed", "true or false", "whether it passed"),
        Field("findings[].message", "text", "what was looked at, or what is wrong, where, and what to do"),
    ),
    "models": (
        Field("models[].model", "text", "name of a model that comes with the package"),
        Field("models[].title", "text", "its title"),
        Field("models[].goods", "whole number", "how many goods"),
        Field("models[].periods", "whole number", "how many periods"),
        Field("models[].questions[]", "text", "names of its questions"),
    ),
    "generate": (
        Field("model", "text", "the folder or workbook that was written"),
        Field("family", "text", "the family of economies"),
        Field("seed", "whole number", "the seed: the same gives the same economy"),
        Field("goods", "whole number", "how many goods"),
        Field("techniques", "whole number", "how many techniques"),
        Field("periods", "whole number", "how many periods"),
        Field("coefficients", "whole number", "how many input coefficients"),
    ),
    "import five-year": (
        Field("model", "text", "the folder or workbook that was written"),
        Field("goods", "whole number", "how many goods"),
        Field("periods", "whole number", "how many periods"),
    ),
    **{
        f"import {form}": (
            Field("model", "text", "the folder or workbook that was written"),
            Field("goods", "whole number", "how many goods"),
            Field("techniques", "whole number", "how many techniques"),
            Field("resources", "whole number", "how many resources"),
            Field("pollutants", "whole number", "how many pollutants"),
            Field("questions[]", "text", "names of what is asked"),
            Field("notes[]", "text", "what was moved, left out or found, one note each"),
        )
        for form in ("flows", "supply-use", "bea", "psut")
    },
    "sweep": (
        Field("model", "text", "the model as it was asked for"),
        Field("table", "text", "the file that was written"),
        Field("points", "whole number", "how many points"),
        Field("statuses", "object", "how the points came out"),
        Field("statuses.STATUS", "whole number", "how many points have this status"),
    ),
    "help": (
        Field("topics[].topic", "text", "without a topic: name of one"),
        Field("topics[].about", "text", "without a topic: what it is about"),
        Field("topic", "text", "name of the topic"),
        Field("about", "text", "what it is about"),
        Field("rows[].HEADING", "text", "a cell, by its column's heading"),
    ),
}


def _rows(own: object) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for command, fields in FIELDS.items():
        for field in fields:
            kind = f"{field.kind} or null" if field.nullable else field.kind
            rows.append((field.path, command, kind, field.unit, field.meaning))
    return rows


JSON_FIELDS = Topic(
    "json-fields",
    "What each command prints with --json. Numbers are finite; a name in capitals stands for whatever is there.",
    ("field", "command", "type", "unit", "meaning"),
    _rows,
)
