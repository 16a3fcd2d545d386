"""What is asked of a table that was read: the least of what is scarce for its final demand, and the most of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...base.errors import DataError, OptionError, unknown
from ..question import Question

_LEAST, _SEVERAL = "least-resources", "assortment"


def asked(
    resources: pd.DataFrame | None,
    weights: Mapping[str, float] | None,
    objective: str | None,
    place: str,
    capital: bool = False,
) -> dict[str, Any]:
    """Return the resource weights and the questions of a table that was read.

    With weights ``least-resources`` asks for the least of the weighted resources that serves final demand, whatever
    there is of them and of stocks; ``assortment`` asks how many times final demand the resources and stocks of the base
    year can serve. ``default`` is the former where there are weights and no stocks, else the latter. An ``objective``
    of one's own is the only question, and leaves out weights it has no use for.

    Parameters
    ----------
    resources : their totals, resources x industries.
    weights : by resource, of which those not named weigh nothing; without them one resource weighs 1, several are not
        weighed.
    objective : of the only question, if given.
    place : for messages.
    capital : whether there are stocks.

    Raises
    ------
    DataError : weights of unknown resources; OptionError : weights where there are no resources.
    """
    names = pd.Index([]) if resources is None else resources.index
    for name in weights or ():
        if not len(names):
            raise OptionError(f"{place}: weights are of resources, and there are none; name them (resources=...)")
        if name not in names:
            raise DataError(f"{place}: weights: {unknown('resource', name, names)}")
    weighed = dict(weights or ({str(names[0]): 1.0} if len(names) == 1 else {}))
    series = pd.Series({name: weighed.get(str(name), 0.0) for name in names}, dtype=float) if weighed else None
    idle = () if series is None else ("resource_weights",)
    if objective is not None:
        return _with(series, {"default": Question(objective, leave_out=() if objective == _LEAST else idle)})
    several = Question(_SEVERAL, leave_out=idle)
    if series is None:
        return _with(series, {"default": several, _SEVERAL: several})
    least = Question(_LEAST, leave_out=("resource_limits", *(("capital", "initial_capital") if capital else ())))
    return _with(series, {"default": several if capital else least, _LEAST: least, _SEVERAL: several})


def _with(weights: pd.Series | None, questions: dict[str, Question]) -> dict[str, Any]:
    return {"resource_weights": weights, "questions": questions}
