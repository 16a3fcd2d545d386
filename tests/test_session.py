"""A session answers as a solve of its own would, whatever was changed before; and its program is the one it is told."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.backends.session import HotSession
from natura_opt.base.errors import NaturaError, ProgramError, RefusedError
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.judging import Verdict, prove
from natura_opt.proof.session import Session
from natura_opt.testing.small import program as small_program

from .programs import random_program
from .seeded import in_other_units, seeded_economy

INF = np.inf
FIRST = [("good01", "year1")]


def economy_program(seed: int) -> LinearProgram:
    """Return the program of a seeded economy; every other one in units between 1e-6 and 1e6."""
    economy = seeded_economy(seed, goods=(2, 7), periods=(1, 3))
    if seed % 2:
        rng = np.random.default_rng(seed)
        factors = [10.0 ** rng.uniform(-6, 6, len(economy.axes[axis])) for axis in ("goods", "techniques", "resources")]
        economy = in_other_units(economy, factors[0], factors[1] if economy.has("outputs") else None, factors[2])
    return no.linear_program(economy, economy.question())


# ---- the same edits, in a session and in a table of numbers -------------------------------------------------------


@dataclass
class Twin:
    """A program as plain dense arrays, told of every edit by position."""

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    matrix: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray

    @classmethod
    def of(cls, p: LinearProgram) -> Twin:
        arrays = (p.cost, p.lower, p.upper, p.matrix.toarray(), p.row_lower, p.row_upper)
        return cls(*(array.copy() for array in arrays))

    def assert_is(self, p: LinearProgram) -> None:
        for name in ("cost", "lower", "upper", "row_lower", "row_upper"):
            np.testing.assert_array_equal(getattr(p, name), getattr(self, name), err_msg=name)
        np.testing.assert_array_equal(p.matrix.toarray(), self.matrix)
        assert (p.matrix.data != 0).all() and p.matrix.has_canonical_format
        assert sum(len(block.index) for block in p.rows) == p.shape[0] == len(self.row_lower)
        assert all(block.start == before.span.stop for before, block in zip(p.rows, p.rows[1:], strict=False))


def some(rng: np.random.Generator, blocks: tuple[Any, ...]) -> tuple[Any, np.ndarray, list[Any]]:
    """Return a block that is not empty, positions in it, and their labels."""
    block = [b for b in blocks if len(b.index)][rng.integers(sum(bool(len(b.index)) for b in blocks))]
    at = rng.permutation(len(block.index))[: rng.integers(1, 4)]
    return block, at, [block.index[k] for k in at]


def edit_sides(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    block, at, labels = some(rng, session.program.rows)
    at = at + block.start
    by = rng.uniform(0.6, 1.4, len(at)) if rng.random() < 0.8 else rng.choice([0.0, 1e3, 1e-3], len(at))
    low, high = (
        np.where(np.isfinite(sides), np.nan_to_num(sides, posinf=0, neginf=0) * by, sides)
        for sides in (twin.row_lower[at], twin.row_upper[at])
    )
    low, high = np.minimum(low, high), np.maximum(low, high)
    session.change_sides(block.name, labels, lower=low, upper=high)
    twin.row_lower[at], twin.row_upper[at] = low, high


def edit_rhs(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    single = [
        block
        for block in session.program.rows
        if len(block.index)
        and (np.isfinite(twin.row_lower[block.span]) ^ np.isfinite(twin.row_upper[block.span])).all()
    ]
    if not single:
        return
    block = single[rng.integers(len(single))]
    now = np.where(np.isfinite(twin.row_lower[block.span]), twin.row_lower[block.span], twin.row_upper[block.span])
    then = now * rng.uniform(0.8, 1.2, len(now))
    session.change_rhs(block.name, pd.Series(then, index=block.index))
    for sides in (twin.row_lower, twin.row_upper):
        sides[block.span] = np.where(np.isfinite(sides[block.span]), then, sides[block.span])


def edit_costs(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    block, at, labels = some(rng, session.program.columns)
    at = at + block.start
    then = twin.cost[at] * rng.uniform(0.5, 1.5, len(at))
    session.change_costs(block.name, then.tolist(), labels)
    twin.cost[at] = then


def edit_bounds(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    block, at, labels = some(rng, session.program.columns)
    at = at + block.start
    level = session.solve().answer.primal[at]
    then = np.where(rng.random(len(at)) < 0.4, INF, np.maximum(np.abs(level) * rng.uniform(0.5, 2.0, len(at)), 0.0))
    then = np.maximum(then, twin.lower[at])
    session.change_bounds(block.name, labels, upper=then)
    twin.upper[at] = then


def edit_coefficients(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    rows, columns = np.nonzero(twin.matrix)
    chosen = rng.permutation(len(rows))[: rng.integers(1, 5)]
    p = session.program
    (row_name, _), (column_name, _) = p.row_label(rows[chosen[0]]), p.column_label(columns[chosen[0]])
    block, across = p.row_block(row_name), p.column_block(column_name)
    assert block is not None and across is not None
    chosen = [k for k in chosen if p.row_label(rows[k])[0] == row_name and p.column_label(columns[k])[0] == column_name]
    at = rows[chosen], columns[chosen]
    then = twin.matrix[at] * np.where(rng.random(len(chosen)) < 0.15, 0.0, rng.uniform(0.7, 1.3, len(chosen)))
    labels = ([p.row_label(k)[1] for k in at[0]], [p.column_label(k)[1] for k in at[1]])
    session.change_coefficients(row_name, column_name, then, at=labels)
    twin.matrix[at] = then


def edit_a_block(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    rows, columns = np.nonzero(twin.matrix)
    k = rng.integers(len(rows))
    p = session.program
    block, across = p.row_block(p.row_label(rows[k])[0]), p.column_block(p.column_label(columns[k])[0])
    assert block is not None and across is not None
    part = twin.matrix[block.span, across.span]
    then = part * rng.uniform(0.9, 1.1, part.shape)
    session.change_coefficients(block.name, across.name, sp.csr_array(then) if rng.random() < 0.5 else then)
    twin.matrix[block.span, across.span] = then


def edit_add_rows(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    p = session.program
    block, at, _ = some(rng, p.rows)
    copied = twin.matrix[at + block.start] * rng.uniform(0.9, 1.1, (len(at), 1))
    bounded = np.isfinite(twin.row_lower[at + block.start]).all()
    side = twin.row_lower[at + block.start] if bounded else twin.row_upper[at + block.start]
    side = np.where(np.isfinite(side), side, 0.0) * rng.uniform(0.8, 1.2, len(at))
    name = f"added {p.shape[0]} {rng.integers(1 << 30)}"
    terms = {across.name: copied[:, across.span] for across in p.columns if np.any(copied[:, across.span])}
    session.add_rows(name, pd.RangeIndex(len(at)), ">=" if bounded else "<=", side, terms)
    twin.matrix = np.vstack([twin.matrix, copied])
    twin.row_lower = np.append(twin.row_lower, side if bounded else np.full(len(at), -INF))
    twin.row_upper = np.append(twin.row_upper, np.full(len(at), INF) if bounded else side)


def edit_add_columns(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    p = session.program
    block, at, _ = some(rng, p.columns)
    copied = twin.matrix[:, at + block.start] * rng.uniform(0.8, 1.2, (p.shape[0], 1))
    cost = twin.cost[at + block.start] * rng.uniform(0.8, 1.2, len(at))
    upper = np.where(rng.random(len(at)) < 0.5, INF, rng.uniform(0.0, 10.0, len(at)))
    terms = {across.name: copied[across.span] for across in p.rows if np.any(copied[across.span])}
    name = f"added {p.shape[1]} {rng.integers(1 << 30)}"
    session.add_columns(name, pd.RangeIndex(len(at)), terms, cost=cost, upper=upper)
    twin.matrix = np.hstack([twin.matrix, copied])
    twin.cost, twin.upper = np.append(twin.cost, cost), np.append(twin.upper, upper)
    twin.lower = np.append(twin.lower, np.zeros(len(at)))


def edit_delete_rows(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    added = [block for block in session.program.rows if block.name.startswith("added")]
    block, at, labels = some(rng, tuple(added) or session.program.rows)
    whole = bool(added) and rng.random() < 0.5
    at = np.arange(len(block.index)) if whole else at
    session.delete_rows(block.name, None if whole else labels)
    twin.matrix = np.delete(twin.matrix, at + block.start, axis=0)
    twin.row_lower, twin.row_upper = (np.delete(s, at + block.start) for s in (twin.row_lower, twin.row_upper))


def edit_free_rows(session: Session, twin: Twin, rng: np.random.Generator) -> None:
    block, at, labels = some(rng, session.program.rows)
    session.free_rows(block.name, labels[:1])
    twin.row_lower[at[0] + block.start], twin.row_upper[at[0] + block.start] = -INF, INF


EDITS: tuple[Callable[[Session, Twin, np.random.Generator], None], ...] = (
    *(edit_sides, edit_rhs, edit_costs, edit_bounds, edit_coefficients, edit_a_block),
    *(edit_add_rows, edit_add_columns, edit_delete_rows, edit_free_rows),
)


def edits(session: Session, twin: Twin, rng: np.random.Generator) -> str:
    """Make one to three random edits; return their names."""
    made = []
    for _ in range(rng.integers(1, 4)):
        usable = EDITS if twin.matrix.any() else (edit_costs, edit_bounds)
        made.append(usable[rng.integers(len(usable))])
        made[-1](session, twin, rng)
    return ", ".join(edit.__name__ for edit in made)


def assert_same(found: Verdict, fresh: Verdict, about: str = "") -> None:
    """The same is known, each by its own proof."""
    assert found.status == fresh.status, (about, found, fresh)
    if found.status is no.Status.OPTIMAL:
        one, other = found.certificate, fresh.certificate
        assert one.proved and other.proved and one.conditional == other.conditional
        assert one.objective == pytest.approx(other.objective, rel=1e-9, abs=1e-12), about
    elif found.status in (no.Status.INFEASIBLE, no.Status.UNBOUNDED):
        assert found.impossibility is not None and found.impossibility.proved


def assert_held(session: Session) -> None:
    """HiGHS holds the program as it stands, to the last digit: a wrong one would only be solved again from nothing."""
    assert session._hot is not None
    held, s, p = session._hot._highs.getLp(), session._hot.scaled, session.program
    rows, columns = p.shape
    assert (held.num_row_, held.num_col_) == (rows, columns)
    kind = sp.csc_array if held.a_matrix_.format_ == highspy.MatrixFormat.kColwise else sp.csr_array
    parts = (held.a_matrix_.value_, held.a_matrix_.index_, held.a_matrix_.start_)
    matrix = kind(tuple(np.array(part) for part in parts), shape=(rows, columns)).toarray()
    scaled = p.matrix.toarray() * s.row[:, None] * s.column
    np.testing.assert_array_equal(matrix, np.where(np.abs(scaled) > 1e-12, scaled, 0.0))  # HiGHS drops what is less
    for name, wanted in (
        ("col_cost_", s.sign * s.objective_scale * p.cost * s.column),
        ("col_lower_", p.lower / s.column * s.rhs_scale),
        ("col_upper_", p.upper / s.column * s.rhs_scale),
        ("row_lower_", p.row_lower * s.row * s.rhs_scale),
        ("row_upper_", p.row_upper * s.row * s.rhs_scale),
    ):
        np.testing.assert_array_equal(np.array(getattr(held, name)), wanted, err_msg=name)
    whole = [kind == highspy.HighsVarType.kInteger for kind in held.integrality_] or [False] * columns
    assert whole == p.integer.tolist()


def follow(program: LinearProgram, seed: int, rounds: int) -> None:
    """Edit at random, and hold every answer against a solve of its own."""
    rng, twin = np.random.default_rng(seed), Twin.of(program)
    with Session(program) as session:
        assert_same(session.solve(), prove(program, SolveOptions()))
        for _ in range(rounds):
            about = edits(session, twin, rng)
            twin.assert_is(session.program)
            assert_same(session.solve(), prove(session.program, SolveOptions()), f"seed {seed}: {about}")
            assert_held(session)


@pytest.mark.parametrize("seed", range(12))
def test_random_edits_of_an_economy(seed: int) -> None:
    follow(economy_program(seed), seed, rounds=5)


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
def test_random_edits_of_any_program(seed: int) -> None:
    program = random_program(seed, whole=seed % 3 == 0)
    if all(program.shape):
        follow(program, seed, rounds=2)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(100, 300))
def test_more_random_edits(seed: int) -> None:
    follow(economy_program(seed), seed, rounds=8)
    follow(random_program(seed, whole=seed % 3 == 0), seed, rounds=4)


# ---- what a session is for ----------------------------------------------------------------------------------------


def plan_program(goods: int = 12, periods: int = 4) -> LinearProgram:
    economy = seeded_economy(
        4,
        goods=(goods, goods),
        periods=(periods, periods),
        objective="fulfilment",
        capital="technique",
        resources=(1, 1),
        floor=False,
    )
    return no.linear_program(economy, economy.question())


def change_demand(session: Session, rng: np.random.Generator) -> None:
    """Change what three goods are wanted in: the terms of fulfilment in their balance."""
    p = session.program
    wanted = p.column_block("fulfilment")
    assert wanted is not None
    rows, columns = p.matrix[:, wanted.span].nonzero()
    chosen = rng.permutation(len(rows))[:3]
    labels = [p.row_label(int(k))[1] for k in rows[chosen]], [wanted.index[k] for k in columns[chosen]]
    now = p.matrix.toarray()[rows[chosen], columns[chosen] + wanted.start]
    session.change_coefficients("balance", "fulfilment", now * rng.uniform(0.8, 1.2, len(chosen)), at=labels)


def test_a_hot_sequence_takes_fewer_pivots_than_cold_solves() -> None:
    rng, hot, cold = np.random.default_rng(0), 0, 0
    with Session(plan_program()) as session:
        session.solve()
        for _ in range(12):
            change_demand(session, rng)
            found, fresh = session.solve(), prove(session.program, SolveOptions())
            assert_same(found, fresh)
            hot, cold = hot + found.answer.iterations, cold + fresh.answer.iterations
    assert cold > 100 and 4 * hot < cold, (hot, cold)


def test_a_valuation_is_what_a_changed_side_brings() -> None:
    for seed in (2, 3, 8, 11):
        program = economy_program(seed)
        sign = 1.0 if program.sense == "max" else -1.0
        with Session(program) as session:
            found = session.solve()
            assert found.certificate.unconditional
            tried = 0
            for block in program.rows:
                for at, label in list(enumerate(block.index))[:3]:
                    low, high = program.row_lower[block.start + at], program.row_upper[block.start + at]
                    side = low if np.isfinite(low) else high
                    if side == 0.0 or not np.isfinite(side):
                        continue
                    quotients = []
                    for step in (1e-3 * side, -1e-3 * side):
                        session.change_rhs(block.name, side + step, [label])
                        moved = session.solve()
                        if moved.status is no.Status.OPTIMAL:
                            quotients.append((moved.certificate.objective - found.certificate.objective) / step)
                        else:
                            assert moved.status is no.Status.INFEASIBLE
                            quotients.append(-sign * np.sign(step) * INF)
                    session.change_rhs(block.name, side, [label])
                    dual = found.answer.dual[block.start + at]
                    near = 1e-6 * max(abs(dual), abs(found.certificate.objective / side))
                    assert min(quotients) - near <= dual <= max(quotients) + near, (seed, block.name, label)
                    tried += 1
            assert tried > 1
            assert session.solve().certificate.objective == pytest.approx(found.certificate.objective, rel=1e-12)


def test_rows_added_and_deleted_leave_the_plan_as_it_was() -> None:
    program = plan_program(6, 3)
    with Session(program) as session:
        first = session.solve()
        size = len(program.columns[0].index)
        total = first.answer.primal[program.columns[0].span].sum()
        for share in (0.5, 2.0, 0.8):
            session.add_rows("less", pd.Index(["all"]), "<=", share * total, {"activities": np.ones((1, size))})
            less = session.solve()
            assert_same(less, prove(session.program, SolveOptions()))
            assert (less.certificate.objective < first.certificate.objective) == (share < 1.0)
            session.delete_rows("less")
            again = session.solve()
            assert again.certificate.objective == pytest.approx(first.certificate.objective, rel=1e-12)
            assert (again.answer.iterations == 0) == (share > 1.0)  # a row that did not bind leaves the basis it was
        for name in ("matrix", "row_lower", "row_upper"):
            one, other = (getattr(p, name) for p in (session.program, program))
            assert (abs(one - other)).max() == 0 if name == "matrix" else np.array_equal(one, other)
        assert [block.name for block in session.program.rows] == [block.name for block in program.rows]


def test_infeasible_and_unbounded_programs_are_repaired() -> None:
    made = small_program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 0.0], ">=", 1.0)])
    with Session(made) as session:
        assert session.solve().certificate.objective == 12.0
        session.change_rhs("at least", 5.0)
        none = session.solve()
        assert none.status is no.Status.INFEASIBLE and none.impossibility is not None
        assert none.impossibility.sentence == "what is asked, at least '0', cannot be served within at most '0'"
        session.change_rhs("at least", 2.0, iter([0]))
        assert session.solve().certificate.objective == 12.0
        session.change_bounds("x", [0], upper=1.0)  # its own bound is now in the way
        assert session.solve().status is no.Status.INFEASIBLE
        session.change_bounds("x", upper=INF)
        session.free_rows("at most")
        assert session.solve().status is no.Status.UNBOUNDED
        session.change_sides("at most", upper=7.0)
        session.change_offset(0.5)
        last = session.solve()
        assert (last.certificate.objective, last.certificate.unconditional) == (21.5, True)
        session.change_bounds("x", [1], lower=3.0, upper=2.0)  # crossed
        assert session.solve().status is no.Status.INFEASIBLE


def test_the_program_is_the_one_that_would_have_been_built() -> None:
    def laid_out(further: bool) -> no.ProgramBuilder:
        goods, ways = pd.Index(["coal", "iron"]), pd.Index(["mine", "smelt"])
        made = no.ProgramBuilder()
        made.columns("activities", ways, upper=[5.0, 1e6] if further else INF)
        made.rows("balance", goods, ">=", [2.0, 9.0] if further else [1.0, 1.0])
        made.rows("labour", pd.Index(["hours"]), "<=", 100.0)
        made.terms("balance", "activities", [[1.0, -0.7], [0.0, 1.0]] if further else [[1.0, -0.5], [-0.1, 1.0]])
        made.terms("labour", "activities", [[1.0, 2.0]])
        if further:
            made.columns("imports", goods, upper=3.0)
            made.terms("balance", "imports", sp.eye_array(2))
            made.rows("money", pd.Index(["spent"]), "<=", 4.0)
            made.terms("money", "imports", [[1.0, 1.5]])
        made.objective("min", {"activities": [1.0, 1.0], **({"imports": 10.0} if further else {})})
        return made

    with Session(laid_out(False).build()) as session:
        first = session.program
        session.solve()
        session.add_columns("imports", pd.Index(["coal", "iron"]), {"balance": sp.eye_array(2)}, upper=3.0, cost=10.0)
        session.solve()
        session.add_rows("money", pd.Index(["spent"]), "<=", 4.0, {"imports": [[1.0, 1.5]]})
        session.change_coefficients("balance", "activities", [-0.7, 0.0], at=(["coal", "iron"], ["smelt", "mine"]))
        session.change_rhs("balance", [9.0, 2.0], ["iron", "coal"])
        session.change_bounds("activities", upper=[5.0, 1e6])
        wanted, found = laid_out(True).build(), session.program
        Twin.of(wanted).assert_is(found)
        for one, other in zip((*wanted.rows, *wanted.columns), (*found.rows, *found.columns), strict=True):
            assert (one.name, one.start, list(one.index)) == (other.name, other.start, list(other.index))
        assert_same(session.solve(), prove(wanted, SolveOptions()))
        Twin.of(laid_out(False).build()).assert_is(first)  # what was handed out does not change


def test_whole_numbers_and_columns_of_them_that_come_later() -> None:
    made = small_program("max", [5.0, 4.0], [([2.0, 3.0], "<=", 7.5)])
    with Session(made) as session:
        assert session.solve().certificate.objective == pytest.approx(18.75, rel=1e-12)
        session.add_columns("whole", pd.Index(["a"]), {"at most": [[1e4]]}, cost=1e5, integer=True)
        session.change_rhs("at most", 25_003.0)
        found = session.solve()  # two whole ones, and what is left for the others
        assert_same(found, prove(session.program, SolveOptions()))
        assert found.certificate.objective == pytest.approx(2e5 + 5_003 * 2.5, rel=1e-12)
        assert found.answer.primal[2] == 2.0 and session.rescalings == 1
        session.change_bounds("whole", upper=1.0)
        assert session.solve().answer.primal[2] == 1.0
        session.add_columns("more", pd.Index(["b"]), {"at most": [[3.0]]}, cost=50.0, integer=True, upper=4.0)
        assert_same(session.solve(), prove(session.program, SolveOptions()))


# ---- what HiGHS is told -------------------------------------------------------------------------------------------


class Listened:
    """HiGHS, and what was said to it."""

    def __init__(self, highs: Any) -> None:
        self.highs, self.said = highs, list[tuple[str, int]]()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.highs, name)
        if name == "passModel" or name.startswith(("change", "add", "delete")):

            def listened(*given: Any) -> Any:
                self.said.append((name, 1 if name in ("changeCoeff", "passModel") else given[0]))
                return call(*given)

            return listened
        return call

    def heard(self) -> dict[str, int]:
        counts = {name: sum(n for other, n in self.said if other == name) for name, n in self.said if n}
        self.said.clear()
        return counts


def test_only_what_changed_is_told() -> None:
    with Session(plan_program()) as session:
        session.solve()
        assert session._hot is not None
        listened = Listened(session._hot._highs)
        session._hot._highs = listened
        session.solve()
        assert listened.heard() == {}
        change_demand(session, np.random.default_rng(1))
        session.solve()
        assert listened.heard() == {"changeCoeff": 3}
        limits = session.program.row_block("resource_limit")
        assert limits is not None
        session.change_rhs("resource_limit", 3.0, [limits.index[0]])
        session.change_costs("fulfilment", 1.5, ["year2"])
        session.change_bounds("fulfilment", ["year1", "year3"], upper=9.0)
        session.solve()
        assert listened.heard() == {"changeRowsBounds": 1, "changeColsCost": 1, "changeColsBounds": 2}
        size = len(session.program.columns[0].index)
        session.add_rows("a", pd.RangeIndex(3), "<=", 1e6, {"activities": np.ones((3, size))})
        session.solve()
        assert listened.heard() == {"addRows": 3}
        session.delete_rows("a", [0, 2])
        session.add_columns("b", pd.RangeIndex(2), {"a": [[1.0, 1.0]]})
        session.solve()
        assert listened.heard() == {"deleteRows": 2, "addCols": 2}
        assert session.rescalings == 0


@pytest.mark.parametrize("by", [1e-9, 1e6])
def test_scaling_is_kept_until_numbers_leave_its_range(by: float) -> None:
    program = plan_program(8, 3)
    with Session(program) as session:
        first = session.solve()
        for block in ("resource_limit", "accumulation"):
            held = program.row_block(block)
            assert held is not None
            session.change_sides(block, upper=program.row_upper[held.span] * 1.9)
        session.solve()
        assert session.rescalings == 0
        for block in program.rows:
            low, high = program.row_lower[block.span], program.row_upper[block.span]
            session.change_sides(block.name, lower=low * by, upper=high * by)
        found = session.solve()
        assert session.rescalings == 1 and found.answer.iterations < first.answer.iterations
        assert_same(found, prove(session.program, SolveOptions()))
        name, label = program.column_label(0)
        row, row_label = program.row_label(int(program.matrix.indices[0]))
        session.change_coefficients(row, name, float(program.matrix.data[0]) * by, at=([row_label], [label]))
        assert_same(session.solve(), prove(session.program, SolveOptions()))
        assert session.rescalings == 2


def test_every_solve_has_the_whole_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []

    class Timed(highspy.Highs):
        def setOptionValue(self, name: str, value: Any) -> Any:
            if name == "time_limit":
                limits.append(value - self.getRunTime())
            return super().setOptionValue(name, value)

    monkeypatch.setattr("natura_opt.backends.configured.highspy.Highs", Timed)
    with Session(plan_program(5, 2), SolveOptions(time_limit=50.0)) as session:
        for _ in range(4):
            limits.clear()
            change_demand(session, np.random.default_rng(2))
            assert session.solve().status is no.Status.OPTIMAL
            assert limits[0] == pytest.approx(50.0, abs=1e-9)
    with Session(plan_program(5, 2), SolveOptions(time_limit=1e-9)) as session:
        assert session.solve().status is no.Status.TIME_LIMIT
        change_demand(session, np.random.default_rng(2))
        assert session.solve().status is no.Status.TIME_LIMIT


# ---- what goes wrong ----------------------------------------------------------------------------------------------


def test_ctrl_c_between_two_changes_leaves_a_session_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*given: object) -> None:
        raise KeyboardInterrupt

    with Session(plan_program(6, 2)) as session:
        session.solve()
        session.change_costs("fulfilment", 2.0, ["year1"])
        size = len(session.program.columns[0].index)
        session.add_rows("a", pd.RangeIndex(1), "<=", 8.0, {"activities": np.ones((1, size))})
        session.add_columns("b", pd.RangeIndex(1), {"a": [[-1.0]]}, cost=-0.01)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("natura_opt.backends.session.append_rows", stopped)  # the column is there, the row is not
            session.solve()
        assert_same(session.solve(), prove(session.program, SolveOptions()))
        session.delete_rows("a")
        assert_same(session.solve(), prove(session.program, SolveOptions()))


def test_a_run_left_to_itself_after_ctrl_c_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natura_opt.backends.highs._WORTH_INTERRUPTING", 0)
    with Session(plan_program(6, 2)) as session:
        session.solve()
        change_demand(session, np.random.default_rng(3))
        with monkeypatch.context() as patch:
            patch.setattr("natura_opt.backends.highs.run_interruptibly", lambda highs: (None, True))
            found = session.solve()
            assert (found.status, found.answer.claim) == (no.Status.INTERRUPTED, Claim.INTERRUPTED)
        assert_same(session.solve(), prove(session.program, SolveOptions()))


@pytest.mark.parametrize("seconds", [0.01, 0.05, 0.2])
def test_ctrl_c_during_a_solve_leaves_a_session_that_answers(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("natura_opt.backends.highs._WORTH_INTERRUPTING", 0)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    rng = np.random.default_rng(7)
    with Session(plan_program(40, 5)) as session:
        timer = threading.Timer(seconds, _thread.interrupt_main)
        try:
            timer.start()
            found = session.solve()
            timer.join()
            assert found.status in (no.Status.INTERRUPTED, no.Status.OPTIMAL)
        except KeyboardInterrupt:  # it came outside HiGHS
            pass
        finally:
            timer.join()
            signal.signal(signal.SIGINT, before)
        for _ in range(2):
            change_demand(session, rng)
            assert_same(session.solve(), prove(session.program, SolveOptions()))


def test_where_highs_fails_hot_it_starts_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run, begun = HighsSession.run, list[bool]()

    def failing(self: HighsSession) -> Any:
        found = run(self)
        if isinstance(self, HotSession):
            begun.append(len(begun) % 2 == 0)
            return (Claim.FAILED, *found[1:]) if begun[-1] else found
        return found

    with Session(plan_program(6, 2)) as session:
        session.solve()
        change_demand(session, np.random.default_rng(5))
        monkeypatch.setattr(HighsSession, "run", failing)
        found = session.solve()
    assert begun == [True, False] and found.status is no.Status.OPTIMAL


@pytest.mark.parametrize("refused", [True, False])
def test_a_wrong_answer_is_not_believed(monkeypatch: pytest.MonkeyPatch, refused: bool) -> None:
    """HiGHS 1.15 has called wrong points optimal from a basis (its issues 3194 and 3294)."""
    solve, lies = HotSession.solve, list[bool]()

    def wrong(self: HotSession) -> Any:
        found = solve(self)
        lies.append(True)
        claim = Claim.OPTIMAL if refused else Claim.FAILED
        return replace(found, claim=claim, primal=0.0 * found.primal, dual=0.0 * found.dual)

    def nothing(self: HighsSession) -> Any:
        raise RefusedError("nothing to refine from")

    with Session(plan_program(6, 2), SolveOptions("simplex")) as session:
        session.solve()
        change_demand(session, np.random.default_rng(6))
        fresh = prove(session.program, SolveOptions())
        monkeypatch.setattr(HotSession, "solve", wrong)
        monkeypatch.setattr(HotSession, "with_side_columns", nothing)
        monkeypatch.setattr("natura_opt.proof.judging._WORTH_DECIDING", 0)
        assert_same(session.solve(), fresh)
        assert lies and session._hot is not None and not session._hot.is_hot


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: s.change_rhs("balence", 1.0), "unknown block of rows 'balence'; did you mean 'balance'"),
        (lambda s: s.change_costs("activity", 1.0), "unknown block of columns 'activity'; did you mean 'activities'"),
        (lambda s: s.change_rhs("balance", 1.0, [("good09", "year1")]), "rows 'balance': unknown label 'good09 year1'"),
        (lambda s: s.change_costs("fulfilment", [1.0, 2.0], ["year1", "year1"]), "given twice: 'year1'"),
        (lambda s: s.change_costs("fulfilment", [1.0, 2.0, 3.0]), "one number, or one per label (2), is needed"),
        (lambda s: s.change_costs("fulfilment", [1.0, np.nan]), "what is given for 'year2' is not a number"),
        (lambda s: s.change_costs("fulfilment", INF), "the cost of ('fulfilment', 'year1') is not a number"),
        (lambda s: s.change_bounds("fulfilment", lower=INF), "infinite the wrong way round"),
        (lambda s: s.change_bounds("fulfilment"), "say lower=, upper= or both"),
        (lambda s: s.change_rhs("balance", "much"), "balance"),
        (lambda s: s.change_offset(INF), "offset is inf; it must be a finite number"),
        (
            lambda s: s.change_costs("fulfilment", pd.Series([1.0, 2.0], index=["year2", "year1"])),
            "the Series has other labels, or in another order",
        ),
        (
            lambda s: s.change_coefficients("balance", "fulfilment", [[1.0]]),
            "terms of columns 'fulfilment' in rows 'balance' have shape (1, 1), not (12, 2)",
        ),
        (
            lambda s: s.change_coefficients("balance", "fulfilment", pd.DataFrame(np.zeros((12, 2)))),
            "the DataFrame has other labels",
        ),
        (
            lambda s: s.change_coefficients("balance", "fulfilment", INF, at=(FIRST, ["year1"])),
            "the coefficient of ('fulfilment', 'year1') in ('balance', ('good01', 'year1')) is inf",
        ),
        (
            lambda s: s.change_coefficients("balance", "fulfilment", 1.0, at=([], ["year1"])),
            "0 labels of rows and 1 of columns are no pairs",
        ),
        (
            lambda s: s.change_coefficients("balance", "fulfilment", 1.0, at=(FIRST * 2, ["year1"] * 2)),
            "a pair of labels is given twice",
        ),
        (lambda s: s.add_rows("balance", pd.RangeIndex(1), "<=", 1.0, {}), "there is a block of this name already"),
        (lambda s: s.add_rows("a", pd.RangeIndex(1), "<", 1.0, {}), "the sense must be '>=', '<=' or '==', not '<'"),
        (
            lambda s: s.add_rows("a", pd.RangeIndex(1), "<=", 1.0, {"goods": [[1.0]]}),
            "unknown block of columns 'goods'",
        ),
        (lambda s: s.add_columns("a", pd.RangeIndex(1), {"balance": [1.0]}), "have shape (1,), not (12, 1)"),
        (lambda s: s.delete_rows("balance", ["good01"]), "unknown label 'good01'"),
        (lambda s: s.change_rhs("free", 1.0), "rows 'free', '0': it has no side, so say lower= or upper="),
        (lambda s: s.change_rhs("both", 1.0), "rows 'both', '0': it has two sides, so say lower= or upper="),
        (lambda s: s.change_rhs(3, 1.0), "change_rhs: rows must be text, not 3"),
    ],
)
def test_mistakes_are_said_and_change_nothing(change: Callable[[Session], None], sentence: str) -> None:
    with Session(plan_program(6, 2)) as session:
        session.add_rows("free", pd.RangeIndex(1), "<=", INF, {})
        session.add_rows("both", pd.RangeIndex(1), ">=", 0.0, {})
        session.change_sides("both", upper=1.0)
        before = session.program
        with pytest.raises(NaturaError) as raised:
            change(session)
        assert sentence in str(raised.value)
        assert session.program is before


def test_labels_that_occur_twice_are_for_whole_blocks() -> None:
    made = small_program("min", [1.0, 1.0], [([1.0, 1.0], ">=", 2.0)])
    with Session(replace(made, columns=(replace(made.columns[0], index=pd.Index(["a", "a"])),))) as session:
        with pytest.raises(ProgramError, match="labels occur more than once"):
            session.change_costs("x", 2.0, ["a"])
        session.change_costs("x", [3.0, 2.0])
        assert session.solve().certificate.objective == 4.0


def test_a_closed_session_says_so() -> None:
    with Session(small_program("min", [1.0])) as session:
        assert session.solve().status is no.Status.OPTIMAL
    for use in (session.solve, lambda: session.program, lambda: session.change_costs("x", 1.0)):
        with pytest.raises(no.OptionError, match="the session is closed"):
            use()


def test_what_cannot_be_solved_is_refused_at_once() -> None:
    made = small_program("min", [1.0])
    with pytest.raises(no.OptionError, match="unknown HiGHS option"):
        Session(made, SolveOptions(options={"no_such": 1}))
    with pytest.raises(no.DataError, match="the program's cost has shape"):
        Session(replace(made, cost=np.zeros(3)))


@pytest.mark.parametrize("method", ["simplex", "ipm", "pdlp"])
def test_every_method(method: str) -> None:
    tolerance = 1e-6 if method == "pdlp" else 1e-9
    with Session(plan_program(6, 2), SolveOptions(method, tolerance)) as session:
        for seed in range(3):
            found, fresh = session.solve(), prove(session.program, SolveOptions())
            assert found.certificate.proved
            assert found.certificate.objective == pytest.approx(fresh.certificate.objective, rel=10 * tolerance)
            assert session._hot is not None and session._hot.is_hot == (method != "pdlp")
            change_demand(session, np.random.default_rng(seed))


def test_another_program_takes_the_place_with_the_basis_of_what_is_named() -> None:
    """Rows and columns in another order, some doubled and some gone: the verdict is that of a solve from nothing."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        m, n = int(rng.integers(2, 6)), int(rng.integers(2, 6))
        one, other = (
            small_program(
                "max", rng.uniform(0, 3, k), [(row, "<=", 4.0) for row in rng.uniform(0.1, 2, (h, k)).tolist()]
            )
            for h, k in ((m, n), (m + 1, n + 1))
        )
        with no.Session(one) as session:
            session.solve()
            session.become(other, rng.integers(-1, m, m + 1), rng.integers(-1, n, n + 1))
            session.become(other)  # what was named stays so
            found = session.solve()
        assert found.certificate.proved
        assert found.certificate.objective == pytest.approx(no.solve(other).objective, rel=1e-9)


@pytest.mark.parametrize("rows", [[0, 1], [0.5], [-2], [9], None])
def test_positions_that_are_none_are_refused(rows: Any) -> None:
    one = small_program("max", [1.0], [([1.0], "<=", 2.0)])
    two = small_program("max", [1.0], [([1.0], "<=", 2.0)] * 2)
    with no.Session(two) as session, pytest.raises(no.ProgramError, match="rows"):
        session.become(one, rows)
