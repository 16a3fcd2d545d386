"""Every case of the suite, by name."""

from __future__ import annotations

from .case import Case
from .cases_economies import ECONOMY_CASES
from .cases_shapes import SHAPE_CASES
from .cases_sizes import SIZE_CASES
from .cases_stopping import STOPPING_CASES
from .cases_valuations import VALUATION_CASES

#: The cases by name, in the order they are run.
CASES: dict[str, Case] = {
    case.name: case for case in (*SHAPE_CASES, *SIZE_CASES, *VALUATION_CASES, *STOPPING_CASES, *ECONOMY_CASES)
}
