r"""Which report a plan needs most: the papers' active learning, weighed by the plan's own valuations.

A plan reckons with the chords of what was reported. With v the valuation of a total (the dual of the row that says how
large it is), a total that lies anywhere between ``low`` and ``high`` at the scale x where the plan runs puts the
objective off by ``v E|T - chord(x)|``: an answer takes that error away. At another scale q the answer matters where it
would make the plan move there. By the plan's valuations moving the technique from x to q changes the objective by

.. math::  \delta(q) = m (q - x) - \sum_i v_i (c_i(q) - c_i(x)) \le 0

with m the worth of one unit of activity before its curves, and c the chords. So the answer about input i is expected to
improve the plan by ``E max(0, delta + v_i (c_i(q) - T))`` (the expected improvement of Mockus 1978; T equally likely
between its bounds). Valuations hold for small moves: a technique is asked about no scale at which it would make more of
every good that it makes than the whole plan does. The question with the largest expectation is asked.

S. Samothrakis, *Open Loop In Natura Economic Planning*, 2020, section 4.1 (asking managers scale by scale).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

import numpy as np

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import DataError, OptionError, QuestionError, unknown
from ..base.labels import name_of
from ..curves.curve import Curve
from ..economy.curve_table import CurveTable, PlacedCurve
from ..economy.economy import Economy
from ..laws.curve_layout import need_rows
from ..plan.plan import Plan
from ..tables.curves import IN_PLACE_OF
from .inquiry import Inquiry
from .unknown import Shape, Unknown, most_unknown, unknown_at

#: What the table says of a fit says as much of the curve between its samples.
_OF_FIT: dict[str, Shape] = {"convex": "convex", "concave": "concave"}


@checked_arguments("shapes")
def next_question(
    economy: Economy, plan: Plan, shapes: Mapping[tuple[Any, Any], Shape] | Shape = "rising"
) -> Inquiry | None:
    """Return the question whose answer is expected to reduce the plan's error most; None if no answer would.

    Parameters
    ----------
    economy : with the reports that the plan was made on.
    plan : the plan, with valuations.
    shapes : what is known of curves besides their reports, by (technique, name), or of all: ``"rising"`` (the total
        only rises, or only falls), ``"convex"`` or ``"concave"``. A curve that is not named is ``"rising"``, or what
        its fit says.

    Raises
    ------
    QuestionError : nothing depends on scale, or the plan was not made on these reports, or has no valuations of them.
    OptionError : a shape that is none.
    NotProvedError : there is no plan.
    """
    plan.require_point()
    curves = economy.curves
    if curves is None:
        raise QuestionError(f"{economy.name}: nothing depends on scale (table 'curves'), so there is nothing to ask")
    known = _shapes(economy, curves, shapes)
    best: Inquiry | None = None
    for period in range(len(economy.periods)):
        for inquiry in _inquiries(economy, curves, plan, period, known):
            if inquiry.reduction > 0.0 and (best is None or inquiry.reduction > best.reduction):
                best = inquiry
    return best


def _shapes(economy: Economy, curves: CurveTable, given: Mapping[tuple[Any, Any], Shape] | Shape) -> list[Shape]:
    """Return what is known of each curve besides its reports."""
    fits = dict(zip(curves.curve_of_row, curves.rows["fit"], strict=True))
    named = {} if isinstance(given, str) else dict(given)
    for shape in (given,) if isinstance(given, str) else named.values():
        if shape not in get_args(Shape):
            raise OptionError(f"{economy.name}: {unknown('shape', shape, get_args(Shape))}")
    found: list[Shape] = []
    for at, one in enumerate(curves.placed):
        technique, name = economy.techniques[one.technique], economy.axes[IN_PLACE_OF[one.of]][one.row]
        usual = _OF_FIT.get(fits.get(at, ""), "rising")
        found.append(
            cast(Shape, given) if isinstance(given, str) and given != "rising" else named.pop((technique, name), usual)
        )
    if named:
        raise DataError(f"{economy.name}: shapes: there is no curve of {next(iter(named))!r}; name (technique, name)")
    return found


def _inquiries(economy: Economy, curves: CurveTable, plan: Plan, period: int, shapes: list[Shape]) -> Iterator[Inquiry]:
    """Return everything that might be asked about a period."""
    values = _valuations(economy, curves, plan, period)
    worths = _worths(economy, curves, plan, period)
    most = _most(economy, plan, period)
    levels = plan.activities.iloc[:, period].to_numpy()
    for technique in curves.techniques:
        own = [(at, one) for at, one in enumerate(curves.placed) if one.technique == technique]
        level = min(max(float(levels[technique]), 0.0), min(one.curve.end for _, one in own))
        most_here = min(max(level, float(most[technique])), *(one.curve.end for _, one in own))
        here = sum(values[at] * float(one.curve.total(level)) for at, one in own)
        for at, one in own:
            if not values[at] > 0.0:
                continue
            for unit, curve, before in _reported(one):
                for found, runs in _points(curve, level - before, most_here - before, shapes[at]):
                    reduction = values[at] * found.error
                    if not runs:
                        q = before + found.quantity
                        there = sum(values[k] * float(other.curve.total(q)) for k, other in own)
                        loss = max(there - here - worths[technique] * (q - level), 0.0)
                        reduction = values[at] * found.shortfall(found.counted - loss / values[at])
                    yield Inquiry(
                        technique=economy.techniques[technique],
                        name=economy.axes[IN_PLACE_OF[one.of]][one.row],
                        of=one.of,
                        unit=unit,
                        scale=found.quantity,
                        counted_on=found.counted,
                        lowest=found.low,
                        highest=found.high,
                        valuation=float(values[at]),
                        reduction=float(reduction),
                        runs_there=runs,
                    )


def _reported(one: PlacedCurve) -> Iterator[tuple[str, Curve, float]]:
    """Return each unit's own curve, and the quantity at which it begins in the stack."""
    if not one.units:
        yield "", one.curve, 0.0
    before = 0.0
    for unit in one.units:
        yield unit.name, unit.curve, before
        before += unit.capacity


def _points(curve: Curve, level: float, most: float, shape: Shape) -> Iterator[tuple[Unknown, bool]]:
    """Return the scales up to ``most`` that are worth asking about, and whether the plan runs there."""
    here = unknown_at(curve, level, shape)
    if here is not None:
        yield here, True
    for found in most_unknown(curve, most, shape):
        if here is None or found.between != here.between:
            yield found, False


def _most(economy: Economy, plan: Plan, period: int) -> Floats:
    """Return the scale at which each technique would make all that the plan makes of its goods, shape (techniques,)."""
    outputs = economy.matrix("outputs", period).tocoo()
    made = economy.matrix("outputs", period) @ plan.activities.iloc[:, period].to_numpy()
    most = np.zeros(len(economy.techniques))
    np.maximum.at(most, outputs.col, made[outputs.row] / outputs.data)
    most[np.setdiff1d(np.arange(len(most)), outputs.col)] = np.inf
    return most


def _valuations(economy: Economy, curves: CurveTable, plan: Plan, period: int) -> Floats:
    """Return what one unit more of each total costs the objective, from the rows that say how large totals are."""
    found = np.zeros(len(curves.placed))
    label = economy.periods[period]
    for table in IN_PLACE_OF:
        standing = [at for at, one in enumerate(curves.placed) if one.of == table]
        if not standing:
            continue
        block = plan.program.row_block(need_rows(table))
        if block is None:
            raise QuestionError(f"{economy.name}: the plan was not made on these reports, or has no valuations of them")
        at_label = {index: k for k, index in enumerate(block.index)}
        for at in standing:
            one = curves.placed[at]
            key = (economy.axes[IN_PLACE_OF[table]][one.row], economy.techniques[one.technique], label)
            if key not in at_label:
                raise QuestionError(
                    f"{economy.name}: the plan knows no curve of {name_of(key[0])!r} in {name_of(key[1])!r}; ask about "
                    "the economy that it was made for"
                )
            found[at] = abs(float(plan.dual[block.span][at_label[key]]))
    return found


def _worths(economy: Economy, curves: CurveTable, plan: Plan, period: int) -> Floats:
    """Return what one more unit of each technique's activity is worth before its curves, shape (techniques,).

    It is what the rows that tie a level to its pieces let it earn; where the technique stands idle, less what it loses.
    """
    count = len(economy.techniques)
    columns = next(block for block in plan.program.columns if block.name == "activities")
    towards = 1.0 if plan.program.sense == "max" else -1.0
    reduced = plan.reduced[columns.span][period * count : (period + 1) * count]
    worths = np.array(towards * reduced, dtype=float)
    place = {label: k for k, label in enumerate(economy.techniques)}
    for name, sign in (("curve_level", 1.0), ("curve_level_least", -1.0)):
        block = plan.program.row_block(name)
        if block is None:
            continue
        for k, (technique, when) in enumerate(block.index):
            if when == economy.periods[period]:
                worths[place[technique]] += sign * abs(float(plan.dual[block.span][k]))
    return worths
