"""Harmony at a million products: seconds, passes and proven gaps as the economy grows.

Cockshott (1990) measured 320 seconds for 3,705 industries on a machine of less than a million operations a second,
found the time nearly linear in their number, and projected some 10 to 100 billion steps for a million products with a
hundred inputs each: within reach of a supercomputer of the time. Here a million goods with 50 inputs each and ten
shared resources are planned on two cores, and what the paper had no means to give is proved at every size: how far
the plan is from the most harmonious one.

How it came out: the projection was right in kind. A million goods take about 3e10 operations (a multiplication and
an addition per coefficient and pass), within the paper's range, and an ordinary machine of 2026 in place of a
supercomputer; the number of passes does not grow with the number of goods.

Two forms: limits that all share (ten resources), where the full contents of all limits are computed roughly, in passes
that serve all of them at once, and prices then cost nothing; and the paper's own, in which every good is also a scarce
stock, where every set of prices takes two solves. A pass is one reading of all coefficients, for however many columns,
and whatever for: the sweeps that turn outputs into a plan are passes too.
"""

from __future__ import annotations

import gc
from typing import Any

import numpy as np

import natura_opt as no
from natura_opt.economy.economy import Economy
from natura_opt.methods.harmony.outputs import harmonise_outputs
from natura_opt.objectives.harmony_functions import H2018

from ..measuring import Competitor, Result, race

TITLE = "harmony from a thousand goods to a million, with its proven gap"
RESOURCES = 10
_INPUTS = 50
_CHECKED = {"tiny": 100, "small": 2_000, "full": 10_000}
_SHARED = {
    "tiny": (200, 400),
    "small": (2_000, 6_000, 20_000),
    "full": (2_000, 6_300, 20_000, 63_000, 200_000, 1_000_000),
}
_STOCKS = {"tiny": (200,), "small": (3_750, 10_000), "full": (3_750, 10_000, 31_600, 100_000)}
_STOCK_INPUTS = 25
_GAP, _STOCK_GAP = 1e-6, 1e-4
#: "between 10 billion and 100 billion" steps for a million products.
PAPER_STEPS = (1e10, 1e11)
#: The paper: 10^15 bytes for a dense matrix of the Soviet economy; "a few million dollars" at 1,000 dollars per million
#: bytes for the sparse one, of 12 million products with "hundreds" of inputs: bytes per coefficient.
PAPER_BYTES_PER_COEFFICIENT = 3e9 / (12e6 * 100)


def run(size: str) -> Result:
    """Check against CVXPY where CVXPY can follow, then grow."""
    economy = shared_resources(_CHECKED[size])
    ways = [
        Competitor("harmony, prices", lambda: harmonise_outputs(economy, tolerance=_GAP), _told, figures=_figures),
        Competitor(
            "CVXPY, Clarabel",
            lambda: _by_cvxpy(economy),
            _told_by_cvxpy,
            note="over full contents solved densely by LAPACK",
        ),
    ]
    rows = race(ways, "harmony, prices", _agree, repeats=1 if size == "full" else 2)
    figures: dict[str, Any] = {"goods in the race": _CHECKED[size]}
    figures |= _beside_cvxpy(economy)
    shared = [_measured(shared_resources(goods), _GAP) for goods in _SHARED[size]]
    figures["ten shared resources"] = _named(shared)
    figures["exponent of seconds against coefficients, shared"] = _exponent(shared)
    stocks = [_measured(scarce_stocks(goods), _STOCK_GAP) for goods in _STOCKS[size]]
    figures["every good a scarce stock (1990)"] = _named(stocks)
    if len(stocks) > 1:
        figures["exponent of seconds against coefficients, stocks"] = _exponent(stocks)
    largest = shared[-1]
    figures["operations of the largest"] = 2.0 * largest["coefficients"] * largest["passes"]
    figures["paper's estimate of steps for a million products"] = {"least": PAPER_STEPS[0], "most": PAPER_STEPS[1]}
    figures["bytes per coefficient"] = {
        "measured": largest["bytes per coefficient"],
        "the paper's store, at 100 inputs": PAPER_BYTES_PER_COEFFICIENT,
    }
    return Result("million", TITLE, size, "harmony, prices", rows, figures)


def shared_resources(goods: int) -> Economy:
    """Return a seeded economy in which every good has a target and ten resources of unequal plenty limit all."""
    inputs = min(_INPUTS, goods // 4)
    made = no.generate_economy(
        "planned", goods=goods, inputs=inputs, pattern="uniform", resources=RESOURCES, radius=0.8, wanted=1.0, seed=1
    )
    plenty = np.random.default_rng(1).uniform(0.8, 1.2, RESOURCES)
    return made.with_changes(resource_limits=made.vector("resource_limits", 0) * plenty)


def scarce_stocks(goods: int) -> Economy:
    """Return an economy of the 1990 paper: stocks of every good, from just sufficient to twice that."""
    made = no.generate_economy("cockshott", goods=goods, inputs=min(_STOCK_INPUTS, goods // 4), seed=1)
    plenty = np.random.default_rng(1).uniform(1.0, 2.0, goods)
    return made.with_changes(capital_pool=made.vector("capital_pool", 0) * plenty)


def _measured(economy: Economy, tolerance: float) -> dict[str, Any]:
    """Plan for harmony and return what is reported."""
    inputs = economy.matrix("inputs", 0)
    stored = inputs.data.nbytes + inputs.indices.nbytes + inputs.indptr.nbytes
    gc.collect()
    found = harmonise_outputs(economy, tolerance=tolerance)
    return {
        "goods": len(economy.goods),
        "coefficients": int(inputs.nnz),
        "seconds": sum(found.seconds.values()),
        "seconds of the proof": found.seconds["prove"],
        "passes": found.harmony.passes,
        "rounds": len(found.harmony.trace),
        "gap per good": found.harmony.gap_per_good,
        "total gap": found.harmony.bound - found.harmony.total,
        "mean harmony": found.harmony.total / len(economy.goods),
        "worst fulfilment": found.harmony.worst_fulfilment,
        "proved": bool(found.proved),
        "bytes per coefficient": stored / inputs.nnz,
    }


def _named(measured: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"{found['goods']:,} goods": found for found in measured}


def _exponent(measured: list[dict[str, Any]]) -> float:
    """Return the slope of log seconds against log coefficients."""
    sizes = np.log([found["coefficients"] for found in measured])
    return float(np.polyfit(sizes, np.log([found["seconds"] for found in measured]), 1)[0])


def _by_cvxpy(economy: Economy) -> tuple[float, np.ndarray]:
    """Maximise harmony over deliveries alone, limited by their full contents of the resources."""
    import cvxpy as cp

    inputs, use = economy.matrix("inputs", 0).toarray(), economy.matrix("resource_use", 0).toarray()
    contents = np.linalg.solve(np.eye(len(inputs)) - inputs.T, use.T).T
    targets, limits = economy.vector("targets", 0), economy.vector("resource_limits", 0)
    above, below = cp.Variable(len(targets), nonneg=True), cp.Variable(len(targets), nonneg=True)
    relative = 1 + above - below
    share = contents * targets / limits[:, None]
    problem = cp.Problem(
        cp.Maximize(cp.sum(cp.log1p(above) - below - cp.square(below) / 2)), [share @ relative <= 1, relative >= 0]
    )
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-9, tol_gap_rel=1e-9, tol_feas=1e-9)
    fulfilment = np.maximum(np.asarray(relative.value), 0.0)
    return float(H2018.value(fulfilment - 1.0).sum()), fulfilment


def _beside_cvxpy(economy: Economy) -> dict[str, Any]:
    """Return how the worst-served goods fare in both plans, and by how much any good is served otherwise."""
    found = harmonise_outputs(economy, tolerance=_GAP * 1e-2)
    ours, theirs = found.fulfilment_by_good.to_numpy()[:, 0], _by_cvxpy(economy)[1]
    apart = np.abs(ours - theirs)
    return {
        "worst served good": {"ours": float(ours.min()), "CVXPY": float(theirs[ours.argmin()])},
        "worst served of those served at all": {
            "ours": float(ours[ours > 1e-3].min()),
            "CVXPY": float(theirs[np.where(ours > 1e-3, ours, np.inf).argmin()]),
        },
        "largest difference of a fulfilment": float(apart.max()),
    }


def _told(found: no.Plan) -> tuple[float, float, int]:
    return found.harmony.total, found.harmony.worst_fulfilment, len(found.output)


def _told_by_cvxpy(found: tuple[float, np.ndarray]) -> tuple[float, float, int]:
    harmony, fulfilment = found
    return harmony, float(fulfilment.min()), len(fulfilment)


def _agree(ours: tuple[float, float, int], other: tuple[float, float, int]) -> bool:
    """Whether harmony agrees within the gap asked for, and the worst-served good is as well served.

    A gap of ``e`` per good says that single deliveries may be off by the root of ``2 e n``, H having curvature one.
    """
    goods = ours[2]
    near = abs(ours[0] - other[0]) <= 2.0 * _GAP * goods
    return bool(near and abs(ours[1] - other[1]) <= np.sqrt(2.0 * _GAP * goods))


def _figures(found: no.Plan) -> dict[str, Any]:
    return {
        "passes": found.harmony.passes,
        "gap per good": found.harmony.gap_per_good,
        "worst fulfilment": found.harmony.worst_fulfilment,
    }
