"""Capital of seeded economies: what techniques tie up, what wears out, and stocks that keep a plan going."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..input_output.spectrum import rounded
from .sampling import distinct_positions, starts_of, stream, uniform_between
from .technology import Technology

CAPITAL = ("none", "pool", "techniques")
#: Share of goods that are durable, and kinds of them that a technique uses.
_DURABLE, _KINDS = 0.1, 3
#: Most that replacing its capital costs a technique, as a share of its direct labour.
_REPLACEMENT = 0.3
#: Stocks that techniques outside the plan start with, as a share of those for the plan's level of their good.
_OUTSIDE = 0.2


@dataclass(frozen=True, eq=False)
class TiedUp:
    """Capital coefficients and what wears out of them.

    Attributes
    ----------
    capital : csc array, shape (goods, techniques).
    wear : share of each good's stocks lost in a period, shape (goods,).
    """

    capital: Any
    wear: Floats
    makes: Any

    @property
    def replaced(self) -> Any:
        """Capital to be replaced per unit of activity and period, csc, shape (goods, techniques)."""
        data = self.capital.data * self.wear[self.capital.indices]
        return sp.csc_array((data, self.capital.indices, self.capital.indptr), shape=self.capital.shape)


def tied_up(technology: Technology, seed: int) -> TiedUp:
    """Draw capital coefficients: up to three durable goods in every technique.

    Replacing what wears out costs a technique at most .3 of its direct labour in labour values v, so that
    ``v'(A + D)_j < v_j``: an economy that keeps its stocks up remains productive.
    """
    size, count = len(technology.values), len(technology.makes)
    rng = stream(seed, 5)
    durable = np.sort(np.argsort(rng.random(size), kind="stable")[: max(1, round(_DURABLE * size))])
    kinds = min(_KINDS, len(durable))
    wear = np.zeros(size)
    wear[durable] = uniform_between(rng, 0.03, 0.15, len(durable))
    counts = np.full(count, kinds, dtype=np.int64)
    chosen = durable[distinct_positions(rng, counts, np.full(count, len(durable), dtype=np.int64))]
    amounts = uniform_between(rng, 0.5, 1.5, len(chosen))
    technique = np.repeat(np.arange(count), counts)
    cost = np.bincount(technique, weights=technology.values[chosen] * wear[chosen] * amounts, minlength=count)
    factors = rounded(_REPLACEMENT * uniform_between(rng, 0.5, 0.99, count) * technology.labour / cost)
    capital = sp.csc_array(
        (amounts * factors[technique], chosen.astype(np.int32), starts_of(counts)), shape=(size, count)
    )
    return TiedUp(capital, wear, technology.makes)


def capital_tables(tied: TiedUp, kind: str, levels: Floats, slack: float, seed: int) -> dict[str, Any]:
    """Return the tables of capital: stocks that the plan's levels need, with slack, in a pool or held by techniques.

    Techniques outside the plan start with a fifth of what the plan's level of their good would need.
    """
    rng = stream(seed, 9)
    if kind == "pool":
        needed = tied.capital[:, : len(levels)] @ levels
        stock = rounded(needed * (1.0 + slack * rng.random(len(levels))), up=True)
        return {"capital": sp.csr_array(tied.capital), "capital_pool": stock, "pool_depreciation": tied.wear}
    run = np.where(np.arange(len(tied.makes)) < len(levels), 1.0, _OUTSIDE) * levels[tied.makes]
    needed = tied.capital.data * np.repeat(run, np.diff(tied.capital.indptr))
    stock = rounded(needed * (1.0 + slack * rng.random(len(needed))), up=True)
    places, shape = (tied.capital.indices, tied.capital.indptr), tied.capital.shape
    return {
        "capital": sp.csr_array(tied.capital),
        "initial_capital": sp.csr_array(sp.csc_array((stock, *places), shape=shape)),
        "depreciation": sp.csr_array(sp.csc_array((tied.wear[tied.capital.indices], *places), shape=shape)),
    }
