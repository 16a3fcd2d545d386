"""Small economies with curves, for tests of plans: by hand and seeded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

import natura_opt as no

Points = list[tuple[float, float]]

#: Total needs of every curvature: convex, concave, S-shaped, and with a jump (what is needed as soon as anything runs).
CONVEX: Points = [(0, 0), (7, 2), (10, 5), (40, 50)]
CONCAVE: Points = [(0, 0), (5, 5), (40, 20)]
S_SHAPED: Points = [(0, 0), (3, 3), (8, 4), (40, 30)]
JUMP: Points = [(0, 0), (0, 2), (40, 12)]
SHAPES = {"convex": CONVEX, "concave": CONCAVE, "S-shaped": S_SHAPED, "jump": JUMP}


def reports(curves: Iterable[tuple[str, str, str, Points]]) -> pd.DataFrame:
    """Return the table of curves: technique, name, the table it stands in, and its points."""
    rows = [(t, name, of, q, total) for t, name, of, points in curves for q, total in points]
    return pd.DataFrame(rows, columns=["technique", "name", "of", "quantity", "total"])


def smelter(points: Points, periods: int = 1, **tables: Any) -> no.Economy:
    """Return an economy of iron and coal: iron needs coal by a curve, both need work, of which 12 is there."""
    given: dict[str, Any] = {
        "outputs": pd.DataFrame(np.eye(2), index=["iron", "coal"], columns=["smelt", "mine"]),
        "targets": pd.Series({"iron": 1.0, "coal": 0.0}),
        "resource_use": pd.DataFrame([[1.0, 1.0]], index=["work"], columns=["smelt", "mine"]),
        "resource_limits": pd.Series({"work": 12.0}),
        "curves": reports([("smelt", "coal", "inputs", points)]),
        "objective": "fulfilment",
    }
    return no.build_economy(periods=periods, **{**given, **tables})


def drawn(seed: int, objective: str) -> no.Economy:
    """Return a seeded economy of three goods, whose techniques need goods, work and emit by curves of any curvature."""
    rng = np.random.default_rng(seed)
    goods, techniques = ["corn", "iron", "coal"], ["grow", "smelt", "mine"]
    periods = int(rng.integers(1, 3))
    inputs = np.round(rng.uniform(0.0, 0.25, (3, 3)) * (rng.uniform(size=(3, 3)) < 0.5), 2)
    work = np.round(rng.uniform(0.5, 1.5, (1, 3)), 2)
    emitted = np.round(rng.uniform(0.2, 1.0, (1, 3)), 2)
    curves, scale = [], float(rng.uniform(0.03, 0.08))
    shapes = list(SHAPES.values())
    for j, technique in enumerate(techniques):
        kind = int(rng.integers(4))
        points = [(float(q), float(np.round(scale * total, 4))) for q, total in shapes[int(rng.integers(4))]]
        if kind == 0:
            name = goods[(j + 1) % 3]
            inputs[(j + 1) % 3, j] = 0.0
            curves.append((technique, name, "inputs", points))
        elif kind == 1:
            work[0, j] = 0.0
            curves.append((technique, "work", "resource_use", [(q, 8.0 * total) for q, total in points]))
        elif kind == 2:
            emitted[0, j] = 0.0
            curves.append((technique, "smoke", "emissions", [(q, 4.0 * total) for q, total in points]))
    if not curves:
        inputs[1, 0] = 0.0
        curves.append(("grow", "iron", "inputs", [(q, scale * total) for q, total in CONCAVE]))
    tables: dict[str, Any] = {
        "outputs": pd.DataFrame(np.eye(3), index=goods, columns=techniques),
        "inputs": pd.DataFrame(inputs, index=goods, columns=techniques),
        "resource_use": pd.DataFrame(work, index=["work"], columns=techniques),
        "emissions": pd.DataFrame(emitted, index=["smoke"], columns=techniques),
        "targets": pd.Series(np.round(rng.uniform(0.5, 2.0, 3), 2), index=goods),
        "curves": reports(curves),
        "objective": objective,
    }
    if objective == "least-resources":
        tables["resource_weights"] = pd.Series({"work": 1.0})
        tables["damage_weights"] = pd.Series({"smoke": 0.3})
    else:
        tables["resource_limits"] = pd.Series({"work": 20.0})
        tables["damage_weights"] = pd.Series({"smoke": 0.001})
    return no.build_economy(periods=periods, **tables)
