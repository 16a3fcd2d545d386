"""Economies at size: drawn where they stay, laid out without copies, proved a run at a time, memory stated before."""

from __future__ import annotations

import pickle
import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.cli.app import app
from natura_opt.economy.memory import BASE, BLOCKS, Size, compressed, in_gibibytes, stated
from natura_opt.formulate import program_in_pieces
from natura_opt.generate import families, sampling
from natura_opt.generate.matrices import PATTERNS, Pattern, Room
from natura_opt.generate.planned import planned, size_of
from natura_opt.generate.sampling import stream, stretched
from natura_opt.generate.technology import resource_use, technology
from natura_opt.program import pieces, summing
from natura_opt.program.pieces import PiecedProgram, columns_of, rows_of, small_pieces_of
from natura_opt.program.summing import Term, summed
from natura_opt.proof import rounding
from natura_opt.proof.certificate import certify
from natura_opt.proof.implied import implied_bounds
from natura_opt.proof.rounding import exact_sums


def weight(matrix: Any) -> int:
    return int(sum(part.nbytes for part in (matrix.data, matrix.indices, matrix.indptr)))


# ---- drawn where it stays ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("settings", [{}, {"capital": "techniques", "decades": 2}, {"techniques": 3, "resources": 4}])
def test_a_seed_gives_the_same_economy_with_names_and_with_numbers(pattern: str, settings: dict[str, Any]) -> None:
    given = {"goods": 50, "inputs": 4, "pattern": pattern, "seed": 5} | settings
    named, numbered = planned(**given, labels="names"), planned(**given, labels="numbers")
    assert named.goods[0] == "good1" and numbered.goods[0] == 1
    for name, table in named.tables.items():
        for key, part in table.slices.items():
            other = numbered.tables[name].slices[key]
            if table.spec.is_matrix:
                other = sp.csr_array(other)
                assert part.indices.tolist() == other.indices.tolist() and part.data.tolist() == other.data.tolist()
            else:
                assert part.tolist() == other.tolist()


def test_goods_have_names_unasked_only_where_people_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from natura_opt.generate import planned as module

    monkeypatch.setattr(module, "MOST_NAMES", 20)
    assert planned(goods=20).goods[-1] == "good20" and planned(goods=21).goods[-1] == 21
    with pytest.raises(no.OptionError, match="labels"):
        planned(goods=5, labels="letters")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_says_how_many_coefficients_it_has_and_fills_the_room_it_is_given(pattern: str) -> None:
    for goods, inputs in ((1, 1), (30, 3), (40, 10)):
        if pattern == "nearly-decomposable" and goods < 2 * inputs:
            continue
        chosen = Pattern(pattern, goods, inputs)
        room = Room(np.zeros(chosen.coefficients), np.zeros(chosen.coefficients, dtype=np.int32))
        drawn, usual = chosen.draw(stream(1), room), chosen.draw(stream(1))
        assert np.shares_memory(drawn.data, room.values) and np.shares_memory(drawn.indices, room.rows)
        assert drawn.nnz == chosen.coefficients and (drawn != usual).nnz == 0 and drawn.has_canonical_format


def test_techniques_stand_in_one_table_from_the_start() -> None:
    drawn = technology(Pattern("zipf", 60, 4), 0.7, 3, seed=2)
    alone = technology(Pattern("zipf", 60, 4), 0.7, 1, seed=2)
    assert drawn.inputs.shape == (60, 180) and drawn.inputs.has_canonical_format
    assert (drawn.inputs[:, :60] != alone.inputs).nnz == 0 and drawn.makes.tolist() == [*range(60)] * 3
    use = resource_use(drawn, 4, seed=2)
    assert use.format == "csc" and use.has_canonical_format and use.shape == (4, 180)
    assert use.toarray()[0].tolist() == drawn.labour.tolist() and resource_use(drawn, 0, seed=2) is None
    share = (use.toarray()[1:] > 0).mean()
    assert 0.35 < share < 0.65


def test_numbers_per_line_are_repeated_in_runs() -> None:
    counts = np.array([0, 3, 0, 2, 0])
    runs = list(stretched(np.arange(5.0), counts))
    assert np.concatenate([some for _, some in runs]).tolist() == [1.0, 1.0, 1.0, 3.0, 3.0]
    assert runs[0][0].start == 0 and runs[-1][0].stop == 5


# ---- forecasts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_size_of_an_economy_is_known_before_it_is_made(pattern: str) -> None:
    settings = {"goods": 400, "inputs": 5, "pattern": pattern, "techniques": 2, "resources": 5}
    before, after = size_of(**settings), Size.of(planned(**settings, labels="numbers"))
    assert (before.goods, before.techniques, before.inputs, before.outputs) == (400, 800, after.inputs, 800)
    assert before.resource_use == pytest.approx(after.resource_use, rel=0.05)
    assert before.tables == pytest.approx(after.tables, rel=0.05)


def test_the_weight_of_tables_is_that_of_their_arrays() -> None:
    economy = planned(goods=3000, inputs=8, techniques=2, resources=10, labels="numbers")
    matrices = [part for table in economy.tables.values() for part in table.slices.values() if table.spec.is_matrix]
    for matrix in matrices:
        assert compressed(matrix.nnz, matrix.shape[1]) == weight(matrix)
    assert Size.of(economy).tables == pytest.approx(sum(map(weight, matrices)) + 8 * 3010, rel=1e-9)
    assert compressed(2**31, 10) == 16 * 2**31 + 8 * 11


def test_the_memory_of_generating_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside Python itself, and with blocks that are small beside the tables, within a quarter of what was forecast."""
    monkeypatch.setattr(sampling, "_AT_ONCE", 1 << 15)
    settings = {"goods": 60_000, "inputs": 8, "techniques": 2, "resources": 10, "pattern": "uniform"}
    planned(goods=10, labels="numbers")  # what is imported counts as Python's
    tracemalloc.start()
    planned(**settings, labels="numbers")
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    told = size_of(**settings).generating - BASE - BLOCKS
    assert 0.75 * told < taken < 1.25 * told, (taken, told)


def test_the_memory_of_program_and_proof_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a program in pieces and of one that is held, without the runs that are small beside large programs only."""
    monkeypatch.setattr(pieces, "_SMALL", 20_000)
    monkeypatch.setattr(pieces, "LIGHT", 0)
    monkeypatch.setattr(summing, "_TOGETHER", 20_000)
    given = {"goods": 20_000, "inputs": 8, "techniques": 2, "resources": 10, "pattern": "uniform"}
    economy = planned(**given, labels="numbers", objective="least-resources")  # costs: prices of zero prove a bound
    size, question = Size.of(economy), economy.question()
    for in_pieces in (True, False):
        tracemalloc.start()
        program = program_in_pieces(economy, question) if in_pieces else no.linear_program(economy, question)
        held = tracemalloc.get_traced_memory()[0]
        certify(program, np.ones(program.shape[1]), np.zeros(program.shape[0]), 1e-6)
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert held < 1.25 * size.program(in_pieces), in_pieces
        assert taken < 1.25 * (size.program(in_pieces) + size.proof), in_pieces
    few, many = size.solving(1, 1), size.solving(1000, 1000)
    assert few < size.solving(1, 1, in_pieces=False) < many == BASE + BLOCKS + size.tables + size.vectors(1000, 1000)


def test_the_command_states_its_memory_on_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["generate", str(tmp_path / "m"), "--goods", "8", "--option", "labels=numbers", "--tables", "parquet"]
    quiet = CliRunner().invoke(app, [*arguments, "--json"])
    assert quiet.exit_code == 0 and "memory" not in quiet.stderr
    monkeypatch.setattr(families, "forecast", lambda family, settings: 3 * 2**30)
    arguments[1] = str(tmp_path / "n")
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 0 and f"generating {arguments[1]} takes at most about 3.0 GiB of memory" in told.stderr
    assert no.read(tmp_path / "n").goods.equals(no.read(tmp_path / "m").goods)


def test_small_amounts_are_not_worth_a_line() -> None:
    said: list[str] = []
    stated("it", 2**30 - 1, said.append)
    stated("it", 2**31, said.append)
    assert said == ["it takes at most about 2.0 GiB of memory"] and in_gibibytes(2**29) == "0.5 GiB"
    assert families.forecast("cockshott", {}) == 0 and families.forecast("planned", {"goods": 5}) > BASE + BLOCKS
    with pytest.raises(no.OptionError, match="goods must be a whole number"):
        families.forecast("planned", {"goods": "many"})


# ---- programs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_terms_are_summed_in_runs_as_all_at_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summing, "_TOGETHER", 5)
    rng = np.random.default_rng(seed)
    widths, height = [4, 0, 6], 9
    blocks, dense = [], np.zeros((height, 10))
    for start, width in zip((0, 4, 4), widths, strict=True):
        block = []
        for _ in range(rng.integers(0, 4)):
            values = np.where(rng.random((5, width)) < 0.5, rng.integers(-2, 3, (5, width)), 0).astype(float)
            row, times = int(rng.integers(0, 5)), float(rng.choice([1.0, -1.0, 0.5]))
            block.append(Term(row, sp.csc_array(values), times))
            dense[row : row + 5, start : start + width] += times * values
        blocks.append(block)
    made = summed(blocks, widths, height)
    assert made.toarray().tolist() == dense.tolist() and made.has_canonical_format and (made.data != 0).all()


@pytest.mark.parametrize("model", ["planned", "five_year_plan", "excavators"])
def test_a_program_in_pieces_is_the_same_program(model: str) -> None:
    economy = planned(goods=30, techniques=2, resources=3, capital="pool") if model == "planned" else no.read(model)
    question = economy.question()
    whole, cut = no.linear_program(economy, question), program_in_pieces(economy, question)
    assert isinstance(cut, PiecedProgram) and cut.shape == whole.shape
    for name in ("cost", "lower", "upper", "integer", "row_lower", "row_upper"):
        assert getattr(cut, name).tolist() == getattr(whole, name).tolist()
    dense = np.zeros(cut.shape)
    for piece in pickle.loads(pickle.dumps(cut)).pieces():
        dense[piece.rows, piece.columns] += piece.matrix.toarray()
    assert np.allclose(dense, whole.matrix.toarray(), rtol=1e-15, atol=0)
    plan = no.solve(economy)
    proofs = [certify(program, plan.primal, plan.dual, 1e-9) for program in (whole, cut)]
    assert all(proof.proved for proof in proofs)
    assert proofs[0].dual_objective == pytest.approx(proofs[1].dual_objective, rel=1e-12)


def test_terms_of_a_table_are_the_table_itself() -> None:
    economy = planned(goods=20, techniques=2, labels="numbers")
    cut = program_in_pieces(economy, economy.question())
    mine = economy.matrix("resource_use", 0).data
    assert any(np.shares_memory(piece.matrix.data, mine) for piece in cut.pieces())


def test_a_concave_objective_has_no_pieces() -> None:
    economy = no.read("excavators")
    with pytest.raises(no.QuestionError, match="concave"):
        program_in_pieces(economy, no.Question("harmony"))


# ---- proofs a run at a time -------------------------------------------------------------------------------------


def test_a_proof_does_not_depend_on_the_runs_it_is_read_in(monkeypatch: pytest.MonkeyPatch) -> None:
    economy = planned(goods=40, techniques=2, resources=3, seed=2)
    plan = no.solve(economy)
    program = no.linear_program(economy)
    usual, bounds = certify(program, plan.primal, plan.dual, 1e-9), implied_bounds(program)
    monkeypatch.setattr(pieces, "_SMALL", 7)
    monkeypatch.setattr(pieces, "_PARTS", 10**9)
    monkeypatch.setattr(pieces, "LIGHT", 0)
    assert len(list(small_pieces_of(program))) > 20
    cut = certify(program, plan.primal, plan.dual, 1e-9)
    assert cut.proved and cut.dual_objective == pytest.approx(usual.dual_objective, rel=1e-12)
    assert cut.reached == usual.reached
    for one, other in zip(implied_bounds(program), bounds, strict=True):
        assert np.allclose(one, other, rtol=1e-12, equal_nan=True)
    lines = np.array([0, 3, 17, 40])
    assert (rows_of(program, lines) != sp.csr_array(program.matrix)[lines]).nnz == 0
    assert (columns_of(program, lines) != program.matrix[:, lines]).nnz == 0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("hostile", [False, True])
def test_long_lines_are_summed_exactly_a_part_at_a_time(
    seed: int, hostile: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    matrix = sp.csr_array(rng.normal(size=(3, 40)) * 10.0 ** rng.integers(-12, 12, (3, 40)))
    factors, start = rng.normal(size=40) * 10.0 ** rng.integers(-12, 12, 40), rng.normal(size=3)
    if hostile:
        matrix.data[5], factors[5] = 1e200, 1e100
    short = exact_sums(matrix, np.arange(3), factors, start)
    monkeypatch.setattr(rounding, "_TOGETHER", 16)
    assert exact_sums(matrix, np.arange(3), factors, start).tolist() == short.tolist()
    for k in range(3):
        terms = zip(matrix[[k]].toarray()[0].tolist(), factors.tolist(), strict=True)
        assert short[k] == float(Fraction(start[k]) + sum(Fraction(a) * Fraction(f) for a, f in terms))
