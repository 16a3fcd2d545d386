"""Linear programming against harmony and the fixed point as the number of goods grows.

One economy, one product per technique, ten shared resources: the assortment as a linear program by simplex, interior
point and PDLP (HiGHS), the same by its fixed point, and harmony by prices. The 1990 paper holds that linear programming
grows too fast for a whole economy and harmony does not; the exponents of seconds against goods, fitted here to runs of
one process, say by how much. A method is left out of larger sizes once it took longer than allowed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import natura_opt as no
from natura_opt.economy.economy import Economy
from natura_opt.methods.harmony.outputs import harmonise_outputs

from ..measuring import Competitor, Result, race
from .million import shared_resources

TITLE = "linear programming, harmony and fixed point as the number of goods grows"
OURS = "fixed point"
_SIZES = {"tiny": (60, 120), "small": (100, 300, 1_000), "full": (100, 300, 1_000, 3_000, 10_000)}
_ALLOWED = {"tiny": 10.0, "small": 20.0, "full": 40.0}
_AGREE = 1e-5
#: HiGHS's interior point does not heed its time limit while it factorises, so it is not tried on more goods than this.
_MOST = {"interior point": 1_000}


def run(size: str) -> Result:
    """Race the methods at the smallest size, then let each grow for as long as it may."""
    economy = shared_resources(_SIZES[size][0])
    rows = race([Competitor(name, _solving(way, economy)) for name, way in _WAYS.items()], OURS, _same, repeats=1)
    seconds: dict[str, dict[int, float]] = {name: {} for name in _WAYS}
    proved: dict[str, dict[int, bool]] = {name: {} for name in _WAYS}
    for goods in _SIZES[size]:
        economy = shared_resources(goods)
        for name, way in _WAYS.items():
            if goods > _MOST.get(name, goods) or any(spent > _ALLOWED[size] for spent in seconds[name].values()):
                continue
            began = time.perf_counter()
            found = way(economy, 2.0 * _ALLOWED[size])
            seconds[name][goods] = time.perf_counter() - began
            proved[name][goods] = found is not None
    figures: dict[str, Any] = {
        name: {f"{goods:,} goods": _said(spent, proved[name][goods]) for goods, spent in found.items()}
        for name, found in seconds.items()
    }
    figures["exponents of seconds against goods"] = {
        name: _exponent({goods: s for goods, s in found.items() if proved[name][goods]})
        for name, found in seconds.items()
    }
    return Result("methods", TITLE, size, OURS, rows, figures)


def _solving(way: Callable[[Economy, float], Any], economy: Economy) -> Callable[[], Any]:
    return lambda: way(economy, 60.0)


def _linear(method: str, tolerance: float) -> Callable[[Economy, float], Any]:
    def solve(economy: Economy, allowed: float) -> float | None:
        plan = no.solve(economy, method=method, tolerance=tolerance, time_limit=allowed)
        return plan.objective if plan.proved else None

    return solve


def _fixed_point(economy: Economy, allowed: float) -> float | None:
    plan = no.solve(economy, method="fixed-point")
    return plan.objective if plan.proved else None


def _harmony(economy: Economy, allowed: float) -> str | None:
    found = harmonise_outputs(economy, time_limit=allowed)
    return "proved" if found.harmony.gap_per_good <= 1e-6 else None


_WAYS: dict[str, Callable[[Economy, float], Any]] = {
    OURS: _fixed_point,
    "harmony, prices": _harmony,
    "simplex": _linear("simplex", 1e-9),
    "interior point": _linear("ipm", 1e-9),
    "PDLP": _linear("pdlp", 1e-6),
}


def _same(ours: Any, other: Any) -> bool | None:
    """Compare optima; harmony answers another question, of which only the proof is asked."""
    if isinstance(other, str):
        return None
    if ours is None or other is None:
        return False
    return bool(abs(ours - other) <= _AGREE * abs(ours))


def _said(spent: float, proved: bool) -> Any:
    return spent if proved else f"{spent:.3g} s, not proved"


def _exponent(seconds: dict[int, float]) -> float | None:
    """Return the slope of log seconds against log goods over the larger half of the sizes reached, at least two."""
    if len(seconds) < 2:
        return None
    goods = sorted(seconds)[-max(len(seconds) // 2 + 1, 2) :]
    return float(np.polyfit(np.log(goods), np.log([seconds[k] for k in goods]), 1)[0])
