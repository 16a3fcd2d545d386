"""The systems of Samothrakis' solve-time grid: industrial goods, final goods, and profiles that want them."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import OptionError
from ..base.settings import one_of, radius_of, whole
from ..economy.build import build_economy
from ..economy.economy import Economy
from ..economy.table import Matrix
from .matrices import Pattern
from .sampling import distinct_positions, starts_of, stream, uniform_between

FORMS = ("triangular", "general")
#: The published coefficients: uses of other goods lie below this, own use is this, baskets lie below this.
_LARGEST_USE, _OWN_USE, _LARGEST_BASKET = 0.001, 0.1, 10.0


def samothrakis_system(
    industrial: int = 500,
    final: int = 50,
    profiles: int = 200,
    dependencies: int = 500,
    form: str = "triangular",
    radius: float | None = None,
    seed: int = 0,
) -> tuple[Matrix, Floats]:
    """Return ``(A, d)`` of ``(I − A) x = d``: final goods first, then industrial goods, then profiles.

    A profile stands in A as a column of what a member takes of each final good (a number below 10) and in d with its
    share of the population; nothing else is demanded. Links between goods come in two forms:

    - ``triangular``, as published: good i is an input of ``dependencies`` goods drawn among i, i + 1, … (or of all of
      them, where there are fewer), each coefficient below .001, own use .1 where it is drawn. The links are counted per
      *row*, and the system is a back-substitution.
    - ``general``: every good has ``dependencies`` inputs (or every good there is, where there are fewer) drawn among
      all goods, and the links are scaled to a spectral radius.

    Parameters
    ----------
    industrial, final, profiles, dependencies : the paper's grid is {500, 1000, 5000, 10000, 50000} x {50, 100, 500,
        1000, 5000} x 200 x {500, 1000, 2000}.
    radius : spectral radius of the general form, by default .8; that of the triangular form is .1, its own uses.
    seed : a seed gives the same system on every machine.

    Returns
    -------
    A : csr array, shape (n, n) with n = final + industrial + profiles, indices sorted, in 32 bits where they fit.
    d : shape (n,), zero except for the profiles, whose shares sum to 1.

    Raises
    ------
    OptionError : unknown form, settings out of range, a radius for the triangular form.

    Source: Samothrakis 2020 and 2021, "Simulations", Fig. 2 (solve times); figures of the form from the published
    program.

    >>> A, d = samothrakis_system(500, 50, profiles=200, dependencies=500)
    >>> A.shape, A.nnz, bool(sp.tril(A, -1).nnz), round(float(d.sum()), 12)
    ((750, 750), 160250, False, 1.0)
    """
    links = _links(industrial, final, dependencies, form, radius, seed)
    groups = whole("profiles", profiles, 1)
    size = links.shape[0]
    baskets, shares = _wants(final, groups, seed)
    wanted = sp.vstack([baskets, sp.csr_array((size - final, groups))], format="csr")
    goods = sp.hstack([links, wanted], format="csr")
    starts = np.concatenate([goods.indptr, np.full(groups, goods.indptr[-1], dtype=goods.indptr.dtype)])
    system = sp.csr_array((goods.data, goods.indices, starts), shape=(size + groups, size + groups))
    return system, np.concatenate([np.zeros(size), shares])


def samothrakis(
    *,
    industrial: int = 500,
    final: int = 50,
    profiles: int = 200,
    dependencies: int = 500,
    form: str = "triangular",
    radius: float | None = None,
    seed: int = 0,
) -> Economy:
    """Return the system as an economy: what the profiles want together is a fixed demand, served with least labour.

    Parameters are those of :func:`samothrakis_system`. Every good uses labour, between .5 and 1.5 per unit.

    >>> import natura_opt as no
    >>> economy = samothrakis(industrial=40, final=10, profiles=5, dependencies=20, form="general", seed=3)
    >>> no.solve(economy).proved
    True
    """
    links = _links(industrial, final, dependencies, form, radius, seed)
    baskets, shares = _wants(final, whole("profiles", profiles, 1), seed)
    return build_economy(
        name=f"samothrakis_{form}_{industrial}_{final}_{dependencies}_seed{seed}",
        title=f"{industrial:,} industrial and {final:,} final goods, wanted by {profiles:,} profiles, {form} form",
        source="seeded, after Samothrakis 2021",
        goods=[*(f"final{k + 1}" for k in range(final)), *(f"industrial{k + 1}" for k in range(industrial))],
        resources=["labour"],
        inputs=links,
        resource_use=uniform_between(stream(seed, 3), 0.5, 1.5, final + industrial)[None, :],
        resource_weights=[1.0],
        targets=np.concatenate([baskets @ shares, np.zeros(industrial)]),
        objective="least-resources",
    )


def _links(industrial: int, final: int, dependencies: int, form: str, radius: float | None, seed: int) -> Matrix:
    """Return the inputs of goods per unit of goods, csr, shape (final + industrial,) twice."""
    size = whole("final", final, 1) + whole("industrial", industrial, 0)
    most = min(whole("dependencies", dependencies, 1), size)
    rng = stream(whole("seed", seed, 0), 1)
    if one_of("form", form, FORMS) == "general":
        return sp.csr_array(Pattern("uniform", size, most).scaled(rng, radius_of(0.8 if radius is None else radius)))
    if radius is not None:
        raise OptionError(f"the published triangular form has spectral radius {_OWN_USE}; give a radius to 'general'")
    first = np.arange(size, dtype=np.int64)
    counts = np.minimum(most, size - first)
    positions = distinct_positions(rng, counts, size - first)
    row = np.repeat(np.arange(size, dtype=np.int32), counts)
    values = uniform_between(rng, 0.0, _LARGEST_USE, len(row))
    values[positions == 0] = _OWN_USE
    positions += row
    return sp.csr_array((values, positions, starts_of(counts)), shape=(size, size))


def _wants(final: int, profiles: int, seed: int) -> tuple[Any, Floats]:
    """Return what a member of each profile takes of the final goods, shape (final, profiles), and their shares."""
    rng = stream(seed, 2)
    baskets = uniform_between(rng, 0.0, _LARGEST_BASKET, final * profiles).reshape(final, profiles)
    drawn = rng.random(profiles)
    return sp.csr_array(baskets), drawn / drawn.sum()
