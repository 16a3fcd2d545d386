"""The fixed point of input-output analysis: every method, its bound, its witness, and what is said without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.linalg as sla
import scipy.sparse as sp

from natura_opt.base.errors import DataError, NaturaError, OptionError
from natura_opt.input_output import krylov
from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.solve import METHODS, leontief
from natura_opt.input_output.structure import find_shape, full_shape
from natura_opt.input_output.unproductive import UnproductiveError, collatz_wielandt
from natura_opt.input_output.witness import find_witness

EVERY = ["auto", *METHODS]
UK_2010 = Path(__file__).parents[2] / "shared" / "data" / "uk2010_multipliers"


def seeded(seed: int, size: int = 60, kind: str = "web", radius: float = 0.8, spread: float = 0.0) -> np.ndarray:
    """Return inputs (dense) of a shape and spectral radius, in units spread over so many powers of ten."""
    rng = np.random.default_rng(seed)
    inputs = np.where(rng.random((size, size)) < 6 / size, rng.lognormal(0, 1, (size, size)), 0.0)
    inputs[np.arange(size), (np.arange(size) + 1) % size] += 0.2
    if kind == "blocks":
        group = np.sort(rng.integers(0, 6, size))
        inputs[group[:, None] > group[None, :]] = 0.0
    if kind in ("upper", "permuted", "lower"):
        inputs = np.triu(inputs, 1) * radius / max(np.triu(inputs, 1).sum(axis=0).max(), 1e-9)
        inputs[np.arange(size), np.arange(size)] = rng.uniform(0.0, radius, size)
    else:
        inputs *= radius / np.abs(np.linalg.eigvals(inputs)).max()
    if kind == "lower":
        inputs = inputs.T.copy()
    if kind in ("permuted", "blocks"):
        order = rng.permutation(size)
        inputs = inputs[np.ix_(order, order)]
    unit = np.power(10.0, rng.uniform(-spread, spread, size))
    return inputs * unit[:, None] / unit


def exact(inputs: np.ndarray, demand: np.ndarray, transpose: bool) -> np.ndarray:
    """Return the solution by LAPACK, refined with residuals in extended precision until it is exact to rounding."""
    matrix = (inputs.T if transpose else inputs).astype(np.float64)
    factors, wide = sla.lu_factor(np.eye(len(demand)) - matrix), matrix.astype(np.longdouble)
    x = np.zeros(len(demand), dtype=np.longdouble)
    for _ in range(6):
        x = x + sla.lu_solve(factors, (demand - x + wide @ x).astype(np.float64))
    return x.astype(np.float64)


def true_error(found: Any, truth: np.ndarray, transpose: bool) -> float:
    """Return the error in the norm of the bound, relative to the truth."""
    if transpose:
        prices = found.witness.prices
        return float((np.abs(found.x - truth) / prices).max() / (np.abs(truth) / prices).max())
    return float(found.witness.margins @ np.abs(found.x - truth) / (found.witness.margins @ np.abs(truth)))


# ---- every method, every shape, both systems -------------------------------------------------------------


@pytest.mark.parametrize("kind", ["web", "blocks", "upper", "lower", "permuted"])
@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("method", EVERY)
def test_every_method_is_within_its_bound(method: str, transpose: bool, kind: str) -> None:
    for seed, size in enumerate([60, 350]):
        inputs = seeded(seed, size, kind)
        demand = np.random.default_rng(seed).random(size)
        demand[::2] = 0.0
        found = leontief(sp.csr_array(inputs), demand, transpose=transpose, method=method)
        truth = exact(inputs, demand, transpose)
        assert found.proved
        assert found.relative_bound <= 1e-9
        assert true_error(found, truth, transpose) <= found.relative_bound
        assert found.passes > 0
        assert min(error for _, error in found.trace) == pytest.approx(found.relative_bound)
        assert [passes for passes, _ in found.trace] == sorted(passes for passes, _ in found.trace)


@pytest.mark.parametrize("method", EVERY)
def test_units_do_not_matter(method: str) -> None:
    plain, wild = (sp.csr_array(seeded(3, 250, spread=spread)) for spread in (0.0, 6.0))
    rows, columns = plain.nonzero()
    ratio = sp.csr_array(wild)[rows, columns] / sp.csr_array(plain)[rows, columns]  # unit of row over unit of column
    unit = np.ones(250)
    for good in range(1, 250):  # the ring that seeded() lays through all goods gives every unit
        unit[good] = unit[good - 1] / ratio[(rows == good - 1) & (columns == good)][0]
    assert unit.max() / unit.min() > 1e10
    demand = np.random.default_rng(3).random(250)
    for transpose in (False, True):
        one = leontief(plain, demand, transpose=transpose, method=method)
        scale = 1 / unit if transpose else unit
        other = leontief(wild, demand * scale, transpose=transpose, method=method)
        assert one.proved and other.proved
        np.testing.assert_allclose(other.x / scale, one.x, rtol=0, atol=1e-7 * one.x.max())


def test_a_bound_is_a_bound_for_any_answer() -> None:
    """Stopped early, the error must still be within what is said, and what is said not absurdly more."""
    inputs, demand = seeded(5, 300, radius=0.95), np.random.default_rng(5).random(300)
    truth = exact(inputs, demand, False)
    for method in ("neumann", "anderson", "gauss-seidel", "gmres", "bicgstab"):
        for passes in (9, 12, 20):
            found = leontief(sp.csr_array(inputs), demand, method=method, max_passes=passes, tolerance=1e-14)
            off = true_error(found, truth, False)
            assert off <= found.relative_bound
            assert not found.proved or found.relative_bound <= 1e-14
            assert "NOT proved" in repr(found) or found.proved
        assert found.bound < 1e3 * found.witness.margins @ np.abs(found.x - truth)


def test_rounding_is_part_of_the_bound() -> None:
    """No answer is called better than its own rounding: against exact rational arithmetic."""
    from fractions import Fraction

    inputs = np.array([[0.25, 0.40], [0.14, 0.12]])
    demand = np.array([55.0, 30.1])
    a, b, c, d = (Fraction(v) for v in inputs.ravel())
    f, g = (Fraction(v) for v in demand)
    det = (1 - a) * (1 - d) - b * c
    truth = [((1 - d) * f + b * g) / det, (c * f + (1 - a) * g) / det]
    for method in EVERY:
        found = leontief(sp.csr_array(inputs), demand, method=method, tolerance=1e-15)
        errors = [abs(Fraction(float(x)) - t) for x, t in zip(found.x, truth, strict=True)]
        margins = [Fraction(float(m)) for m in found.witness.margins]
        assert float(sum(m * e for m, e in zip(margins, errors, strict=True))) <= found.bound
        assert 0 < found.relative_bound < 1e-14


def test_demand_may_have_either_sign_and_the_solution_is_linear() -> None:
    inputs = sp.csr_array(seeded(8, 320))
    rng = np.random.default_rng(8)
    first, second = rng.normal(size=320), rng.normal(size=320)
    x, y, both = (leontief(inputs, d) for d in (first, second, 2 * first - second))
    assert x.proved and y.proved and both.proved
    np.testing.assert_allclose(both.x, 2 * x.x - y.x, atol=1e-7 * np.abs(both.x).max())


def test_permuting_the_goods_permutes_the_answer() -> None:
    inputs, demand = seeded(9, 320), np.random.default_rng(9).random(320)
    order = np.random.default_rng(1).permutation(320)
    plain = leontief(sp.csr_array(inputs), demand)
    turned = leontief(sp.csr_array(inputs[np.ix_(order, order)]), demand[order])
    np.testing.assert_allclose(turned.x, plain.x[order], rtol=1e-7)


def test_a_start_and_a_witness_spare_passes() -> None:
    inputs, demand = Coefficients(sp.csr_array(seeded(10, 400, radius=0.97))), np.random.default_rng(10).random(400)
    first = leontief(inputs, demand, method="anderson")
    again = leontief(inputs, demand, method="anderson", start=first.x, witness=first.witness)
    assert again.proved and again.passes == 2  # one to check the witness, one to check the start
    near = leontief(inputs, demand * 1.0001, method="bicgstab", start=first.x, witness=first.witness)
    assert near.proved and near.passes < leontief(inputs, demand * 1.0001, method="bicgstab").passes
    bad = leontief(
        inputs, demand, witness=np.full(400, 1e-9) + np.arange(400)
    )  # wrong prices prove nothing: found anew
    assert bad.proved


@pytest.mark.parametrize("radius", [0.8, 0.99, 0.9999])
def test_hard_spectra_are_proved_all_the_same(radius: float) -> None:
    inputs, demand = seeded(11, 400, radius=radius), np.random.default_rng(11).random(400)
    for transpose in (False, True):
        for method in ("auto", "gmres", "bicgstab", "anderson", "lu"):
            found = leontief(sp.csr_array(inputs), demand, transpose=transpose, method=method)
            assert found.proved, (method, transpose, found)


# ---- known answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", EVERY)
def test_miller_and_blair(method: str) -> None:
    flows, output = np.array([[150.0, 500.0], [200.0, 100.0]]), np.array([1000.0, 2000.0])
    found = leontief(sp.csr_array(flows / output), np.array([600.0, 1500.0]), method=method)
    np.testing.assert_allclose(found.x, [1247.52, 1841.58], rtol=1e-5)


@pytest.mark.parametrize("method", EVERY)
def test_wheat_and_cloth(method: str) -> None:
    inputs = sp.csr_array([[0.25, 0.40], [0.14, 0.12]])
    np.testing.assert_allclose(leontief(inputs, [55.0, 30.0], method=method, tolerance=1e-12).x, [100, 50], rtol=1e-9)
    prices = leontief(inputs, [0.8, 3.6], transpose=True, method=method, tolerance=1e-12)
    np.testing.assert_allclose(prices.x, [2, 5], rtol=1e-9)


def test_sraffa_has_no_surplus_to_pay_labour_with() -> None:
    """Each branch reproduces itself exactly: the radius is one, and so nothing can be demanded."""
    inputs = np.array([[240, 90, 120], [12, 6, 3], [18, 12, 30]]) / np.array([450.0, 21.0, 60.0])
    with pytest.raises(UnproductiveError, match="iron") as caught:
        leontief(sp.csr_array(inputs), np.ones(3), names=["wheat", "iron", "pigs"])
    assert caught.value.radius == pytest.approx(1.0, abs=1e-12)


def test_hawkins_and_simon() -> None:
    with pytest.raises(UnproductiveError, match=r"1\.06158.*proven to be at least 1") as caught:
        leontief(sp.csr_array([[0.5, 0.6], [0.9, 0.1]]), [1.0, 1.0])
    assert caught.value.least >= 1.0
    found = leontief(sp.csr_array([[0.2, 1.1], [0.3, 0.5]]), [1.0, 1.0])  # a coefficient above one is no harm
    np.testing.assert_allclose(found.x, [22.857, 15.714], rtol=1e-4)


@pytest.mark.skipif(not UK_2010.is_dir(), reason="the tables uk2010_multipliers are not here")
@pytest.mark.parametrize("method", EVERY)
def test_published_multipliers_of_the_united_kingdom(method: str) -> None:
    table = pd.read_csv(UK_2010 / "uk2010_A_pxp.csv", index_col=0)
    table.index, table.columns = table.index.astype(str).str.strip(), table.columns.astype(str).str.strip()
    codes = [code for code in table.columns if code in set(table.index)]
    assert len(codes) == 127
    inputs = table.loc[codes, codes].astype(float).to_numpy()
    found = leontief(sp.csr_array(inputs), np.ones(127), transpose=True, method=method)
    published = pd.read_csv(UK_2010 / "uk2010_published_multipliers.csv").iloc[:, 1].to_numpy()
    np.testing.assert_allclose(np.sort(found.x), np.sort(published), rtol=1e-7)


# ---- numbers at the ends of what doubles hold ------------------------------------------------------------


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("transpose", [False, True])
def test_demands_of_any_size_are_answered_rightly_or_not_called_proved(method: str, transpose: bool) -> None:
    from fractions import Fraction

    inputs = np.array([[0.25, 0.40], [0.14, 0.12]])
    a, b, c, d = (Fraction(v) for v in (inputs.T if transpose else inputs).ravel())
    det = (1 - a) * (1 - d) - b * c
    for demand in ([5e-324, 0.0], [5e-324, 1.0], [1e-310, 1e-312], [2e-323, 3e-323], [1e-300, 1e-305], [1e308, 5e-324]):
        found = leontief(sp.csr_array(inputs), demand, transpose=transpose, method=method)
        f, g = (Fraction(v) for v in demand)
        truth = [((1 - d) * f + b * g) / det, (c * f + (1 - a) * g) / det]
        off = [abs(Fraction(float(x)) - t) for x, t in zip(found.x, truth, strict=True)]
        if transpose:
            scale = [Fraction(float(v)) for v in found.witness.prices]
            error, size = (max(x / v for x, v in zip(w, scale, strict=True)) for w in (off, truth))
        else:
            scale = [Fraction(float(v)) for v in found.witness.margins]
            error, size = (sum(x * v for x, v in zip(w, scale, strict=True)) for w in (off, truth))
        assert error <= Fraction(found.bound) if np.isfinite(found.bound) else not found.proved
        assert not np.isfinite(found.relative_bound) or error <= Fraction(found.relative_bound) * size
        assert found.proved or max(demand) < 1e-320
    with pytest.raises(DataError, match="beyond the largest double"):
        leontief(sp.csr_array(inputs), [1e308, 1.7e308], transpose=transpose, method=method)


# ---- unproductive economies ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("size", [40, 500])
def test_an_unproductive_block_is_named_wherever_it_is(method: str, size: int) -> None:
    """Two goods that eat each other, upstream of a few others, nothing of them demanded."""
    inputs = np.zeros((size, size))
    inputs[:, :] = np.triu(seeded(2, size), 1)
    inputs[3:8, 3:8] = 0.0
    inputs[3, 7], inputs[7, 3] = 1.5, 0.9
    with pytest.raises(UnproductiveError, match="'good3', 'good7'") as caught:
        leontief(sp.csr_array(inputs), np.eye(size)[size - 1], method=method, names=[f"good{k}" for k in range(size)])
    block = sorted(caught.value.block)
    assert {3, 7} <= set(block)
    part = inputs[np.ix_(block, block)]
    assert np.abs(np.linalg.eigvals(part)).max() >= caught.value.least * (1 - 1e-12) >= 1 - 1e-12


def test_large_unproductive_webs_end_soon() -> None:
    for radius in (1.0001, 3.0):
        inputs = Coefficients(sp.csr_array(seeded(4, 700, radius=radius)))
        with pytest.raises(UnproductiveError, match="not productive"):
            leontief(inputs, np.ones(700))
        assert inputs.passes < 500


def test_collatz_wielandt_is_a_lower_bound() -> None:
    for seed in range(20):
        inputs = seeded(seed, 12, radius=1.3)
        least, x = collatz_wielandt(sp.csr_array(inputs))
        assert least <= np.abs(np.linalg.eigvals(inputs)).max() * (1 + 1e-12)
        assert (inputs @ x >= least * x * (1 - 1e-12)).all()
        assert least >= 1.0


def test_a_witness_is_checked_margin_by_margin() -> None:
    for seed in range(30):
        for size in (5, 250):
            inputs = seeded(seed, size, ["web", "blocks", "upper"][seed % 3], 0.9, spread=seed % 4)
            proof = find_witness(Coefficients(sp.csr_array(inputs)))
            margins = proof.prices.astype(np.longdouble) - inputs.T.astype(np.longdouble) @ proof.prices
            assert (proof.prices > 0).all() and (proof.margins > 0).all() and (margins >= proof.margins).all()


# ---- shapes ----------------------------------------------------------------------------------------------


def test_shapes_are_seen() -> None:
    for seed in range(10):
        for kind, seen in [("upper", "upper"), ("lower", "lower"), ("permuted", "permuted"), ("web", "web")]:
            assert find_shape(Coefficients(sp.csr_array(seeded(seed, 80, kind)))).kind == seen


def test_blocks_come_after_those_they_refer_to() -> None:
    for seed in range(20):
        inputs = seeded(seed, 90, "blocks")
        shape = full_shape(Coefficients(sp.csr_array(inputs)))
        place = np.empty(90, dtype=int)
        for number, block in enumerate(shape.blocks()):
            place[block] = number
        rows, columns = np.nonzero(inputs)
        assert (place[rows] >= place[columns]).all()
        assert sorted(shape.order) == list(range(90))


def test_large_blocks_are_solved_by_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    plain = krylov.solve_gmres
    monkeypatch.setattr(krylov, "solve_gmres", lambda *a, **k: (asked.append(len(a[1])), plain(*a, **k))[1])
    parts = [seeded(seed, 400) for seed in range(3)]
    inputs = sp.block_diag(parts, format="lil")
    inputs[0, 900], inputs[500, 1000] = 0.1, 0.2
    demand = np.random.default_rng(0).random(1200)
    for transpose in (False, True):
        found = leontief(inputs.tocsr(), demand, transpose=transpose, method="auto")
        assert found.method == "block-triangular" and found.proved
        np.testing.assert_allclose(found.x, exact(inputs.toarray(), demand, transpose), rtol=1e-7)


# ---- the matrix ------------------------------------------------------------------------------------------


def test_single_precision_storage_is_summed_in_double() -> None:
    inputs = seeded(1, 500).astype(np.float32)
    single, double = Coefficients(sp.csr_array(inputs)), Coefficients(sp.csr_array(inputs.astype(float)))
    assert single.nbytes < 0.7 * double.nbytes
    x = np.random.default_rng(0).random(500)
    np.testing.assert_array_equal(single.times(x), double.times(x))
    found = leontief(single, x)
    assert found.proved and single.matrix.dtype == np.float32
    np.testing.assert_allclose(found.x, exact(inputs.astype(float), x, False), rtol=1e-8)


@pytest.mark.parametrize("size", [1, 7, 400, 3000])
def test_products_are_scipys(size: int) -> None:
    rng = np.random.default_rng(size)
    matrix = sp.random_array((size, size), density=min(1.0, 30 / size), rng=rng, format="csr")
    ours, x = Coefficients(matrix), rng.normal(size=size)
    np.testing.assert_allclose(ours.times(x), matrix @ x, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(ours.transposed_times(x), matrix.T @ x, rtol=1e-12, atol=1e-13)
    assert ours.passes == 2 and ours.matrix.indices.dtype == np.int32


def test_entries_given_twice_are_added_and_the_users_matrix_is_left_alone() -> None:
    twice = sp.csr_array((np.array([0.1, 0.2, 0.3]), np.array([1, 1, 0]), np.array([0, 2, 3])), shape=(2, 2))
    found = leontief(twice, [1.0, 1.0])
    np.testing.assert_allclose(found.x, exact(twice.toarray(), np.ones(2), False))
    assert twice.nnz == 3


# ---- misuse ----------------------------------------------------------------------------------------------

GOOD = sp.csr_array([[0.1, 0.2], [0.3, 0.1]])


@pytest.mark.parametrize(
    ("inputs", "demand", "options", "message"),
    [
        (sp.csr_array(np.ones((2, 3))), [1, 1], {}, "square"),
        (GOOD, [1, 1, 1], {}, "2 numbers, one per good"),
        (GOOD, [1, np.nan], {}, "finite"),
        (GOOD, ["a", 1], {}, "numbers"),
        (sp.csr_array([[0.1, -0.2], [0, 0]]), [1, 1], {}, "negative; the input of 0 in 1"),
        (sp.csr_array([[0.1, np.nan], [0, 0]]), [1, 1], {}, "finite"),
        (sp.csr_array([[0.1, np.inf], [0, 0]]), [1, 1], {}, "finite"),
        ("economy", [1, 1], {}, "matrix"),
        (GOOD, [1, 1], {"method": "gauss-siedel"}, "did you mean 'gauss-seidel'"),
        (GOOD, [1, 1], {"tolerance": 0}, "tolerance"),
        (GOOD, [1, 1], {"tolerance": "small"}, "tolerance"),
        (GOOD, [1, 1], {"max_passes": 0}, "max_passes"),
        (GOOD, [1, 1], {"start": [1]}, "start"),
        (GOOD, [1, 1], {"start": [np.inf, 1]}, "start"),
        (GOOD, [1, 1], {"witness": [1]}, "witness"),
        (GOOD, [1, 1], {"witness": [1, -1]}, "witness"),
        (GOOD, [1, 1], {"names": ["wheat"]}, "names"),
        (sp.csr_array([[1.0]]), [1], {}, "not productive"),
        (sp.csr_array([[2.0]]), [1], {}, "not productive"),
    ],
)
def test_misuse_gets_a_sentence(inputs: Any, demand: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(NaturaError, match=message) as caught:
        leontief(inputs, demand, **options)
    assert isinstance(caught.value, DataError | OptionError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", EVERY)
def test_small_and_empty_economies(method: str) -> None:
    assert leontief(sp.csr_array((0, 0)), [], method=method).x.shape == (0,)
    assert leontief(sp.csr_array([[0.5]]), [3.0], method=method).x == pytest.approx([6.0])
    np.testing.assert_allclose(leontief(sp.csr_array((3, 3)), [1.0, 0.0, 2.0], method=method).x, [1, 0, 2])
    nothing = leontief(GOOD, [0.0, 0.0], method=method)
    assert nothing.proved and nothing.bound == 0.0 and not nothing.x.any()
