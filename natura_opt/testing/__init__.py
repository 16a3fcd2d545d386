"""A conformance suite: named problems with known answers that every backend must get right, proof included.

Try a backend of your own, a function from a linear program to what your solver says of it, on all of them:

>>> from natura_opt.backends.highs import solve_arrays
>>> from natura_opt.testing import CASES, Backend, Feature, run_all, run_case
>>> mine = Backend("mine", solve_arrays, frozenset({Feature.RANGES}))
>>> run_case(CASES["feasible"], mine)
feasible on mine: passed
>>> run_case(CASES["whole numbers: a knapsack"], mine)
whole numbers: a knapsack on mine: skipped (integer columns: not declared)
>>> all(result.passed or result.skipped for result in run_all([mine]))
True
"""

from .backend import BACKENDS, Backend
from .case import Case, Edit, Feature
from .cases import CASES
from .run import Result, run_all, run_case, summary

__all__ = ["BACKENDS", "CASES", "Backend", "Case", "Edit", "Feature", "Result", "run_all", "run_case", "summary"]
