"""pymrio systems to economies: outputs and multipliers come back as plan and valuations; pymrio is never imported."""

from __future__ import annotations

import sys
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no


@pytest.fixture(scope="module")
def system() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pymrio = pytest.importorskip("pymrio")
        io = pymrio.load_test()
        io.calc_all()
    return io


def least(**more: Any) -> dict[str, Any]:
    return {"resources": "factor_inputs", "resource_weights": [1.0], "objective": "least-resources", **more}


def test_fixed_demand_gives_back_the_outputs(system: Any) -> None:
    economy = no.from_pymrio(system, **least())
    assert economy.goods[0] == ("reg1", "food") and economy.techniques.equals(economy.goods)
    assert economy.unit("goods", ("reg1", "food")) == "Mill USD"
    plan = no.solve(economy).assert_optimal()
    np.testing.assert_allclose(plan.activities["1"], system.x["indout"], rtol=1e-9)


@pytest.mark.parametrize("row", ["Value Added", ("emission_type1", "air"), ("emission_type2", "water")])
def test_valuations_are_the_multipliers(system: Any, row: Any) -> None:
    extension = "factor_inputs" if row == "Value Added" else "emissions"
    plan = no.solve(no.from_pymrio(system, **least(resources={extension: [row]}))).assert_optimal()
    multipliers = getattr(system, extension).M.loc[row]
    np.testing.assert_allclose(plan.valuations.loc["good"]["1"], multipliers, rtol=1e-9)


def test_from_flows_alone(system: Any) -> None:
    """Z, Y and F say the same as A, x and S."""
    bare = SimpleNamespace(Z=system.Z, Y=system.Y, factor_inputs=SimpleNamespace(F=system.factor_inputs.F))
    a, b = (no.from_pymrio(io, name="io", **least(resource_limits="base")) for io in (system, bare))
    assert set(a.tables) == set(b.tables)
    for name in a.tables:
        np.testing.assert_allclose(np.asarray(a.frame(name)), np.asarray(b.frame(name)), rtol=1e-12)


def test_emissions_and_chosen_categories(system: Any) -> None:
    categories = system.Y.columns.get_level_values("category").unique()
    economy = no.from_pymrio(system, final_demand=[categories[0]], emissions=["emissions"], **least())
    chosen = system.Y.xs(categories[0], axis=1, level="category").sum(axis=1)
    np.testing.assert_allclose(economy.vector("targets", 0), chosen)
    assert list(economy.pollutants) == [("emission_type1", "air"), ("emission_type2", "water")]
    np.testing.assert_allclose(economy.matrix("emissions", 0).toarray(), system.emissions.S)
    one = no.from_pymrio(system, final_demand=[("reg1", categories[0])], **least())
    np.testing.assert_allclose(one.vector("targets", 0), system.Y[("reg1", categories[0])])


def test_what_is_unknown_is_said(system: Any) -> None:
    with pytest.raises(no.DataError, match=r"unknown extension 'emission'; did you mean 'emissions'"):
        no.from_pymrio(system, resources="emission")
    with pytest.raises(no.DataError, match=r"factor_inputs: unknown row 'Value added'; did you mean 'Value Added'"):
        no.from_pymrio(system, resources={"factor_inputs": ["Value added"]})
    with pytest.raises(no.DataError, match=r"Y: unknown category 'homes'"):
        no.from_pymrio(system, final_demand=["homes"])
    with pytest.raises(no.DataError, match="resource_limits is by resource or 'base', not 'all'"):
        no.from_pymrio(system, **least(resource_limits="all"))


PAIRS = pd.MultiIndex.from_product([["north", "south"], ["corn"]], names=["region", "sector"])


def small(**changes: Any) -> Any:
    """Two regions with one sector each, without pymrio."""
    y = pd.DataFrame([[6.0, 1.0], [2.0, 5.0]], PAIRS, pd.MultiIndex.from_product([["north", "south"], ["homes"]]))
    z = pd.DataFrame([[2.0, 1.0], [0.0, 3.0]], PAIRS, PAIRS)
    labour = SimpleNamespace(F=pd.DataFrame([[5.0, 2.0]], ["hours"], PAIRS))
    return SimpleNamespace(**{"Z": z, "Y": y, "labour": labour, **changes})


def test_without_pymrio() -> None:
    plan = no.solve(no.from_pymrio(small(), **least(resources="labour"))).assert_optimal()
    assert plan.activities["1"].tolist() == pytest.approx([10.0, 10.0])
    assert plan.objective == pytest.approx(7.0)


def test_the_package_does_not_import_pymrio() -> None:
    import subprocess

    code = "import sys, natura_opt as no; no.from_pymrio; no.from_supply_use; sys.exit('pymrio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_negative_entries() -> None:
    z = pd.DataFrame([[2.0, -1.0], [0.0, 3.0]], PAIRS, PAIRS)
    with pytest.raises(no.DataError, match="A: 1 negative input: "):
        no.from_pymrio(small(Z=z))
    y = pd.DataFrame([[6.0], [-2.0]], PAIRS, ["homes"])
    with pytest.raises(no.DataError, match="Y: 1 negative final demand: -2 of "):
        no.from_pymrio(small(Y=y))
    io = small(A=pd.DataFrame([[0.2, -0.1], [0.0, 0.3]], PAIRS, PAIRS))
    economy = no.from_pymrio(io, negatives="as-output")
    assert economy.matrix("outputs", 0).toarray().tolist() == [[1.0, 0.1], [0.0, 1.0]]
    assert economy.matrix("inputs", 0).toarray().tolist() == [[0.2, 0.0], [0.0, 0.3]]
    assert economy.notes[0].startswith("1 negative input turned into outputs: -0.1 of ")


def test_systems_that_lack_something() -> None:
    with pytest.raises(no.DataError, match="the system has no final demand Y"):
        no.from_pymrio(small(Y=None))
    with pytest.raises(no.DataError, match="neither coefficients A nor flows Z"):
        no.from_pymrio(small(Z=None))
    a = pd.DataFrame(np.zeros((2, 2)), PAIRS, PAIRS)
    with pytest.raises(
        no.DataError, match=r"labour: F is per unit only with the outputs x; run io\.calc_all\(\) first"
    ):
        no.from_pymrio(small(Z=None, A=a), resources="labour")
    with pytest.raises(no.DataError, match="labour: has neither F nor S"):
        no.from_pymrio(small(labour=SimpleNamespace(F=None)), resources="labour")
    with pytest.raises(no.DataError, match="Z: unknown technique"):
        no.from_pymrio(small(Z=small().Z.rename(columns={"north": "nord"})))
