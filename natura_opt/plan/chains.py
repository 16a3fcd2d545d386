"""What a good takes through every stage: the whole account of one more of it, and the dearest chain it hangs on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from ..base.arrays import Floats
from ..base.labels import name_of
from .account_lines import account
from .accounts import Accounts, one_unit


def whole_account(accounts: Accounts, good: int) -> pd.DataFrame:
    """Return what one more net unit of a good takes through every running technique: in goods from outside them,
    resources, stocks …, with joint products that the chain leaves over credited.

    Each good is made by the running technique that makes most of it and is not yet taken by another good (this one
    first, then those of which most is made, at the valuations); goods left without one come from outside. Where these
    techniques do not form a regular system the account is empty.
    """
    outputs = sp.csc_array(accounts.outputs * np.where(accounts.runs, accounts.level, 0.0)[None, :])
    outputs.eliminate_zeros()
    chosen = _one_maker_each(outputs, np.abs(accounts.goods), good)
    level = np.zeros(len(accounts.level))
    if good not in chosen:
        return account([])
    goods, makers = list(chosen), list(chosen.values())
    system = sp.csc_array((accounts.outputs - accounts.inputs)[goods][:, makers])
    wanted = np.array([float(k == good) for k in goods])
    try:
        solver = spla.splu(system)
    except RuntimeError:  # exactly singular
        return account([])
    solution = solver.solve(wanted)
    solution = solution + solver.solve(wanted - system @ solution)
    missed = np.abs(system @ solution - wanted)
    if not (missed <= 1e-9 * (abs(system) @ np.abs(solution) + wanted)).all():
        return account([])
    level[makers] = solution
    net = (accounts.inputs - accounts.outputs) @ level
    size = accounts.inputs @ np.abs(level) + accounts.outputs @ np.abs(level)
    net[np.abs(net) <= 1e-12 * size] = 0.0
    net[goods] = 0.0  # what is made and used within the chain
    return accounts.taken(level, inputs=np.maximum(net, 0.0), credited=np.maximum(-net, 0.0))


def _one_maker_each(outputs: Any, valuations: Floats, first: int) -> dict[int, int]:
    """Return a technique for each good that can have one of its own: position of the good -> of the technique."""
    parts = sp.coo_array(outputs)
    values = parts.data * valuations[parts.row]
    order = np.lexsort((-parts.data, -values, parts.row != first))
    chosen: dict[int, int] = {}
    used_makers: set[int] = set()
    for good, maker in zip(parts.row[order].tolist(), parts.col[order].tolist(), strict=True):
        if good not in chosen and maker not in used_makers:
            chosen[good] = maker
            used_makers.add(maker)
    return chosen


def dearest_chain(accounts: Accounts, good: int) -> tuple[str, ...]:
    """Follow the dearest thing each good takes, from good to good, down to a resource, a stock or an emission."""
    goods = accounts.economy.goods
    chain, seen, here = [name_of(goods[good])], {good}, good
    while True:
        maker = accounts.maker(here)
        if maker is None:
            break
        one = one_unit(len(accounts.level), maker)
        inputs = accounts.inputs[:, [maker]].toarray().ravel() * accounts.goods
        inputs[list(seen)] = 0.0
        outside = account(accounts.outside(one))
        outside = outside[outside["worth"] > 0]
        dearest = int(np.argmax(inputs))
        if len(outside) and float(outside["worth"].iloc[0]) > inputs[dearest]:
            chain.append(" ".join(outside.index[0]))
            break
        if not inputs[dearest] > 0:
            break
        chain.append(name_of(goods[dearest]))
        seen.add(dearest)
        here = dearest
    return tuple(chain)
