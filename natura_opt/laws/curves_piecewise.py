"""Curves that need binaries in Pyomo's own piecewise forms, in the place of the rows of :mod:`.curves_pyomo`.

Each total is at least a ``PiecewiseLinearFunction`` of activity, which one of Pyomo's transformations turns into rows.
Only those are offered that give a mixed-integer program by themselves: ``Piecewise(pw_repn="BIGM_BIN")`` gives a wrong
optimum, the ``gdp`` forms stay disjunctions, and the others want bounds on what the functions are of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..base.errors import OptionError, QuestionError, unknown
from ..economy.economy import Economy
from .curve_pieces import CurvedTechnique

#: The transformations of ``pyomo.contrib.piecewise`` that may be asked for.
TRANSFORMATIONS: tuple[str, ...] = tuple(
    f"contrib.piecewise.{form}"
    for form in (
        "incremental",
        "disaggregated_logarithmic",
        "convex_combination",
    )
)


def refuse_other_transformations(piecewise: str | None) -> None:
    """Raise unless a transformation is one of those offered, or none is asked for.

    Raises
    ------
    OptionError : naming those there are.
    """
    if piecewise is not None and piecewise not in TRANSFORMATIONS:
        raise OptionError(f"piecewise: {unknown('transformation', piecewise, TRANSFORMATIONS)}")


def transform(m: Any, piecewise: str) -> None:
    """Turn the piecewise functions of a Pyomo model into rows and binaries."""
    import pyomo.contrib.piecewise  # noqa: F401  it registers the transformations
    import pyomo.environ as pyo

    pyo.TransformationFactory(piecewise).apply_to(m)


def in_functions(economy: Economy, curved: Mapping[Any, CurvedTechnique]) -> dict[Any, CurvedTechnique]:
    """Return the techniques whose curves need binaries, by the names that Pyomo knows them by.

    Raises
    ------
    QuestionError : one of their curves jumps, which no ``PiecewiseLinearFunction`` does.
    """
    chosen = {j: one for j, one in curved.items() if one.opens.any()}
    for j, one in chosen.items():
        if (one.jumps != 0.0).any():
            raise QuestionError(
                f"{economy.name}: a curve of {j!r} jumps, which Pyomo's piecewise functions cannot say; leave "
                "'piecewise' out"
            )
    return chosen


def declare_functions(m: Any, name: str, cells: Mapping[Any, tuple[CurvedTechnique, int]]) -> Any:
    """Declare one piecewise function of activity per need, technique and period; return them.

    Parameters
    ----------
    name : of the totals; the functions are called after it.
    cells : by (what is needed, technique): the technique cut into pieces, and which of its curves it is.
    """
    import pyomo.environ as pyo
    from pyomo.contrib.piecewise import PiecewiseLinearFunction

    points = {cell: _points(one, c) for cell, (one, c) in cells.items()}
    where = pyo.Set(initialize=list(cells), dimen=2, doc="totals that are a piecewise function of activity")
    m.add_component(f"{name}_CELLS", where)
    functions = PiecewiseLinearFunction(where, m.PERIODS, tabular_data_rule=lambda m, i, j, t: points[i, j])
    m.add_component(f"{name}_function", functions)
    return functions


def _points(one: CurvedTechnique, curve: int) -> dict[float, float]:
    """Return the totals at the ends of pieces, by quantity."""
    wide = one.widths > 0.0
    quantities = np.concatenate([[0.0], np.cumsum(one.widths[wide])])
    totals = np.concatenate([[0.0], np.cumsum(one.slopes[curve][wide] * one.widths[wide])])
    return dict(zip(quantities.tolist(), totals.tolist(), strict=True))
