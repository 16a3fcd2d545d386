"""The inner steps of the 1990 harmony algorithm, compiled: one industry after another, each seeing the last.

The economy is kept by industry, as the paper asks: for each its flows (goods it uses up) and its stocks (what it ties
up), and no matrix is ever swept. Industry j makes good j.
"""

from __future__ import annotations

import heapq
import math
from typing import Any

import numpy as np

from ...base.compiling import compiled

#: The harmony functions these steps know; scalars, since they are asked one industry at a time.
FUNCTIONS = {"2018": 0, "1993": 1}


@compiled()
def harmony_of(function: int, s: float) -> float:
    """Return H(s); the functions are those of :mod:`.harmony_functions`, for any s (net outputs may be negative)."""
    if function == 0:
        return s - 0.5 * s * s if s < 0.0 else math.log1p(s)
    return -s * s if s < 0.0 else math.sqrt(s)


@compiled()
def surplus_of(function: int, harmony: float) -> float:
    """Return the s at which H(s) is this harmony: the inverse of H."""
    if function == 0:
        return 1.0 - math.sqrt(1.0 - 2.0 * harmony) if harmony < 0.0 else math.expm1(harmony)
    return -math.sqrt(-harmony) if harmony < 0.0 else harmony * harmony


@compiled()
def scaled(absolute: bool, output: float, goal: float) -> float:
    """Return the paper's ``scale(o, g) = o - g``, or ``(o - g)/g``."""
    return output - goal if absolute else (output - goal) / goal


@compiled()
def aimed_output(function: int, absolute: bool, mean: float, goal: float, bias: float) -> float:
    """Return the output aimed at: that of mean harmony, raised by a share of itself (``1 + n + a`` in the paper)."""
    s = surplus_of(function, mean)
    level = goal + s if absolute else goal * (1.0 + s)
    return level + bias * abs(level)


@compiled()
def distribute(stocks: Any, whole: bool, draws: Any, total: Any, holdings: Any, reserve: Any) -> None:
    """Deal out all stocks over the industries that use them, in proportion to draws (one per industry and stock).

    Whole units that do not divide stay in the reserve.
    """
    sums = np.zeros(len(total))
    for e in range(len(stocks)):
        sums[stocks[e]] += draws[e]
    reserve[:] = total
    for e in range(len(stocks)):
        k = stocks[e]
        share = total[k] * draws[e] / sums[k] if sums[k] > 0.0 else 0.0
        if whole:
            share = math.floor(share)
        share = min(share, reserve[k])
        holdings[e] = share
        reserve[k] -= share


@compiled()
def balance_stocks(starts: Any, stocks: Any, need: Any, whole: bool, level: Any, holdings: Any, reserve: Any) -> None:
    """Steps 1 and 2: each industry runs at what its scarcest stock allows; what exceeds that goes to the reserve."""
    for j in range(len(starts) - 1):
        limit = np.inf
        for e in range(starts[j], starts[j + 1]):
            limit = min(limit, holdings[e] / need[e])
        level[j] = limit
    hold_levels(starts, stocks, need, whole, level, holdings, reserve)


@compiled(inline="always")
def hold(e: int, level: float, stocks: Any, need: Any, whole: bool, holdings: Any, reserve: Any) -> None:
    """Let an industry hold what a level takes of one of its stocks, out of the reserve or into it."""
    k = stocks[e]
    available = holdings[e] + reserve[k]
    wanted = need[e] * level
    if whole:
        wanted = math.ceil(wanted * (1.0 - 1e-12))
    holding = min(wanted, available)
    reserve[k] = available - holding
    holdings[e] = holding


@compiled()
def hold_levels(starts: Any, stocks: Any, need: Any, whole: bool, level: Any, holdings: Any, reserve: Any) -> None:
    """Let every industry hold what its level takes."""
    for j in range(len(starts) - 1):
        for e in range(starts[j], starts[j + 1]):
            hold(e, level[j], stocks, need, whole, holdings, reserve)


@compiled()
def harmonies(rule: tuple[int, bool], output: Any, goal: Any, counted: Any, harmony: Any) -> None:
    """Evaluate the harmony of every good counted; 0 for the others."""
    for i in range(len(output)):
        harmony[i] = harmony_of(rule[0], scaled(rule[1], output[i], goal[i])) if counted[i] else 0.0


@compiled()
def net_outputs(level: Any, starts: Any, goods: Any, use: Any, makes: Any, given: Any, out: Any) -> None:
    """Step 3: what is left of each good, industry by industry."""
    out[:] = given
    for j in range(len(level)):
        out[j] += makes[j] * level[j]
        for e in range(starts[j], starts[j + 1]):
            out[goods[e]] -= use[e] * level[j]


@compiled(inline="always")
def run_at(
    j: int,
    new: float,
    rule: tuple[int, bool],
    flows: Any,
    makes: Any,
    goal: Any,
    counted: Any,
    level: Any,
    output: Any,
    harmony: Any,
) -> float:
    """Run an industry at a new level; update what it and its suppliers leave; return the change of harmony."""
    starts, goods, use = flows
    more = new - level[j]
    level[j] = new
    output[j] += makes[j] * more
    change: float = -harmony[j]
    harmony[j] = 0.0
    for e in range(starts[j], starts[j + 1]):
        i = goods[e]
        output[i] -= use[e] * more
        if i != j and counted[i]:
            before = harmony[i]
            harmony[i] = harmony_of(rule[0], scaled(rule[1], output[i], goal[i]))
            change += harmony[i] - before
    if counted[j]:
        harmony[j] = harmony_of(rule[0], scaled(rule[1], output[j], goal[j]))
        change += harmony[j]
    return change


@compiled()
def reallocate_reserve(
    order: Any,
    rule: tuple[int, bool],
    bias: Any,
    flows: Any,
    ties: Any,
    whole: bool,
    makes: Any,
    own: Any,
    goal: Any,
    counted: Any,
    level: Any,
    output: Any,
    harmony: Any,
    holdings: Any,
    reserve: Any,
) -> int:
    """Step 6: hand the reserve to the least harmonious industries, up to the output aimed at; return the numbers read.

    An industry that is given stocks is moved to its new place in the list and the mean is taken anew. Its suppliers
    count in that mean at once, but keep their places until the next sort. At most as many turns as industries.
    """
    starts, stocks, need = ties
    line = [(harmony[j], j) for j in order]  # sorted, and so a heap
    count = counted.sum()
    total = harmony.sum()
    read = 0
    for _ in range(len(order)):
        if len(line) == 0:
            break
        _key, j = heapq.heappop(line)
        aim = aimed_output(rule[0], rule[1], total / count, goal[j], bias[j])
        new = level[j] + (aim - output[j]) / own[j]
        if new <= level[j]:
            continue
        for e in range(starts[j], starts[j + 1]):
            new = min(new, (holdings[e] + reserve[stocks[e]]) / need[e])
        read += starts[j + 1] - starts[j]
        if new <= level[j]:
            continue
        for e in range(starts[j], starts[j + 1]):
            hold(e, new, stocks, need, whole, holdings, reserve)
        total += run_at(j, new, rule, flows, makes, goal, counted, level, output, harmony)
        read += starts[j + 1] - starts[j] + flows[0][j + 1] - flows[0][j]
        heapq.heappush(line, (harmony[j], j))
    return read


@compiled()
def reduce_peaks(
    order: Any,
    rule: tuple[int, bool],
    bias: Any,
    flows: Any,
    ties: Any,
    whole: bool,
    makes: Any,
    own: Any,
    goal: Any,
    counted: Any,
    level: Any,
    output: Any,
    harmony: Any,
    holdings: Any,
    reserve: Any,
) -> int:
    """Step 7: scale those above the output aimed at down to it, the most harmonious first; return the numbers read.

    As in the paper, those above it at the beginning of the step are identified first: a supplier whose output comes to
    lie above it only because its users are scaled down is left as it is. What is released goes to the reserve. The mean
    is that at the beginning of the step.
    """
    starts, stocks, need = ties
    mean = harmony.sum() / counted.sum()
    aims = np.empty(len(order))
    above = np.zeros(len(order), dtype=np.bool_)
    for place in range(len(order)):
        j = order[place]
        aims[place] = aimed_output(rule[0], rule[1], mean, goal[j], bias[j])
        above[place] = output[j] > aims[place]
    read = 0
    for place in range(len(order) - 1, -1, -1):
        if not above[place]:
            continue
        j = order[place]
        new = max(level[j] - (output[j] - aims[place]) / own[j], 0.0)
        for e in range(starts[j], starts[j + 1]):
            hold(e, new, stocks, need, whole, holdings, reserve)
        run_at(j, new, rule, flows, makes, goal, counted, level, output, harmony)
        read += starts[j + 1] - starts[j] + flows[0][j + 1] - flows[0][j]
    return read
