"""Making a plan feasible by shrinking: whoever uses what is not there makes do with less."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats

#: Sweeps before the users of what is still lacking are stopped altogether.
_SWEEPS = 300
#: A shortage of this share of the use is rounding.
ROUNDING = 1e-12
#: So many roundings more than is lacking are taken from the users.
_MORE = 2.0


def largest_shortage(net: Any, given: Floats, level: Floats) -> float:
    """Return the largest shortage ``use - supply`` over the use of the same thing; 0 if nothing is lacking.

    Parameters
    ----------
    net : what activities leave (>0) and take (<0), sparse, shape (things, activities). given : what is there.
    """
    makes, takes = _parts(net)
    supply, use = given + makes @ level, takes @ level
    lacking = use > supply
    return float(((use - supply)[lacking] / use[lacking]).max(initial=0.0))


def shrink_to_feasible(
    net: Any, given: Floats, level: Floats, sweeps: int | None = None, spare: float = -ROUNDING
) -> Floats:
    """Return levels, none greater than before, at which no thing is used beyond what there is.

    The users of a thing that is lacking are scaled by supply over use, again and again since they are suppliers too
    (the 2018 program does one such sweep per round). What lives only on itself dies out; after 300 sweeps the users of
    what is still lacking are stopped.

    Parameters
    ----------
    sweeps : at most so many; what is then still lacking remains so.
    spare : share of the supply that must be left over; a little less than none, where rounding counts as no shortage.
    """
    makes, takes = _parts(net)
    row_of = np.repeat(np.arange(takes.shape[0]), np.diff(takes.indptr))
    level = np.maximum(level, 0.0)
    for sweep in range(_SWEEPS + takes.shape[0] if sweeps is None else sweeps):
        supply, use = given + makes @ level, takes @ level
        lacking = use > supply * (1.0 - spare)
        if not lacking.any():
            break
        share = np.ones(takes.shape[0])
        share[lacking] = supply[lacking] / use[lacking] * (1.0 - _MORE * ROUNDING) if sweep < _SWEEPS else 0.0
        factor = np.ones(takes.shape[1])
        np.minimum.at(factor, takes.indices, share[row_of])
        level = level * factor
    return level


def _parts(net: Any) -> tuple[Any, Any]:
    """Return what activities leave and what they take, both as numbers above zero."""
    both = sp.csr_array(net)
    makes, takes = sp.csr_array(both.maximum(0)), sp.csr_array(-both.minimum(0))
    makes.eliminate_zeros()
    takes.eliminate_zeros()
    return makes, takes
