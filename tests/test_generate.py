"""Seeded economies: what a seed gives, patterns and spectral radii as asked, plans that are there by construction."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import typer
from scipy.sparse.linalg import spsolve
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.base.errors import NaturaError, OptionError
from natura_opt.cli.generate import generate
from natura_opt.generate.families import FAMILIES, generate_economy
from natura_opt.generate.matrices import PATTERNS, Pattern, coefficient_matrix, zipf_counts
from natura_opt.generate.planned import planned
from natura_opt.generate.samothrakis import samothrakis_system
from natura_opt.generate.sampling import Popularity, distinct_positions, stream
from natura_opt.generate.technology import technology
from natura_opt.input_output.spectrum import rounded, serving_levels, spectral_radius

SMALL: dict[str, dict[str, Any]] = {
    "planned": {"goods": 25, "techniques": 2, "resources": 3, "capital": "techniques", "periods": 2},
    "cockshott": {"goods": 30, "inputs": 13},
    "samothrakis": {"industrial": 40, "final": 10, "profiles": 7, "dependencies": 12, "form": "general"},
}


def same_tables(one: no.Economy, other: no.Economy) -> bool:
    """Whether two economies hold the same numbers, bit by bit, under the same names."""
    if set(one.tables) != set(other.tables) or not all(one.axes[a].equals(other.axes[a]) for a in one.axes):
        return False
    pairs = [
        (part, other.tables[name].slices.get(key)) for name, t in one.tables.items() for key, part in t.slices.items()
    ]
    dense = [(a.toarray(), b.toarray()) if sp.issparse(a) else (a, b) for a, b in pairs]
    return all(np.array_equal(a, b) for a, b in dense)


def radius(matrix: Any) -> float:
    """The spectral radius by a way of its own: all eigenvalues."""
    return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())


# ---- seeds


@pytest.mark.parametrize("family", FAMILIES)
def test_a_seed_gives_the_same_economy_and_another_seed_another(family: str) -> None:
    first = generate_economy(family, seed=5, **SMALL[family])
    assert same_tables(first, generate_economy(family, seed=5, **SMALL[family]))
    assert not same_tables(first, generate_economy(family, seed=6, **SMALL[family]))


def test_a_setting_changes_only_its_own_tables() -> None:
    plain, capital = planned(goods=20, seed=3), planned(goods=20, seed=3, capital="pool")
    for table in ("inputs", "resource_use", "targets", "resource_limits"):
        assert np.array_equal(plain.frame(table), capital.frame(table))


@pytest.mark.parametrize(
    ("pattern", "links"),
    [
        ("uniform", "04034f3d2175"),
        ("zipf", "568bb6759145"),
        ("nearly-decomposable", "d65967c05d25"),
        ("triangular", "46b28e1ede64"),
    ],
)
def test_links_of_a_seed_are_those_of_every_other_machine(pattern: str, links: str) -> None:
    matrix = coefficient_matrix(pattern, 500, 12, seed=2026)
    text = ",".join(map(str, [*matrix.indptr.tolist(), *matrix.indices.tolist()]))
    assert hashlib.sha256(text.encode()).hexdigest().startswith(links)


# ---- links


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_set_of_positions_is_equally_likely(count: int) -> None:
    lines = 12_000
    drawn = distinct_positions(stream(1), np.full(lines, count), np.full(lines, 5)).reshape(lines, count)
    assert (np.diff(drawn, axis=1) > 0).all()
    sets = dict.fromkeys(itertools.combinations(range(5), count), 0)
    for chosen in map(tuple, drawn.tolist()):
        sets[chosen] += 1
    expected = lines / len(sets)
    assert sum((found - expected) ** 2 / expected for found in sets.values()) < 30.0  # chi square, at most 9 degrees


@pytest.mark.parametrize("count", [2, 3])
def test_popular_candidates_are_drawn_by_their_shares(count: int) -> None:
    """Both ways of drawing (redraw what repeats; clocks) agree with the probabilities, counted out."""
    order, lines = np.array([3, 0, 4, 1, 2], dtype=np.int32), 20_000
    shares = dict(zip(order.tolist(), 1.0 / np.arange(1, 6), strict=True))
    expected = np.zeros(5)
    for chosen in itertools.permutations(range(5), count):
        left, probability = sum(shares.values()), 1.0
        for good in chosen:
            probability *= shares[good] / left
            left -= shares[good]
        expected[list(chosen)] += probability
    drawn = distinct_positions(stream(2), np.full(lines, count), np.full(lines, 5), Popularity(order))
    found = np.bincount(drawn, minlength=5) / lines
    assert np.abs(found - expected).max() < 4.5 * 0.5 / np.sqrt(lines)


def test_lines_may_differ_in_what_they_take_and_take_nothing_or_all() -> None:
    counts, sizes = np.array([0, 3, 1, 0, 7, 5000, 2]), np.array([0, 3, 9, 4, 1000, 9000, 2])
    drawn = np.split(distinct_positions(stream(3), counts, sizes), np.cumsum(counts)[:-1])
    for line, count, size in zip(drawn, counts, sizes, strict=True):
        assert len(np.unique(line)) == count and (line == np.sort(line)).all() and (line < size).all()
    assert drawn[1].tolist() == [0, 1, 2] and drawn[6].tolist() == [0, 1]


# ---- matrices


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("wanted", [0.3, 0.8, 0.99])
@pytest.mark.parametrize("goods", [40, 400])  # all eigenvalues; power iteration or Arnoldi
def test_the_spectral_radius_is_the_one_asked_for(pattern: str, wanted: float, goods: int) -> None:
    matrix = coefficient_matrix(pattern, goods, 8, radius=wanted, seed=goods)
    assert radius(matrix) == pytest.approx(wanted, rel=1e-9)
    assert spectral_radius(matrix) == pytest.approx(wanted, rel=1e-10)
    assert matrix.has_canonical_format and matrix.indices.dtype == np.int32 and matrix.data.min() > 0


def test_uniform_columns_have_as_many_inputs_as_asked_and_rows_as_chance_has_it() -> None:
    matrix = coefficient_matrix("uniform", 4000, 20, seed=1)
    assert (np.diff(sp.csc_array(matrix).indptr) == 20).all()
    uses = np.diff(matrix.indptr)
    assert uses.var() == pytest.approx(20 * (1 - 20 / 4000), rel=0.1)


def test_zipf_numbers_of_inputs_and_uses_fall_with_their_rank() -> None:
    goods, mean = 20_000, 30
    matrix = coefficient_matrix("zipf", goods, mean, seed=1)
    inputs = np.sort(np.diff(sp.csc_array(matrix).indptr))[::-1]
    uses = np.sort(np.diff(matrix.indptr))[::-1]
    assert goods * mean * 0.999 <= matrix.nnz <= goods * mean
    assert inputs.max() == 20 * mean and inputs.min() >= 1
    for counts, ranks in ((inputs, np.arange(2000, 20_000)), (uses, np.arange(1000, 10_000))):
        slope = np.polyfit(np.log(ranks + 1), np.log(counts[ranks]), 1)[0]
        assert slope == pytest.approx(-1.0, abs=0.1)


def test_zipf_counts_never_ask_for_more_than_there_is() -> None:
    for lines, mean in itertools.product((1, 2, 7, 100), (1, 2, 7)):
        counts = zipf_counts(lines, min(mean, lines), lines)
        assert counts.min() >= 1 and counts.max() <= lines and counts.sum() <= lines * min(mean, lines)


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_nearly_decomposable_blocks_have_few_links_between_them(share: float) -> None:
    pattern = Pattern("nearly-decomposable", 3001, 20, blocks=7, links_between=share)
    matrix = sp.coo_array(coefficient_matrix("nearly-decomposable", 3001, 20, blocks=7, links_between=share, seed=1))
    block = np.repeat(np.arange(7), np.diff(pattern.block_starts()))
    assert (np.bincount(matrix.col) == 20).all()
    assert float(np.mean(block[matrix.row] != block[matrix.col])) == pytest.approx(share, rel=0.05)


def test_triangular_goods_use_only_themselves_and_those_before() -> None:
    matrix = coefficient_matrix("triangular", 500, 12, radius=0.7, seed=1)
    assert sp.tril(matrix, -1).nnz == 0
    assert matrix.diagonal().max() == 0.7 and matrix.diagonal().min() > 0
    assert np.diff(sp.csc_array(matrix).indptr).tolist() == [min(12, j + 1) for j in range(500)]
    assert np.asarray(matrix.sum(axis=0)) == pytest.approx(np.full(500, 0.7))


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("wanted", [0.8, 0.999])
def test_levels_serve_the_demand(pattern: str, wanted: float) -> None:
    matrix = coefficient_matrix(pattern, 1000, 10, radius=wanted, seed=4)
    demand = np.where(np.arange(1000) % 3 == 0, 1.0, 0.0)
    levels = serving_levels(matrix, demand)
    truth = spsolve(sp.csc_array(sp.eye_array(1000) - matrix), demand)
    assert levels == pytest.approx(truth, rel=1e-9, abs=1e-12 * truth.max())
    assert levels.min() >= 0.0


def test_rounding_up_never_rounds_down() -> None:
    values = stream(9).random(1000) * 10.0 ** np.arange(-5, 5).repeat(100)
    up = rounded(values, up=True)
    assert (up >= values).all() and up == pytest.approx(values, rel=2e-7)
    assert rounded(up).tolist() == up.tolist() and rounded(np.zeros(1)).tolist() == [0.0]


# ---- planned


def drawn_settings(seed: int) -> dict[str, Any]:
    rng = stream(seed, 99)
    pick = lambda *values: values[int(rng.random() * len(values))]  # noqa: E731
    return {
        "goods": pick(20, 33, 60),
        "inputs": pick(None, 3),
        "pattern": pick(*PATTERNS),
        "radius": pick(0.3, 0.6, 0.9),
        "techniques": pick(1, 2, 3),
        "resources": pick(1, 2, 4),
        "capital": pick("none", "pool", "techniques"),
        "periods": pick(1, 2, 4),
        "wanted": pick(0.01, 0.5, 1.0),
        "objective": pick("assortment", "fulfilment", "least-resources"),
        "slack": pick(0.0, 0.1, 1.0),
        "decades": pick(0, 0, 2),
    }


@pytest.mark.parametrize("seed", range(30))
def test_the_plan_an_economy_is_made_around_is_there(seed: int) -> None:
    settings = drawn_settings(seed)
    economy = planned(seed=seed, **settings)
    plan = no.solve(economy).assert_optimal()
    least = {"assortment": 1.0, "fulfilment": float(settings["periods"]), "least-resources": 0.0}
    assert plan.objective >= least[economy.question().objective] * (1 - 1e-9)
    assert all(finding.passed for finding in no.check(economy))


@pytest.mark.parametrize("wanted", [0.6, 0.95])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_main_techniques_have_the_radius_and_every_choice_is_productive(pattern: str, wanted: float) -> None:
    made = technology(Pattern(pattern, 40, 5), wanted, 3, seed=8)
    inputs = made.inputs.toarray()
    assert radius(made.inputs[:, :40]) == pytest.approx(wanted, rel=1e-9)
    rng = stream(8, 8)
    for _ in range(50):
        choice = np.arange(40) + 40 * (rng.random(40) * 3).astype(int)
        assert np.abs(np.linalg.eigvals(inputs[:, choice])).max() < 1.0
    assert made.values == pytest.approx(np.linalg.solve(np.eye(40) - inputs[:, :40].T, made.labour[:40]))


def test_other_techniques_are_worth_choosing() -> None:
    """Some goods are made by another technique than the main one, and better off for it."""
    one, three = (planned(goods=40, techniques=ways, resources=3, seed=2) for ways in (1, 3))
    assert no.solve(three).objective > 1.01 * no.solve(one).objective
    used = no.solve(three).activities["1"]
    assert (used[[name for name in used.index if "way" in name]] > 1e-9).sum() >= 3


@pytest.mark.parametrize("capital", ["none", "pool", "techniques"])
def test_natural_units_change_nothing_but_the_numbers(capital: str) -> None:
    settings: dict[str, Any] = {
        "goods": 30,
        "techniques": 2,
        "resources": 2,
        "periods": 2,
        "capital": capital,
        "seed": 4,
    }
    plain, spread = planned(**settings), planned(**settings, decades=3)
    assert no.solve(spread).assert_optimal().objective == pytest.approx(no.solve(plain).objective, rel=1e-8)
    sizes = spread.matrix("inputs", 0).data
    assert sizes.max() / sizes.min() > 1e5 > 1e3 > plain.matrix("inputs", 0).data.max()


def test_capital_is_replaced_so_that_the_last_year_is_served_too() -> None:
    economy = planned(goods=30, capital="pool", periods=6, objective="fulfilment", slack=0.0, seed=3)
    levelled = no.solve(economy, no.Question("fulfilment", floor=1.0)).assert_optimal()
    assert (levelled.fulfilment >= 1.0 - 1e-9).all()
    worn = economy.with_changes(pool_depreciation=np.minimum(1.0, 3.0 * economy.vector("pool_depreciation", 0)))
    assert not no.solve(worn, no.Question("fulfilment", floor=1.0)).proved


# ---- Cockshott 1990


@pytest.mark.parametrize(("goods", "inputs"), [(30, 13), (30, 25), (200, 25)])
@pytest.mark.parametrize("seed", [0, 1])
def test_stocks_just_sufficient_make_one_assortment_exactly(goods: int, inputs: int, seed: int) -> None:
    economy = generate_economy("cockshott", goods=goods, inputs=inputs, seed=seed)
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(1.0, abs=1e-11)
    x = plan.activities["1"].to_numpy()
    net = x - economy.matrix("inputs", 0) @ x
    assert net == pytest.approx(economy.vector("targets", 0), rel=1e-9)  # every harmony is 0


def test_flows_and_stocks_stand_in_the_same_places() -> None:
    economy = generate_economy("cockshott", goods=150, inputs=13, seed=1)
    flows, stock = economy.matrix("inputs", 0), economy.matrix("capital", 0)
    assert np.array_equal(flows.indices, stock.indices) and np.array_equal(flows.indptr, stock.indptr)
    assert (np.diff(sp.csc_array(flows).indptr) == 13).all() and radius(flows) == pytest.approx(0.6)
    goals = economy.vector("targets", 0)
    assert np.array_equal(goals, np.round(goals)) and goals.min() >= 50 and goals.max() <= 150


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_whole_stocks_fall_short_by_a_little_and_by_less_on_a_larger_scale(seed: int) -> None:
    short = []
    for scale in (100.0, 10_000.0):
        economy = generate_economy("cockshott", goods=60, integer_stocks=True, scale=scale, seed=seed)
        stocks = economy.vector("capital_pool", 0)
        assert np.array_equal(stocks, np.floor(stocks))
        short.append(1.0 - no.solve(economy).assert_optimal().objective)
    assert 0.002 < short[0] < 0.05
    assert 0.0 < short[1] < short[0] / 20


def test_slack_multiplies_stocks_and_so_assortments() -> None:
    assert no.solve(generate_economy("cockshott", slack=1.25)).objective == pytest.approx(1.25, abs=1e-11)


# ---- Samothrakis 2021


def test_the_published_form_is_upper_triangular_with_links_counted_by_row() -> None:
    matrix, demand = samothrakis_system(70, 30, profiles=20, dependencies=15, seed=2)
    assert matrix.shape == (120, 120) and matrix.has_canonical_format and matrix.indices.dtype == np.int32
    assert sp.tril(matrix, -1).nnz == 0
    goods = matrix[:100, :100]
    assert np.diff(goods.indptr).tolist() == [min(15, 100 - i) for i in range(100)]
    own = goods.diagonal()
    assert set(own.tolist()) == {0.0, 0.1} and radius(matrix) == pytest.approx(0.1)
    assert (goods - sp.diags_array(own)).max() < 0.001
    baskets = matrix[:, 100:].toarray()
    assert (baskets[:30] > 0).all() and 9 < baskets.max() < 10 and not baskets[30:].any()
    assert not demand[:100].any() and demand.sum() == pytest.approx(1.0)


def test_the_general_form_has_inputs_by_column_and_the_radius_asked_for() -> None:
    matrix, _ = samothrakis_system(350, 50, profiles=20, dependencies=60, form="general", seed=2)
    goods = matrix[:400, :400]
    assert (np.diff(sp.csc_array(goods).indptr) == 60).all()
    assert radius(matrix) == pytest.approx(0.8, rel=1e-9)
    other, _ = samothrakis_system(350, 50, profiles=20, dependencies=60, form="general", radius=0.95, seed=2)
    assert spectral_radius(other[:400, :400]) == pytest.approx(0.95, rel=1e-9)


def test_more_dependencies_than_goods_are_all_goods_as_published() -> None:
    matrix, _ = samothrakis_system(50, 10, profiles=3, dependencies=2000)
    assert matrix.nnz == 60 * 61 // 2 + 30


@pytest.mark.parametrize("form", ["triangular", "general"])
def test_the_economy_serves_what_the_system_asks(form: str) -> None:
    settings: dict[str, Any] = {"profiles": 9, "dependencies": 25, "form": form, "seed": 6}
    matrix, demand = samothrakis_system(90, 20, **settings)
    levels = spsolve(sp.csc_array(sp.eye_array(len(demand)) - matrix), demand)
    plan = no.solve(generate_economy("samothrakis", industrial=90, final=20, **settings)).assert_optimal()
    assert plan.activities["1"].to_numpy() == pytest.approx(levels[:110], rel=1e-9)


# ---- misuse


@pytest.mark.parametrize(
    ("family", "settings", "said"),
    [
        ("plannd", {}, "unknown family 'plannd'; did you mean 'planned'? Known: cockshott, planned, samothrakis"),
        ("planned", {"good": 3}, "family 'planned': unknown setting 'good'; did you mean 'goods'?"),
        ("planned", {"pattern": "zip"}, "unknown pattern 'zip'; did you mean 'zipf'?"),
        ("planned", {"capital": "pools"}, "unknown capital 'pools'; did you mean 'pool'?"),
        ("planned", {"objective": "fulfillment"}, "did you mean 'fulfilment'?"),
        ("planned", {"radius": 1.0}, "radius must be a number above 0 and below 1, not 1.0: with a spectral radius"),
        ("planned", {"radius": float("nan")}, "radius must be a number above 0 and below 1, not nan"),
        ("cockshott", {"radius": 1.5}, "the economy makes no net product"),
        ("cockshott", {"goods": 12}, "13 inputs per good are more than the 12 goods; ask for fewer"),
        ("planned", {"goods": -5}, "goods must be a whole number of at least 1, not -5"),
        ("planned", {"goods": "many"}, "goods must be a whole number of at least 1, not 'many'"),
        ("planned", {"goods": 2.5}, "goods must be a whole number of at least 1, not 2.5"),
        ("planned", {"inputs": 0}, "inputs must be a whole number of at least 1, not 0"),
        ("planned", {"seed": -1}, "seed must be a whole number of at least 0, not -1"),
        ("planned", {"periods": 0}, "periods must be a whole number of at least 1, not 0"),
        ("planned", {"wanted": 1.2}, "wanted is the share of goods with targets, at most 1, not 1.2"),
        ("planned", {"slack": -0.1}, "slack must be a number of at least 0, not -0.1"),
        ("planned", {"resources": 0}, "nothing is scarce or to be saved; ask for 1 or more"),
        ("planned", {"blocks": 3}, "blocks belongs to the pattern 'nearly-decomposable', not to 'zipf'"),
        ("planned", {"pattern": "nearly-decomposable", "blocks": 30}, "30 blocks of 100 goods have 3 goods each"),
        ("planned", {"pattern": "nearly-decomposable", "links_between": 0}, "links_between must be a number above 0"),
        ("cockshott", {"slack": 0}, "slack must be a number above 0, not 0"),
        ("cockshott", {"scale": 0.5}, "scale must be a number of at least 1, not 0.5"),
        ("samothrakis", {"final": 0}, "final must be a whole number of at least 1, not 0"),
        ("samothrakis", {"form": "trianglar"}, "unknown form 'trianglar'; did you mean 'triangular'?"),
        ("samothrakis", {"radius": 0.5}, "the published triangular form has spectral radius 0.1"),
    ],
)
def test_misuse_is_said_in_a_sentence(family: str, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError) as caught:
        generate_economy(family, **settings)
    assert said in str(caught.value) and isinstance(caught.value, NaturaError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("goods", [1, 2, 3])
@pytest.mark.parametrize("pattern", ["uniform", "zipf", "triangular"])
def test_the_smallest_economies(pattern: str, goods: int) -> None:
    economy = planned(goods=goods, pattern=pattern, techniques=2, capital="techniques", periods=2, seed=1)
    assert no.solve(economy).assert_optimal().objective >= 1.0


# ---- files and the command line


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("tables", ["csv", "parquet"])
def test_a_written_economy_reads_back_the_same(family: str, tables: str, tmp_path: Path) -> None:
    economy = generate_economy(family, seed=2, **SMALL[family])
    again = no.read(no.write(economy, tmp_path / "model", tables=tables))
    assert same_tables(economy, again) and again.questions == economy.questions and again.name == economy.name


def call(*arguments: object) -> Any:
    app = typer.Typer()
    app.command()(generate)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_generate_on_the_command_line(tmp_path: Path) -> None:
    dest = tmp_path / "made"
    ways = ("--option", "techniques=2", "--option", "pattern=uniform")
    result = call(dest, "--goods", 30, "--inputs", 4, "--radius", 0.7, "--seed", 9, *ways, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert facts | {"model": ""} == {
        "model": "",
        "family": "planned",
        "seed": 9,
        "goods": 30,
        "techniques": 60,
        "periods": 1,
        "coefficients": 240,
    }
    expected = planned(goods=30, inputs=4, radius=0.7, techniques=2, pattern="uniform", seed=9)
    assert same_tables(no.read(dest), expected)
    assert no.solve(str(dest)).proved


def test_generate_says_what_comes_next_and_refuses_in_a_sentence(tmp_path: Path) -> None:
    dest = tmp_path / "made"
    assert f"next: natura-opt solve {dest}" in call(dest, "--family", "cockshott").stdout
    for arguments, said in [
        ([dest], "holds a model already"),
        ([tmp_path / "a", "--family", "cockshot"], "did you mean 'cockshott'?"),
        ([tmp_path / "b", "--radius", "1.2"], "below 1, not 1.2"),
        ([tmp_path / "c", "--goods", "5", "--inputs", "6"], "6 inputs per good are more than the 5 goods"),
        ([tmp_path / "d", "--option", "goods=5"], "write --goods"),
    ]:
        result = call(*arguments)
        assert result.exit_code == 2 and result.stdout == "" and said in result.stderr, result.output
    assert not (tmp_path / "a").exists()
