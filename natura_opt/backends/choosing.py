"""Which way of HiGHS ``auto`` takes: simplex, or for large programs over several periods interior point, and why.

Measured as ``python -m benchmarks horizon`` does, in processor seconds, one run each on a machine that others used too:

| | coefficients | simplex | interior point, crossover | PDLP (1e-6) |
| --- | --- | --- | --- | --- |
| 20 industries, 10 periods | 11,408 | .18 | .27 | .41 |
| 20 industries, 20 periods | 23,188 | .96 | 1.01 | 1.10 |
| 20 industries, 40 periods | 46,748 | 3.97 | 4.36 | 4.14 |
| 129 industries, 5 periods | 91,015 | 5.9 | 6.8 | 20.7 |
| 129 industries, 10 periods | 187,145 | 54.5 | 29.3 | not within 98 |
| 129 industries, 20 periods | 379,405 | | 166 | |

Simplex grows like the 2.2nd power of the number of periods for 20 industries and the 3.2th for 129, interior point
like the 2.0th and the 2.3rd (memory: 258, 342 and 548 megabytes at 5, 10 and 20). The proof is a thirtieth of it.
Without crossover there is no basis to prove from, and simplex took four times as long to find one (129 industries, 5
periods). PDLP leaves none either, so it is proved at about 1e-6 only and never taken unasked.
"""

from __future__ import annotations

from ..economy.economy import Economy
from ..program.linear import LinearProgram
from .options import SolveOptions

#: Coefficients from which interior point is ahead of simplex where there are several periods.
_LARGE = 120_000


def way_for(economy: Economy, program: LinearProgram, options: SolveOptions) -> tuple[str, str]:
    """Return the way to take, one of :data:`natura_opt.backends.options.METHODS`, and a sentence on why.

    The sentence is empty, and the way the one asked for, where there is nothing to choose: another way than ``auto``
    was asked for, options of HiGHS were given, there are whole numbers, or HiGHS's own choice will do.

    Parameters
    ----------
    economy : whose periods count. program : its plan problem.
    """
    count, coefficients = len(economy.periods), program.matrix.nnz
    if options.method != "auto" or options.options or count < 2 or program.integer.any() or coefficients < _LARGE:
        return options.method, ""
    return (
        "ipm",
        f"interior point with crossover, since over several periods ({count}) it grows more slowly than simplex and is "
        f"ahead of it from about {_LARGE:,} coefficients on (here {coefficients:,})",
    )
