"""Findings of an attack on plans that are revised, swept, refused and priced, each as it was found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.cli.app import app
from natura_opt.planner.parts import _sweep_of


def stored_grain(**more: object) -> no.Economy:
    """Grain that rots by a half each year, for periods of two years and of three."""
    tables: dict[str, object] = {
        "goods": ["grain"],
        "periods": ["first", "second", "third"],
        "resources": ["land"],
        "resource_use": [[1.0]],
        "resource_limits": np.array([[10.0, 2.0, 2.0]]),
        "targets": [1.0],
        "storage": [0.5],
        "period_length": [2.0, 3.0, 1.0],
        "questions": {"default": no.Question("fulfilment", floor=2.2)},
    }
    return no.build_economy(**{**tables, **more})


def test_a_store_is_carried_over_with_the_years_it_lies_there() -> None:
    """It was carried as if every period were of one year."""
    plan = no.solve(stored_grain()).assert_optimal()
    rest = no.carry_over(plan)
    kept = plan.stored.iloc[0, 0]
    assert kept > 0
    assert rest.vector("initial_stocks", 0)[0] == pytest.approx(0.5**3 * kept)
    years = np.array([3.0, 1.0])
    assert no.solve(rest).assert_optimal().objective == pytest.approx(years @ plan.fulfilment.to_numpy()[1:], rel=1e-9)


def test_weights_of_activities_are_carried_over() -> None:
    """They were refused as a stock of which it is not known what is left."""
    economy = stored_grain(targets=None, activity_weights=[2.0], questions={"default": no.Question("output")})
    plan = no.solve(economy).assert_optimal()
    rest = no.solve(no.carry_over(plan)).assert_optimal()
    assert rest.objective == pytest.approx(2.0 * (3.0 + 1.0) * 2.0)


def test_an_order_that_arrives_after_the_end_is_not_lost_in_silence() -> None:
    five = no.read("five_year_plan").with_changes(investment_lag=[5.0] * 4)
    plan = no.solve(five.with_changes(salvage_values=[50.0] * 4), terminal="salvage").assert_optimal()
    assert plan.investment["year1"].sum() > 0
    with pytest.raises(no.CannotAnswerError, match="after the last period"):
        no.carry_over(plan)
    assert no.carry_over(no.solve(five).assert_optimal()).has("initial_capital")


#: What was taken in silence, or ended in "this should not happen".
SENSELESS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"floor": [0.0, "half"]}, {}, "0.0 is a number and 'half' is a text"),
    ({"floor": [0, True]}, {}, "truth value"),
    ({"floor": [10**30]}, {}, "too large"),
    ({"floor": [1j]}, {}, "neither a number nor a text"),
    ({"targets.bread@year3": [1.0], "targets.bread": [2.0]}, {}, "turn the same entry"),
    ({"targets": [1.0], "targets.bread@year3": [2.0]}, {}, "turn the same entry"),
    ({"tolerance": [1e-6, 1e-9]}, {}, "same at every point"),
    ({"objective": ["fulfilment"]}, {}, "same at every point"),
    ({"floor": [0.0]}, {"valuations": ["resource_limits.labour@year1"]}, "did you mean 'resource_limit'"),
    ({"floor": [0.0]}, {"valuations": ["objective"]}, "unknown rows"),
    ({"floor": [0.0]}, {"valuations": ["balance.bread@year9"]}, "did you mean 'year5'"),
    ({"floor": [0.0]}, {"valuations": ["balance.bread"]}, "unknown period"),
]


@pytest.mark.parametrize(("over", "options", "said"), SENSELESS)
def test_senseless_sweeps_are_refused_before_anything_is_written(
    over: dict[str, Any], options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises((no.DataError, no.OptionError), match=said):
        no.sweep("five_year_plan", over, out=tmp_path / "s.parquet", cores=1, **options)
    assert not list(tmp_path.iterdir())


def test_a_list_of_reports_is_not_turned() -> None:
    curved = no.build_economy(
        goods=["a"], resources=["l"], targets=[1.0], resource_limits=[3.0], objective="fulfilment",
        curves={("a", "l"): [(0, 0), (2, 2), (4, 4)]},
    )  # fmt: skip
    with pytest.raises(no.DataError, match="list of reports"):
        no.sweep(curved, {"curves.a": [1.0]}, cores=1)


def test_a_sweep_that_was_ended_before_it_began_goes_on(tmp_path: Path) -> None:
    """Its folder was there and what says which sweep it is of was not: it was refused as another's for ever."""
    out = tmp_path / "s.parquet"
    (tmp_path / "s.parquet.parts").mkdir()
    assert len(no.sweep("five_year_plan", {"floor": [0.0]}, out=out, cores=1).table) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.parquet", "s.seconds.csv"]


def test_a_sweep_that_was_ended_when_all_was_there_leaves_no_parts(tmp_path: Path) -> None:
    out, parts = tmp_path / "s.parquet", tmp_path / "s.parquet.parts"
    first = no.sweep("five_year_plan", {"floor": [0.0]}, out=out, cores=1)
    parts.mkdir()
    (parts / "sweep.json").write_text(json.dumps({"sweep": _sweep_of(out)}))
    again = no.sweep("five_year_plan", {"floor": [0.0]}, out=out, cores=1)
    assert again.table.equals(first.table) and not parts.exists()


@pytest.mark.parametrize("said", ["{bad", "[1]", '{"sweep": 3}'])
def test_parts_that_cannot_be_read_are_those_of_another_sweep(said: str, tmp_path: Path) -> None:
    (tmp_path / "s.parquet.parts").mkdir()
    (tmp_path / "s.parquet.parts" / "sweep.json").write_text(said)
    with pytest.raises(no.OutputError, match="another sweep"):
        no.sweep("five_year_plan", {"floor": [0.0]}, out=tmp_path / "s.parquet", cores=1)


def test_a_file_that_is_no_sweeps_is_not_written_over(tmp_path: Path) -> None:
    mine = tmp_path / "s.seconds.csv"
    mine.write_text("mine")
    with pytest.raises(no.OutputError, match="exists already"):
        no.sweep("five_year_plan", {"floor": [0.0]}, out=tmp_path / "s.parquet", cores=1)
    assert mine.read_text() == "mine" and not (tmp_path / "s.parquet").exists()


def test_the_help_of_a_sweep_shows_a_range_as_it_is_written() -> None:
    """It showed the sign of a hundred points."""
    said = CliRunner().invoke(app, ["sweep", "--help"]).output
    assert "emission_caps.CO2=10:99:50" in said


@pytest.mark.parametrize("seed", range(6))
def test_growth_is_the_same_in_whatever_units(seed: int) -> None:
    """Bounds were as wide as .4 to 1.4, and economies without a rate were found where units are far apart."""
    rng = np.random.default_rng(seed)
    needs, makes = rng.random((6, 4)), 3.0 * rng.random((6, 4))
    goods, techniques = 10.0 ** rng.uniform(-8, 8, (6, 1)), 10.0 ** rng.uniform(-8, 8, 4)
    plain = no.von_neumann_growth(inputs=needs, outputs=makes)
    hostile = no.von_neumann_growth(inputs=needs * goods * techniques, outputs=makes * goods * techniques)
    assert hostile.growth_factor == pytest.approx(plain.growth_factor, rel=1e-7)
    assert hostile.interest_factor == pytest.approx(plain.interest_factor, rel=1e-7)
    for low, high in (hostile.growth_bounds, hostile.interest_bounds):
        assert high - low <= 1e-7 * high
    x = techniques * hostile.activities.to_numpy()
    assert x / x.max() == pytest.approx(plain.activities.to_numpy(), abs=1e-5)


def with_capital(inputs: Any, capital: Any) -> no.Economy:
    count = len(inputs)
    return no.build_economy(
        goods=[f"good {k}" for k in range(count)],
        inputs=inputs,
        capital=capital,
        initial_capital=np.where(np.asarray(capital) > 0, 1.0, 0.0),
        depreciation=np.zeros((count, count)),
        targets=np.ones(count),
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_turnpike_is_the_same_in_whatever_units(seed: int) -> None:
    rng = np.random.default_rng(seed)
    inputs, capital = rng.random((5, 5)) / 12, rng.random((5, 5))
    units = 10.0 ** rng.uniform(-8, 8, 5)
    of = units[:, np.newaxis] / units
    plain, hostile = no.turnpike(with_capital(inputs, capital)), no.turnpike(with_capital(inputs * of, capital * of))
    assert hostile.growth == pytest.approx(plain.growth, rel=1e-9)
    outputs, prices = hostile.outputs.to_numpy() / units, hostile.prices.to_numpy() * units
    assert outputs / outputs.max() == pytest.approx(plain.outputs.to_numpy(), rel=1e-6)
    assert prices / prices.max() == pytest.approx(plain.prices.to_numpy(), rel=1e-6)


def test_what_limits_growth_is_told_by_what_needs_what() -> None:
    """Not by the size of numbers: a cycle may be weak, and what is no cycle may look like one by rounding."""
    weak = np.array([[0.0, 1e9], [1e-9, 0.0]])
    assert no.turnpike(with_capital(np.zeros((2, 2)), weak)).growth == pytest.approx(1.0)
    uphill = np.triu(np.full((9, 9), 0.3), 1)[::-1, ::-1].T
    with pytest.raises(no.CannotAnswerError, match="no rate limits"):
        no.turnpike(with_capital(uphill / 4, uphill))
