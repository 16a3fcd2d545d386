"""Who uses the cores: our products, not BLAS.

A Krylov step is a product (compiled, on every core) and a few sums over vectors (BLAS). OpenBLAS takes threads of its
own for those, which then wait for work actively, on the cores that the next product needs; and the other way round. On
two cores a step then takes 3 to 7 times as long as with BLAS on one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

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
