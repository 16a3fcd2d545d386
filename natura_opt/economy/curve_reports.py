"""Curves given by name, as rows, functions or curves, to the reports that make them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import DataError, shortened
from ..base.labels import name_of
from ..base.numbers import doubles
from ..curves.curve import Curve
from ..curves.functions import curve_from_function
from ..curves.making import composed


def rows_of_mapping(value: Mapping[Any, Any], here: str) -> pd.DataFrame:
    """Return the reports of curves given by (technique, name) or (technique, name, table)."""
    frames = []
    for key, given in value.items():
        if not isinstance(key, tuple) or len(key) not in (2, 3):
            raise DataError(f"{here}: {shortened(key)} must be (technique, name) or (technique, name, table)")
        try:
            rows = rows_of_curve(_as_curve(given))
        except DataError as error:
            raise DataError(f"{here}: the curve of {name_of(key[1])!r} in {name_of(key[0])!r}: {error}") from None
        rows["technique"] = pd.Series([key[0]] * len(rows), dtype=object)
        rows["name"] = pd.Series([key[1]] * len(rows), dtype=object)
        rows["of"] = key[2] if len(key) == 3 else ""
        frames.append(rows)
    if not frames:
        raise DataError(f"{here} is empty; leave it out, or report something")
    return pd.concat(frames, ignore_index=True)


def _as_curve(given: Any) -> Curve:
    if isinstance(given, Curve):
        return given
    if callable(given):
        raise DataError("say to which quantity the function holds: (function, end), or (function, quantities)")
    if isinstance(given, tuple) and len(given) == 2 and callable(given[0]):
        function, upto = given
        if upto is None:
            raise DataError("the end of a function is missing; it is a finite activity above 0")
        ends = np.ndim(upto) == 0
        return curve_from_function(function, end=upto) if ends else curve_from_function(function, quantities=upto)
    try:
        numbers = doubles(given)
    except (TypeError, ValueError) as error:
        raise DataError(f"not numbers: {error}") from None
    if numbers.ndim != 2 or numbers.shape[1] != 2:
        raise DataError(f"must be a curve, rows of (quantity, total), or (function, end), not {shortened(given)}")
    return composed(numbers[:, 0], numbers[:, 1], [None] * len(numbers))


def rows_of_curve(curve: Curve) -> pd.DataFrame:
    """Return a curve as the reports that make it again: quantity, total, formula, fit and beyond."""
    beyond = "" if curve.beyond == "error" else curve.beyond
    if curve.observed is not None:
        samples = {"quantity": curve.observed.quantities, "total": curve.observed.totals}
        return pd.DataFrame({**samples, "formula": "", "fit": curve.observed.how, "beyond": beyond})
    rows: list[tuple[float, float, str]] = [(0.0, 0.0, "")]
    for k in range(curve.count):
        if not np.isfinite(curve.quantities[k + 1]):
            break
        if curve.jumps[k] != 0.0:
            rows.append((float(curve.quantities[k]), float(curve.starts[k]), ""))
        formula = curve.formulas[k]
        rows.append((float(curve.quantities[k + 1]), float(curve.ends[k]), "" if formula is None else formula.text))
    frame = pd.DataFrame(rows, columns=["quantity", "total", "formula"])
    return frame.assign(fit="", beyond=beyond)
