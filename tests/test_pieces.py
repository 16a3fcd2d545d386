"""Programs in pieces: however a program is cut, its proof is the same, and fractions are the judge of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.base.errors import OptionError, ProgramError
from natura_opt.program.canonical import Block, Piece
from natura_opt.program.linear import LinearProgram
from natura_opt.program.pieces import (
    PiecedProgram,
    column_counts,
    column_sizes,
    column_sums,
    columns_of,
    held_whole,
    largest_part,
    row_counts,
    row_sizes,
    row_sums,
    rows_of,
    runs_of,
)
from natura_opt.program.protocol import Program
from natura_opt.proof.bound import bound_of
from natura_opt.proof.certificate import Certificate, Safe, certify
from natura_opt.proof.implied import implied_bounds
from natura_opt.proof.meeting import clean_point, meets_rows
from natura_opt.proof.rounding import batches, exact_sums, products

FREE = (-np.inf, np.inf)
#: Figures of proofs of one program, cut differently, agree to this: far above extended rounding, far below a tolerance.
NEAR = 1e-15
#: So many programs are tried.
SEEDS = 30

Cut = Callable[[LinearProgram, np.random.Generator], list[Piece]]


def lp(matrix: Any, cost: Any, *, sides: Any = (), bounds: Any = None, sense: Any = "min", **more: Any) -> Any:
    """State a small program: (lower, upper) per row in ``sides``, per column in ``bounds`` (default: x >= 0)."""
    coefficients = np.atleast_2d(np.asarray(matrix, dtype=float))
    rows, columns = coefficients.shape
    limits = np.array(bounds if bounds is not None else [(0.0, np.inf)] * columns, dtype=float).reshape(columns, 2)
    both = np.array(sides, dtype=float).reshape(rows, 2)
    given = {"offset": 0.0, "integer": np.zeros(columns, dtype=bool)} | more
    return LinearProgram(
        sense=sense,
        columns=(Block("x", pd.RangeIndex(columns), 0),),
        rows=(Block("row", pd.RangeIndex(rows), 0),),
        cost=np.asarray(cost, dtype=float),
        lower=limits[:, 0],
        upper=limits[:, 1],
        matrix=sp.csc_array(coefficients),
        row_lower=both[:, 0],
        row_upper=both[:, 1],
        **given,
    )


def in_pieces(program: LinearProgram, pieces: list[Piece]) -> PiecedProgram:
    """Return the same program with these pieces and no matrix."""
    return PiecedProgram(
        program.sense, program.columns, program.rows, program.cost, program.lower, program.upper, program.integer,
        program.row_lower, program.row_upper, lambda: iter(pieces), program.offset,
    )  # fmt: skip


def tile(program: LinearProgram, rows: slice, columns: slice, by_rows: bool) -> Piece:
    part = program.matrix[rows, columns]
    return Piece(rows, columns, sp.csr_array(part) if by_rows else sp.csc_array(part))


def _ends(length: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Cut positions into runs, some of them empty."""
    cuts = np.sort(rng.integers(0, length + 1, int(rng.integers(0, 4))))
    marks = [0, *cuts.tolist(), length]
    return list(pairwise(marks))


def tiles_in_any_order(program: LinearProgram, rng: np.random.Generator) -> list[Piece]:
    height, width = program.shape
    made = [
        tile(program, slice(*rows), slice(*columns), bool(rng.integers(2)))
        for rows, columns in product(_ends(height, rng), _ends(width, rng))
    ]
    return [made[k] for k in rng.permutation(len(made))]


def one_column_each(program: LinearProgram, rng: np.random.Generator) -> list[Piece]:
    height, width = program.shape
    return [tile(program, slice(0, height), slice(j, j + 1), bool(rng.integers(2))) for j in rng.permutation(width)]


def one_row_each(program: LinearProgram, rng: np.random.Generator) -> list[Piece]:
    height, width = program.shape
    return [tile(program, slice(i, i + 1), slice(0, width), bool(rng.integers(2))) for i in rng.permutation(height)]


def layers(program: LinearProgram, rng: np.random.Generator) -> list[Piece]:
    """Cut the coefficients themselves: pieces over the whole program, whose entries are scattered among them."""
    entries = sp.coo_array(program.matrix)
    layer = rng.integers(0, 3, entries.nnz)
    whole = [slice(0, length) for length in program.shape]
    parts = [
        sp.csr_array((entries.data[layer == k], (entries.row[layer == k], entries.col[layer == k])), program.shape)
        for k in range(3)
    ]
    return [Piece(whole[0], whole[1], part) for part in parts]


def with_nothing_between(program: LinearProgram, rng: np.random.Generator) -> list[Piece]:
    """Pieces of no rows, of no columns and of no coefficients stand between the others."""
    height, width = program.shape
    nothing = [
        Piece(slice(0, 0), slice(0, width), sp.csr_array((0, width))),
        Piece(slice(0, height), slice(width, width), sp.csc_array((height, 0))),
        Piece(slice(0, height), slice(0, width), sp.csr_array((height, width))),
    ]
    return [*nothing, *tiles_in_any_order(program, rng), *nothing]


CUTS: dict[str, Cut] = {
    "tiles": tiles_in_any_order,
    "columns": one_column_each,
    "rows": one_row_each,
    "layers": layers,
    "empty": with_nothing_between,
}


def solved(seed: int, rows: int = 5, columns: int = 6) -> tuple[LinearProgram, np.ndarray, np.ndarray]:
    """Return a program with a best point and the multipliers that prove it, in units from 1e-8 to 1e8.

    Reduced costs of columns that run are zero to within rounding: without a bound above, only what rows imply, or an
    exact sum, proves anything.
    """
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-4, 8, (rows, columns)) * (rng.random((rows, columns)) < 0.6) * 1.0
    runs, binds = rng.random(columns) < 0.5, rng.random(rows) < 0.6
    x, y = np.where(runs, rng.integers(1, 9, columns), 0.0), np.where(binds, rng.integers(1, 9, rows), 0.0)
    cost = matrix.T @ y + np.where(runs, 0.0, rng.integers(0, 5, columns))
    side = matrix @ x - np.where(binds, 0.0, rng.integers(0, 5, rows))
    if seed % 2:  # numbers that doubles do not hold exactly
        row_unit, unit = 10.0 ** rng.integers(-8, 9, rows), 10.0 ** rng.integers(-8, 9, columns)
        matrix, side, y = matrix * row_unit[:, None] * unit, side * row_unit, y / row_unit
        cost, x = cost * unit, x / unit
    upper = np.where(rng.random(columns) < (0.4, 1.0)[seed % 3 == 0], np.maximum(10 * x, 1.0), np.inf)
    program = lp(
        matrix, cost, sides=[(s, np.inf) for s in side], bounds=list(zip(np.zeros(columns), upper, strict=True)),
        offset=float(rng.integers(-3, 4)),
    )  # fmt: skip
    if seed % 5 == 0:  # the same as a maximum
        turned = replace(program, sense="max", cost=-program.cost, offset=-program.offset)
        return turned, x, -y
    return program, x, y


def same(one: Certificate, other: Certificate) -> bool:
    """Whether two proofs say the same, each figure within what rounding in extended precision may change."""
    size = max(abs(one.objective), 1.0) if np.isfinite(one.objective) else 1.0
    for name in ("objective", "dual_objective"):
        a, b = getattr(one, name), getattr(other, name)
        if not (a == b or abs(a - b) <= NEAR * 1e3 * size):
            return False
    for name in ("primal_residual", "dual_residual", "complementarity", "gap"):
        a, b = getattr(one, name), getattr(other, name)
        if not (a == b or abs(a - b) <= NEAR * max(1.0, abs(a))):
            return False
    return (one.reached is None) == (other.reached is None) and one.proved == other.proved


# --- reading pieces -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("seed", range(6))
def test_sums_counts_and_lines_are_those_of_the_matrix(cut: str, seed: int) -> None:
    program, x, y = solved(2 * seed)  # whole numbers: sums are exact in any order
    rng = np.random.default_rng(seed)
    pieced, dense = in_pieces(program, CUTS[cut](program, rng)), program.matrix.toarray()
    assert (row_sums(pieced, x) == dense @ x).all() and (column_sums(pieced, y) == dense.T @ y).all()
    assert (row_sizes(pieced, -x) == abs(dense) @ x).all() and (column_sizes(pieced, -y) == abs(dense).T @ abs(y)).all()
    assert (row_counts(pieced) == row_counts(program)).all() and (column_counts(pieced) == column_counts(program)).all()
    some = np.flatnonzero(rng.random(dense.shape[1]) < 0.5)
    assert (columns_of(pieced, some).toarray() == dense[:, some]).all()
    assert (column_sums(pieced, y, slice(1, 4)) == (dense.T @ y)[1:4]).all()
    some = np.flatnonzero(rng.random(dense.shape[0]) < 0.5)
    assert (rows_of(pieced, some).toarray() == dense[some]).all()
    assert pieced.shape == program.shape and pieced.column_label(1) == program.column_label(1)


def test_no_lines_at_all() -> None:
    program, _, _ = solved(0)
    for held in (program, in_pieces(program, one_row_each(program, np.random.default_rng(0)))):
        assert rows_of(held, np.empty(0, dtype=int)).shape == (0, program.shape[1])
        assert columns_of(held, np.empty(0, dtype=int)).shape == (program.shape[0], 0)


def test_numbers_in_one_place_are_kept_apart() -> None:
    """1 - 1e-20 is not a double: summed, the two would be 1, and a sum over it would not be exact."""
    one, tiny = (sp.csr_array(np.array([[value]])) for value in (1.0, -1e-20))
    pieces = [Piece(slice(0, 1), slice(0, 1), part) for part in (one, tiny)]
    program = in_pieces(lp([[1.0]], [1.0], sides=[(1.0, np.inf)]), pieces)
    row, column = rows_of(program, np.array([0])), columns_of(program, np.array([0]))
    assert sorted(row.data) == sorted(column.data) == [-1e-20, 1.0]
    point, nothing = np.ones(1, dtype=np.longdouble), np.zeros(1, dtype=np.longdouble)
    sums = products(program, point, nothing)
    assert not meets_rows(program, point, sums), "1 - 1e-20 does not reach 1"
    assert certify(program, np.ones(1), np.ones(1), 1e-9).reached is None
    assert certify(lp([[1.0]], [1.0], sides=[(1.0, np.inf)]), np.ones(1), np.ones(1), 1e-9).reached == 1.0


@pytest.mark.parametrize("form", ["csr", "csc"])
@pytest.mark.parametrize("most", [1, 3, 7, 1000])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_runs_cover_a_table_once(form: Any, most: int, sign: float) -> None:
    rng = np.random.default_rng(most)
    table = sp.csr_array(rng.integers(1, 9, (7, 5)) * (rng.random((7, 5)) < 0.5) * 1.0).asformat(form)
    kept = table.toarray()
    found = np.zeros((12, 11))
    for piece in runs_of(table, 4, 5, sign, most):
        assert piece.matrix.shape == (piece.rows.stop - piece.rows.start, piece.columns.stop - piece.columns.start)
        lines = piece.matrix.shape[0] if form == "csr" else piece.matrix.shape[1]
        assert piece.matrix.nnz <= most or lines == 1
        found[piece.rows, piece.columns] += piece.matrix.toarray()
    assert (found[4:11, 5:10] == sign * kept).all() and np.count_nonzero(found) == np.count_nonzero(kept)
    assert (table.toarray() == kept).all(), "the table itself is not touched"


def test_runs_of_tables_without_lines_or_coefficients() -> None:
    assert list(runs_of(sp.csr_array((0, 3)), 0, 0, 1.0, 10)) == []
    (piece,) = runs_of(sp.csr_array((4, 3)), 1, 2, -1.0, 10)
    assert (piece.rows, piece.columns, piece.matrix.nnz) == (slice(1, 5), slice(2, 5), 0)


def test_runs_share_the_memory_of_their_table() -> None:
    table = sp.csr_array(np.arange(1.0, 21.0).reshape(4, 5))
    assert all(np.shares_memory(piece.matrix.data, table.data) for piece in runs_of(table, 0, 0, 1.0, 5))
    assert largest_part(10) == 1_000_000 and 0 < largest_part(10**9) < 10**8


def test_lines_that_are_summed_exactly_come_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natura_opt.proof.rounding._TOGETHER", 10)
    lines, counts = np.array([1, 2, 4, 7, 8]), np.array([9, 3, 4, 9, 5, 9, 9, 30, 2])
    found = list(batches(lines, counts))
    assert np.concatenate(found).tolist() == lines.tolist() and len(found) > 1
    assert all(counts[some[1:]].sum() < 10 for some in found), "no more than is held together, and one line"


def test_a_single_exact_term_is_summed_as_all_others_are() -> None:
    """The quick way for a product without error, and fsum for the rest: both round the true sum once."""
    rng = np.random.default_rng(0)
    values = np.concatenate([[1.0, -1.0, 0.5, 3.0, 0.1, 0.0, 1e-300, 1e200], rng.normal(size=40)])
    factors = np.array([1e10 / 3])
    start = np.concatenate([[-1e10 / 3, 1e10 / 3, 0.1, 0.0, 7.0, 2.5, 1.0, 0.0], rng.normal(size=40) * 1e10])
    found = exact_sums(sp.csc_array(values.reshape(1, -1)), np.arange(len(values)), factors, start)
    for value, began, got in zip(values, start, found, strict=True):
        assert got == float(Fraction(value) * Fraction(factors[0]) + Fraction(began))


# --- proofs in pieces -----------------------------------------------------------------------------------------------


def points(x: np.ndarray, y: np.ndarray, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the best point with its multipliers, and others that prove less or nothing."""
    rng = np.random.default_rng(seed)
    return [(x, y), (x * 1.01, y), (x, y * 0.9), (rng.random(len(x)) * x, rng.random(len(y)) * y)]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_proof_does_not_depend_on_the_cut(seed: int) -> None:
    program, x, y = solved(seed)
    whole = in_pieces(program, list(program.pieces()))
    for number, cut in enumerate(CUTS.values()):
        pieced = in_pieces(program, cut(program, np.random.default_rng([number, seed])))
        for primal, dual in points(x, y, seed):
            for more in ({}, {"size": 3.0}, {"nearby": 1e-9}):
                assert same(certify(whole, primal, dual, 1e-9, **more), certify(pieced, primal, dual, 1e-9, **more))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_proof_in_pieces_is_that_of_the_matrix(seed: int) -> None:
    """Plan and bound are the same; a bound that the matrix cuts off at what the plan is worth may only be better."""
    program, x, y = solved(seed)
    towards = 1.0 if program.sense == "min" else -1.0
    pieced = in_pieces(program, tiles_in_any_order(program, np.random.default_rng(seed)))
    for primal, dual in points(x, y, seed):
        held, found = certify(program, primal, dual, 1e-9), certify(pieced, primal, dual, 1e-9)
        assert found.proved == held.proved and (found.reached is None) == (held.reached is None)
        assert found.objective == pytest.approx(held.objective, rel=1e-15, abs=1e-15)
        assert found.primal_residual == pytest.approx(held.primal_residual, rel=1e-12, abs=1e-18)
        if np.isfinite(held.dual_objective):
            better = towards * (found.dual_objective - held.dual_objective)
            cutoff = held.objective + towards * 1e-9 * abs(held.objective)
            cut_off = held.dual_objective == pytest.approx(cutoff, rel=1e-9)
            assert better >= -1e-12 * max(abs(held.dual_objective), 1.0)
            assert better <= 1e-12 * max(abs(held.dual_objective), 1.0) or cut_off


def test_the_programs_of_these_tests_are_proved_and_not() -> None:
    """Were none of them proved, or all, the tests above would say little."""
    proofs = [certify(program, x, y, 1e-9) for program, x, y in map(solved, range(SEEDS))]
    assert sum(found.proved for found in proofs) >= 0.7 * SEEDS
    worse = [certify(program, x, y * 0.9, 1e-9) for program, x, y in map(solved, range(SEEDS))]
    assert sum(found.proved for found in worse) <= 0.1 * SEEDS


@pytest.mark.parametrize("seed", range(SEEDS))
def test_one_whole_piece_gives_the_figures_of_the_matrix(seed: int) -> None:
    """To the last bit, where no reduced cost is in doubt; what is in doubt is summed exactly sooner in pieces."""
    program, x, y = solved(seed)
    pieced = in_pieces(program, list(program.pieces()))
    point, multipliers = clean_point(program, x, y)
    one, other = products(program, point, multipliers), products(pieced, point, multipliers)
    assert (one.rows == other.rows).all() and (one.columns == other.columns).all()
    assert (one.row_errors == other.row_errors).all() and (one.column_sizes == other.column_sizes).all()
    bounded = replace(program, upper=np.minimum(program.upper, np.maximum(100.0 * x, 1.0)))
    assert certify(bounded, x, y, 1e-9) == certify(in_pieces(bounded, list(program.pieces())), x, y, 1e-9)


def true_bound(program: LinearProgram, dual: np.ndarray) -> Fraction | None:
    """Return the bound that multipliers give, in fractions; None where a column nothing bounds leaves it infinite."""
    towards = 1 if program.sense == "min" else -1
    y = [towards * Fraction(float(value)) for value in dual]
    found = Fraction(0)
    for k, value in enumerate(y):
        side = program.row_lower[k] if value > 0 else program.row_upper[k]
        found += value * Fraction(float(side)) if value and np.isfinite(side) else 0
    y = [v if np.isfinite(program.row_lower[k] if v > 0 else program.row_upper[k]) else 0 for k, v in enumerate(y)]
    for j, column in enumerate(program.matrix.toarray().T):
        pull = sum((Fraction(float(a)) * v for a, v in zip(column, y, strict=True)), Fraction(0))
        reduced = towards * Fraction(float(program.cost[j])) - pull
        end = program.lower[j] if reduced > 0 else program.upper[j]
        if reduced and not np.isfinite(end):
            return None
        found += reduced * Fraction(float(end)) if reduced else 0
    return towards * found + Fraction(program.offset)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_fractions_judge_the_proof_in_pieces(seed: int) -> None:
    """The objective and the bound are the true ones to within rounding, and a bound is never better than the truth."""
    program, x, y = solved(seed)
    cut = list(CUTS.values())[seed % len(CUTS)]
    found = certify(in_pieces(program, cut(program, np.random.default_rng(seed))), x, y, 1e-9)
    truth = sum((Fraction(c) * Fraction(v) for c, v in zip(program.cost, x, strict=True)), Fraction(program.offset))
    assert abs(Fraction(found.objective) - truth) <= Fraction(1e-15) * max(abs(truth), 1)
    bound = true_bound(program, y)
    if bound is not None and np.isfinite(found.dual_objective):
        off = (Fraction(found.dual_objective) - bound) * (1 if program.sense == "min" else -1)
        assert off <= 0 or off <= abs(bound) * Fraction(2.0**-53), "no double lies nearer to the bound on its far side"
    exact = [
        sum((Fraction(a) * Fraction(v) for a, v in zip(row, x, strict=True)), Fraction(0))
        for row in program.matrix.toarray()
    ]
    kept = all(level >= Fraction(side) for level, side in zip(exact, program.row_lower, strict=True))
    assert (found.reached is not None) == kept


# --- what must not pass ---------------------------------------------------------------------------------------------

# max 3x + 2y, x + y <= 4, x + 3y <= 6: x = 4, y = 0, multipliers 3 and 0.
SMALL = lp([[1, 1], [1, 3]], [3, 2], sense="max", sides=[(-np.inf, 4), (-np.inf, 6)])


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    ("primal", "dual"),
    [
        ([3, 1], [3, 0]),  # feasible, but not the best
        ([4, 1], [3, 0]),  # breaks a row
        ([4, 0], [2, 0]),  # multipliers too small: a column still gains
        ([4, 0], [-3, 0]),  # wrong sign
        ([4, 0], [0, 0]),
        ([4, 0], [3, 1]),  # a bound, but not a tight one
        ([np.nan, 0], [3, 0]),
        ([np.inf, 0], [3, 0]),
        ([4, 0], [np.inf, 0]),
    ],
)
def test_a_wrong_point_is_not_proved_in_pieces(cut: str, primal: list[float], dual: list[float]) -> None:
    pieced = in_pieces(SMALL, CUTS[cut](SMALL, np.random.default_rng(0)))
    assert certify(pieced, np.array([4.0, 0.0]), np.array([3.0, 0.0]), 1e-9).unconditional
    assert not certify(pieced, np.array(primal, dtype=float), np.array(dual, dtype=float), 1e-9).proved


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("unit", [1e-8, 1.0, 1e8])
def test_a_reduced_cost_of_the_wrong_sign_is_found_across_pieces(cut: str, unit: float) -> None:
    """Each piece alone would have the right sign; only their sum has not, by 1e-9 of its terms."""
    ones = np.ones((4, 1)) * unit
    program = lp(np.hstack([ones, np.eye(4)]), [4 * unit * (1 + 1e-9), 1, 1, 1, 1], sides=[(1, np.inf)] * 4)
    wrong = replace(program, cost=np.array([4 * unit * (1 - 1e-9), 1, 1, 1, 1]))
    x, y = np.array([0.0, 1, 1, 1, 1]), np.ones(4)
    rng = np.random.default_rng(0)
    assert certify(in_pieces(program, CUTS[cut](program, rng)), x, y, 1e-12).unconditional
    found = certify(in_pieces(wrong, CUTS[cut](wrong, rng)), x, y, 1e-12)
    assert not found.proved and found.gap > 1e-10, "x may be 1 / unit, so the bound is 4 - 4e-9"
    endless = replace(wrong, row_lower=np.full(4, -np.inf), row_upper=np.ones(4), cost=-wrong.cost, sense="max")
    assert not certify(in_pieces(endless, CUTS[cut](endless, rng)), x, -y, 1e-12).proved


@pytest.mark.parametrize("cut", CUTS)
def test_a_column_that_only_rows_in_other_pieces_bound(cut: str) -> None:
    """x <= 3 - z and z >= 1: a wrong-signed reduced cost is charged at x <= 2, found across pieces."""
    program = lp([[1, 1], [0, 1]], [-1, 0], sides=[(-np.inf, 3), (1, np.inf)], bounds=[(0, np.inf), FREE])
    pieced = in_pieces(program, CUTS[cut](program, np.random.default_rng(3)))
    for held in (program, pieced):
        lower, upper = implied_bounds(held)
        assert lower == pytest.approx([0.0, 1.0]) and upper == pytest.approx([2.0, 3.0])
        assert (upper >= [2.0, 3.0]).all() and lower[1] <= 1.0, "never tighter than the truth"
        sums = products(held, np.zeros(2, np.longdouble), np.zeros(2, np.longdouble))
        assert float(bound_of(held, np.zeros(2, np.longdouble), sums).value) == pytest.approx(-2.0)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_implied_bounds_do_not_depend_on_the_cut(seed: int) -> None:
    program, x, _ = solved(seed)
    worth = float(program.cost @ x)
    cut = list(CUTS.values())[seed % len(CUTS)]
    pieced = in_pieces(program, cut(program, np.random.default_rng(seed)))
    for one, other in zip(implied_bounds(program, worth), implied_bounds(pieced, worth), strict=True):
        assert (np.isfinite(one) == np.isfinite(other)).all()
        finite = np.isfinite(one)
        assert other[finite] == pytest.approx(one[finite], rel=1e-12, abs=1e-300)


def test_bounds_and_sides_of_every_kind_in_pieces() -> None:
    program = lp(
        [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 1]], [1, -1, 2, 1],
        sides=[(5, 5), (1, np.inf), (0, 10)], bounds=[FREE, (3, 3), (-1, 5), (-np.inf, 7)],
    )  # fmt: skip
    for seed, cut in enumerate(CUTS.values()):
        pieced = in_pieces(program, cut(program, np.random.default_rng(seed)))

        def proof(primal: Any, dual: Any, held: Program = pieced) -> Certificate:
            return certify(held, np.array(primal, dtype=float), np.array(dual, dtype=float), 1e-9)

        assert proof([2, 3, -1, 2], [1, 1, 0]).proved
        assert not proof([2, 3, 0, 1], [1, 1, 0]).proved
        assert not proof([2, 3, -1, 2], [1.001, 1, 0]).proved, "the free column's reduced cost must vanish"
        assert not proof([3, 2, -1, 2], [1, 1, 0]).proved, "the fixed column stays where it is fixed"


def test_whole_columns_in_pieces() -> None:
    program = lp([[2.0]], [1.0], sides=[(3, np.inf)], integer=np.array([True]))
    pieced = in_pieces(program, one_column_each(program, np.random.default_rng(0)))
    assert certify(pieced, np.array([1.5]), np.array([0.5]), 1e-9).primal_residual == 1.0
    assert certify(pieced, np.array([2.0]), np.array([0.5]), 1e-9).primal_residual == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_coefficient_that_is_no_number_proves_nothing(bad: float, level: float) -> None:
    """Also where it is multiplied with nothing, and where another would cancel it."""
    program = lp([[1.0, 1.0], [1.0, 1.0]], [1, 1], sides=[(1, np.inf), (1, np.inf)])
    pieces = [tile(program, slice(0, 2), slice(j, j + 1), True) for j in range(2)]
    spoiled = [replace(piece, matrix=sp.csr_array(piece.matrix, copy=True)) for piece in pieces]
    spoiled[1].matrix.data[1] = bad
    assert certify(in_pieces(program, pieces), np.array([1.0, 0.0]), np.array([1.0, 0.0]), 1e-9).proved
    found = certify(in_pieces(program, spoiled), np.array([1.0, level]), np.array([1.0, 0.0]), 1e-9)
    assert not found.proved and found.gap == np.inf
    spoiled[0].matrix.data[1] = -bad
    assert not certify(in_pieces(program, spoiled), np.array([1.0, 1.0]), np.array([1.0, 0.0]), 1e-9).proved


def test_a_safe_pair_in_pieces() -> None:
    """A point that misses its row by one digit, and a plan beside it that does not."""
    program = lp([[3.0]], [1.0], sides=[(1.0, np.inf)])
    pieced = in_pieces(program, one_row_each(program, np.random.default_rng(0)))
    short = np.nextafter(1 / 3, 0)
    y = np.array([np.nextafter(1 / 3, 0)])
    alone = certify(pieced, np.array([short]), y, 1e-9)
    assert alone.proved and alone.conditional
    beside = certify(pieced, np.array([short]), y, 1e-9, safe=Safe(np.array([np.nextafter(1 / 3, 1)]), y))
    assert beside.unconditional and beside.reached is not None and beside.reached >= 1 / 3


def test_pieces_are_made_anew_and_never_held_together() -> None:
    """At no time are two pieces alive: what was made of one is let go before the next."""
    program, x, y = solved(6, rows=9, columns=12)
    alive: list[int] = []
    most = 0

    class Counted(sp.csr_array):
        def __del__(self) -> None:
            if getattr(self, "counted", False):
                alive.pop()

    def made() -> Iterator[Piece]:
        nonlocal most
        for i in range(program.shape[0]):
            matrix = Counted(program.matrix[i : i + 1, :])
            matrix.counted = True
            alive.append(i)
            most = max(most, len(alive))
            piece = Piece(slice(i, i + 1), slice(0, program.shape[1]), matrix)
            del matrix
            yield piece
            del piece

    found = certify(replace(in_pieces(program, []), generate=made), x, y, 1e-9)
    assert same(found, certify(program, x, y, 1e-9))
    assert most <= 2, "the one at hand, and the one before it"


# --- the protocol ---------------------------------------------------------------------------------------------------


def test_what_keeps_the_protocol_is_a_program() -> None:
    program, _, _ = solved(0)
    pieced = in_pieces(program, list(program.pieces()))
    assert isinstance(program, Program) and isinstance(pieced, Program)
    assert held_whole(program) is program.matrix and held_whole(pieced) is None
    assert [piece.matrix is program.matrix for piece in program.pieces()] == [True]
    assert "5 rows x 6 columns" in repr(pieced) and "rows    row" in repr(pieced)


@pytest.mark.parametrize("other", [None, 3, "program", np.eye(2), sp.eye_array(2)])
def test_what_does_not_is_refused_by_name(other: Any) -> None:
    with pytest.raises(OptionError, match="certify: program must be a LinearProgram"):
        certify(other, np.zeros(2), np.zeros(2), 1e-9)


def test_a_point_of_another_size_is_refused_in_pieces() -> None:
    pieced = in_pieces(SMALL, list(SMALL.pieces()))
    with pytest.raises(OptionError, match="not one per column and row"):
        certify(pieced, np.zeros(3), np.zeros(2), 1e-9)
    assert no.certify is certify


@pytest.mark.parametrize(
    ("rows", "columns", "matrix", "said"),
    [
        (slice(0, 1), slice(1, 3), np.ones((1, 2)), "lies at"),
        (slice(0, 1), slice(0, 2), np.ones((1, 1)), "lines"),
        (slice(0, 2), slice(0, 2), np.ones((1, 2)), "lines"),
        (slice(None), slice(None), np.ones((1, 2)), "lies at"),
        (slice(-1, 1), slice(0, 2), np.ones((2, 2)), "lies at"),
        (slice(0, 2, 2), slice(0, 2), np.ones((1, 2)), "lies at"),
        (slice(0, 1), slice(0, 2), np.ones((1, 2), dtype=complex), "complex"),
        (slice(0, 1), slice(0, 2), np.ones((1, 2), dtype=bool), "truths"),
        (slice(0, 1), slice(0, 2), np.ones((1, 2), dtype=np.longdouble) / 3, "doubles"),
    ],
)
def test_pieces_that_do_not_fit_are_refused(rows: slice, columns: slice, matrix: Any, said: str) -> None:
    program = lp(np.ones((2, 2)), [1.0, 1.0], sides=[(2.0, np.inf)] * 2)
    pieced = in_pieces(program, [Piece(rows, columns, sp.csr_array(matrix))])
    with pytest.raises(ProgramError, match=said):
        certify(pieced, np.array([2.0, 0.0]), np.array([1.0, 0.0]), 1e-9)


@pytest.mark.parametrize("other", [3, None, "piece", sp.csr_array(np.ones((2, 2)))])
def test_what_is_no_piece_is_refused(other: Any) -> None:
    program = lp(np.ones((2, 2)), [1.0, 1.0], sides=[(2.0, np.inf)] * 2)
    coo = Piece(slice(0, 2), slice(0, 2), sp.coo_array(np.ones((2, 2))))
    for piece in (other, coo):
        with pytest.raises(ProgramError, match="must be Piece"):
            certify(in_pieces(program, [piece]), np.array([2.0, 0.0]), np.array([1.0, 0.0]), 1e-9)


def test_pieces_that_come_only_once_prove_nothing() -> None:
    program = lp(np.ones((2, 2)), [1.0, 1.0], sides=[(2.0, np.inf)] * 2)
    once = program.pieces()
    with pytest.raises(ProgramError, match="anew"):
        certify(
            replace(in_pieces(program, []), generate=lambda: once), np.array([2.0, 0.0]), np.array([1.0, 0.0]), 1e-9
        )


@pytest.mark.parametrize("kind", [np.float32, np.int64, np.uint8])
def test_coefficients_of_other_kinds_are_summed_as_doubles(kind: Any) -> None:
    """Splitting a float32 by the factor of doubles loses what an exact sum needs."""
    given = np.array([[3.0, 7.0], [5.0, 1.0]]) * (0.1 if kind is np.float32 else 1.0)
    given = given.astype(kind).astype(float)
    program = lp(given, [1.0, 1.0], sides=[(1 / 3, np.inf)] * 2, bounds=[FREE, FREE])
    x, y = np.array([0.1, 0.3]), np.array([0.11, 0.2])
    other = replace(program, matrix=sp.csc_array(given.astype(kind)))
    for one, two in (
        (program, other),
        (in_pieces(program, list(program.pieces())), in_pieces(other, list(other.pieces()))),
    ):
        assert certify(one, x, y, 1e-9) == certify(two, x, y, 1e-9)


@pytest.mark.parametrize("name", ["cost", "lower", "upper", "integer", "row_lower", "row_upper"])
def test_an_array_of_another_length_is_not_spread(name: str) -> None:
    program = lp(np.ones((2, 2)), [1.0, 1.0], sides=[(2.0, np.inf)] * 2)
    for made in (program, in_pieces(program, list(program.pieces()))):
        short = replace(made, **{name: getattr(program, name)[:1]})
        with pytest.raises(OptionError):
            certify(short, np.array([2.0, 0.0]), np.array([1.0, 0.0]), 1e-9)
