"""Small economies with curves that together use every term of the law of curves; optima by hand where all spellings
share a helper.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

import natura_opt as no

_KEYS = ["technique", "name", "of", "quantity", "total", "beyond"]


def _reports(*curves: tuple[str, str, str, list[tuple[float, float]], str]) -> pd.DataFrame:
    """Return the table of curves: (technique, name, table, rows, what holds beyond them) each."""
    rows = [(j, i, of, q, total, beyond) for j, i, of, points, beyond in curves for q, total in points]
    return pd.DataFrame(rows, columns=_KEYS)


def _quarry() -> no.Economy:
    """Every curve convex: inputs, resources that are weighed, emissions that fall first, capital held by techniques."""
    return no.build_economy(
        name="quarry",
        goods=["stone", "tool"],
        techniques=["dig", "blast", "forge"],
        resources=["labour", "powder"],
        pollutants=["dust", "noise"],
        periods=["1", "2"],
        outputs=[[1, 1, 0], [0, 0, 1]],
        inputs=[[0, 0, 0.3], [0.1, 0, 0.05]],
        resource_use=[[1, 0, 1.5], [0, 0.2, 0]],
        resource_weights=[[1, 1.2], [0.5, 0.7]],
        resource_limits=[[40, 45], [6, 7]],
        emissions=[[0.1, 0, 0], [0, 0.4, 0]],
        emission_caps=[[5, 6], [4, 4.5]],
        emission_budgets=[9, 8],
        damage_weights=[[0.1, 0.2], [0.05, 0.02]],
        period_length=[1, 2],
        pollutant_stocks=[1, 0.5],
        pollutant_decay=[[0.5, 0.4], [0.1, 0.2]],
        pollutant_stock_caps=[[9, 9.5], [8, 8.5]],
        capital=[[0, 0, 0], [0.2, 0, 0.1]],
        initial_capital=[[0, 0, 0], [2, 3, 1.5]],
        depreciation=[[0, 0, 0], [0.1, 0.2, 0.3]],
        targets=[[6, 7], [1, 0.5]],
        curves=_reports(
            ("blast", "tool", "inputs", [(0, 0), (2, 0.1), (5, 0.9), (9, 3.1)], ""),
            ("blast", "labour", "", [(0, 0), (3, 1.2), (8, 6.2)], "line"),
            ("forge", "dust", "", [(0, 0), (3, -1.2), (4, -0.9), (6, 2.1)], ""),
            ("blast", "tool", "capital", [(0, 0), (2, 0.3), (4, 1.1), (7, 3)], ""),
            ("dig", "powder", "", [(0, 0), (4, 0.2), (6, 0.9), (20, 9)], "line"),
        ),
        objective="least-resources",
    )


def _foundry() -> no.Economy:
    """Curves of every shape, which need binaries: concave, S-shaped, jumps at the start and inside; pooled capital."""
    return no.build_economy(
        name="foundry",
        goods=["iron", "coke"],
        resources=["labour"],
        pollutants=["smoke"],
        periods=["1", "2"],
        inputs=[[0, 0.1], [0, 0]],
        resource_use=[[0, 0.8]],
        resource_limits=[[12, 14]],
        emissions=[[0, 0.3]],
        emission_caps=[[9, 7]],
        emission_budgets=[13],
        damage_weights=[[0.02, 0.03]],
        capital=[[0, 0.2], [0, 0]],
        capital_pool=[2.5, 0],
        pool_depreciation=[[0.1, 0.2], [0, 0]],
        targets=[[1, 1.5], [0.5, 0.4]],
        curves=_reports(
            ("iron", "coke", "", [(0, 0), (2, 1.6), (4, 2.2), (7, 4.9)], ""),
            ("iron", "labour", "", [(0, 0), (0, 0.5), (3, 3), (7, 5.8)], "line"),
            ("iron", "iron", "inputs", [(0, 0), (4, 0.4), (4, 0.7), (8, 1.2)], "average"),
            ("iron", "iron", "capital", [(0, 0), (1, 0.4), (7, 1.9)], ""),
            ("iron", "smoke", "", [(0, 0), (3, 2.1), (6, 1.5), (7, 2)], ""),
            ("coke", "coke", "inputs", [(0, 0), (3, 0.1), (5, 0.4), (9, 1.2)], "line"),
        ),
        objective="assortment",
    )


#: Of each good: what is asked of it, the curves of its technique, and what they come to at that, by hand.
_LEDGER: dict[str, tuple[float, dict[str, tuple[list[tuple[float, float]], str]], float]] = {
    # convex, bending at different quantities: 1 + 3 x 1.5 and 3 + 2 x 2
    "a": (5, {"hours": ([(0, 0), (2, 1), (6, 7)], ""), "wood": ([(0, 0), (3, 3), (9, 15)], "")}, 12.5),
    # concave: 6 + 2 x 0.5
    "b": (5, {"hours": ([(0, 0), (3, 6), (8, 8.5)], "")}, 7.0),
    # 2 as soon as it runs: 2 + 4 x 0.5
    "c": (4, {"hours": ([(0, 0), (0, 2), (10, 7)], "")}, 4.0),
    # 2 more as soon as 4 are passed: 6 + 2 x 0.5, and 4 at 4 itself
    "d": (6, {"hours": ([(0, 0), (4, 4), (4, 6), (9, 8.5)], "")}, 7.0),
    "e": (4, {"hours": ([(0, 0), (4, 4), (4, 6), (9, 11)], "")}, 4.0),
    # steep, flat, steep: 5 + 1 x 2
    "f": (6, {"hours": ([(0, 0), (2, 4), (5, 5), (9, 13)], "")}, 7.0),
    # goes on by its last average, 2, up to where the other curve ends: 8 + 2 x 2, and 6 x 0.5
    "h": (6, {"hours": ([(0, 0), (2, 6), (4, 8)], "average"), "wood": ([(0, 0), (20, 10)], "")}, 15.0),
    # nobody wants it, and at 0 it needs nothing
    "i": (0, {"hours": ([(0, 0), (0, 3), (4, 5)], "")}, 0.0),
}
#: Goes on by its last slope, for ever: 4 + 6 x 1.5.
_ENDLESS = (10.0, {"hours": ([(0.0, 0.0), (2.0, 1.0), (4.0, 4.0)], "line")}, 13.0)


def _ledger(form: str) -> no.Economy:
    """Goods that need nothing but hours and wood, by curves of one shape each: the least of both is the sum of them."""
    book = {"auto": {**_LEDGER, "g": _ENDLESS}, "incremental": _LEDGER}.get(form, {"a": _LEDGER["a"], "g": _ENDLESS})
    curves: list[Any] = [
        (good, name, "", points, beyond) for good, (_, of, _) in book.items() for name, (points, beyond) in of.items()
    ]
    return no.build_economy(
        name=f"ledger, {form}",
        goods=list(book),
        resources=["hours", "wood"],
        inputs=[[0.0] * len(book)] * len(book),
        resource_weights=[1, 1],
        targets=[wanted for wanted, _, _ in book.values()],
        curves=_reports(*curves),
        questions={"default": no.Question("least-resources", curve_form=form)},
    )


CURVED: tuple[no.Economy, ...] = (_quarry(), _foundry(), *map(_ledger, ("auto", "incremental", "chords")))
#: Those that need binaries, which the CVXPY spelling refuses by name.
NOT_CONVEX = ("foundry", "ledger, auto", "ledger, incremental")
#: Optima by hand: what the needs of a ledger come to.
CURVES_BY_HAND: dict[str, float] = {
    "ledger, auto": sum(total for _, _, total in _LEDGER.values()) + _ENDLESS[2],
    "ledger, incremental": sum(total for _, _, total in _LEDGER.values()),
    "ledger, chords": _LEDGER["a"][2] + _ENDLESS[2],
}
