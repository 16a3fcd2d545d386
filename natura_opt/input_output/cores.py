"""Who uses the cores: our products, not BLAS; and how the rows are dealt out to them.

A Krylov step is a product (compiled, on every core) and a few sums over vectors (BLAS). OpenBLAS takes threads of its
own for those, which then wait for work actively, on the cores that the next product needs; and the other way round. On
two cores a step then takes 3 to 7 times as long as with BLAS on one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


@cache
def _controller() -> ThreadpoolController:
    import scipy.sparse.linalg  # noqa: F401  (its BLAS must be loaded to be found)

    return ThreadpoolController()


def blas_on_one_core(solve: Callable[P, R]) -> Callable[P, R]:
    """Keep BLAS to one core while a function runs; as it was, afterwards."""

    @wraps(solve)
    def solving(*args: P.args, **kwargs: P.kwargs) -> R:
        with _controller().limit(limits=1, user_api="blas"):
            return solve(*args, **kwargs)

    return solving


def cut_evenly(until: Any, runs: int) -> Any:
    """Cut rows into runs of about equally many coefficients.

    Parameters
    ----------
    until : coefficients before each row, and of all, shape (rows + 1,): the row pointers of a csr array.

    Returns
    -------
    The first row of each run, and the number of rows, shape (runs + 1,).
    """
    marks = np.linspace(0, int(until[-1]), runs + 1)
    cuts = np.searchsorted(until, marks).astype(np.int64)
    cuts[0], cuts[-1] = 0, len(until) - 1
    return np.maximum.accumulate(cuts)
