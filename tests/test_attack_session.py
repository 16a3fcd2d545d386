"""A session from outside: any edits, in any order and number, judged by rational arithmetic that shares no code."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.backends.session import HotSession
from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram
from natura_opt.program.scaling import scale
from natura_opt.proof.session import Session
from natura_opt.testing.small import program

from .adversarial import adversarial, small_mip
from .exact_simplex import solve_exactly, solve_whole_exactly
from .hostile import hostile_program
from .programs import random_program
from .seeded import seeded_economy
from .test_session import Twin

INF = np.inf
UNITS = np.array([1e-8, 1e-3, 1.0, 1.0, 1e3, 1e8])


# ---- edits by position, told to a session by label and to plain arrays ---------------------------------------------


@dataclass
class Walk:
    """A session under attack and the plain arrays beside it."""

    session: Session
    twin: Twin
    rng: np.random.Generator
    taken: int = 0

    def block(self, kind: str) -> Any:
        blocks = self.session.program.rows if kind == "rows" else self.session.program.columns
        return blocks[self.rng.integers(len(blocks))] if blocks else None

    def some(self, block: Block) -> tuple[list[Any] | None, np.ndarray]:
        """Return labels of a block (None: all; perhaps none at all) and their positions."""
        size = len(block.index)
        if self.rng.random() < 0.3 or not block.index.is_unique:
            return None, np.arange(size) + block.start
        at = self.rng.permutation(size)[: self.rng.integers(0, size + 1)]
        return [block.index[k] for k in at], at + block.start

    def values(self, *shape: int) -> np.ndarray:
        made = np.round(self.rng.uniform(-4, 9, shape), 1) * self.rng.choice(
            UNITS, shape, p=[0.05, 0.1, 0.3, 0.4, 0.1, 0.05]
        )
        return np.where(self.rng.random(shape) < 0.2, 0.0, made)

    def index(self, size: int) -> pd.Index:
        kind = self.rng.integers(4)
        if kind == 0:
            return pd.MultiIndex.from_tuples([(f"g{k}", k) for k in range(size)], names=["good", "period"])
        if kind == 1:
            return pd.Index(["same"] * size)
        return pd.RangeIndex(size) if kind == 2 else pd.Index([f"n{k}" for k in range(size)], dtype=object)


def _rhs(w: Walk) -> None:
    block = w.block("rows")
    if block is None:
        return
    labels, at = w.some(block)
    low, high = w.twin.row_lower[at], w.twin.row_upper[at]
    one_sided = np.isfinite(low) != np.isfinite(high)
    if not (one_sided | (np.isfinite(low) & (low == high))).all():
        with pytest.raises(no.ProgramError, match="side"):
            w.session.change_rhs(block.name, w.values(len(at)), labels)
        return
    given = w.values(len(at))
    w.session.change_rhs(block.name, given, labels)
    w.twin.row_lower[at], w.twin.row_upper[at] = (
        np.where(np.isfinite(low), given, low),
        np.where(np.isfinite(high), given, high),
    )


def _limits(w: Walk, kind: str, change: Any, lower: np.ndarray, upper: np.ndarray) -> None:
    block = w.block(kind)
    if block is None:
        return
    labels, at = w.some(block)
    low, high = w.values(len(at)), w.values(len(at))
    if w.rng.random() < 0.9:
        low, high = np.minimum(low, high), np.maximum(low, high)
    low = np.where(w.rng.random(len(at)) < 0.3, -INF, low)
    high = np.where(w.rng.random(len(at)) < 0.3, INF, high)
    which = w.rng.integers(3)
    given = {name: value for name, value, unless in (("lower", low, 1), ("upper", high, 0)) if which != unless}
    change(block.name, labels, **given)
    lower[at] = given.get("lower", lower[at])
    upper[at] = given.get("upper", upper[at])


def _sides(w: Walk) -> None:
    _limits(w, "rows", w.session.change_sides, w.twin.row_lower, w.twin.row_upper)


def _bounds(w: Walk) -> None:
    if not w.session.program.integer.any():  # whole columns are to stay few enough to enumerate
        _limits(w, "columns", w.session.change_bounds, w.twin.lower, w.twin.upper)


def _free(w: Walk) -> None:
    block = w.block("rows")
    if block is not None:
        labels, at = w.some(block)
        w.session.free_rows(block.name, labels)
        w.twin.row_lower[at], w.twin.row_upper[at] = -INF, INF


def _costs(w: Walk) -> None:
    block = w.block("columns")
    if block is not None:
        labels, at = w.some(block)
        given = w.values(len(at))
        w.session.change_costs(block.name, given, labels)
        w.twin.cost[at] = given


def _coefficients(w: Walk) -> None:
    rows, columns = w.block("rows"), w.block("columns")
    if rows is None or columns is None:
        return
    part = w.twin.matrix[rows.span, columns.span]  # a view: it changes with the table
    if w.rng.random() < 0.4 or not (rows.index.is_unique and columns.index.is_unique):
        given = np.where(w.rng.random(part.shape) < 0.5, part, w.values(*part.shape))
        w.session.change_coefficients(rows.name, columns.name, sp.coo_array(given) if w.rng.random() < 0.5 else given)
        part[:] = given
        return
    at = w.rng.permutation(part.size)[: w.rng.integers(0, 4)]
    down, right = np.unravel_index(at, part.shape) if part.size else (at, at)
    given = np.where(w.rng.random(len(at)) < 0.4, 0.0, w.values(len(at)))
    labels = [rows.index[k] for k in down], [columns.index[k] for k in right]
    w.session.change_coefficients(rows.name, columns.name, given, at=labels)
    part[down, right] = given


def _add_rows(w: Walk) -> None:
    size, sense = int(w.rng.integers(0, 3)), str(w.rng.choice([">=", "<=", "=="], p=[0.4, 0.5, 0.1]))
    side, full = w.values(size), np.zeros((size, len(w.twin.cost)))
    terms = {}
    for block in w.session.program.columns:
        if w.rng.random() < 0.8:
            full[:, block.span] = terms[block.name] = w.values(size, len(block.index))
    w.taken += 1
    w.session.add_rows(f"rows {w.taken}", w.index(size), sense, side, terms)  # type: ignore[arg-type]
    w.twin.matrix = np.vstack([w.twin.matrix, full])
    w.twin.row_lower = np.append(w.twin.row_lower, np.full(size, -INF) if sense == "<=" else side)
    w.twin.row_upper = np.append(w.twin.row_upper, np.full(size, INF) if sense == ">=" else side)


def _add_columns(w: Walk) -> None:
    size, whole = int(w.rng.integers(0, 3)), bool(w.rng.random() < 0.15)
    full, cost = np.zeros((len(w.twin.row_lower), size)), w.values(size)
    lower, upper = np.zeros(size), w.rng.choice([1.0, 2.0, INF] if not whole else [1.0, 2.0], size)
    terms = {}
    for block in w.session.program.rows:
        if w.rng.random() < 0.8:
            full[block.span] = terms[block.name] = w.values(len(block.index), size)
    w.taken += 1
    name = f"columns {w.taken}"
    w.session.add_columns(name, w.index(size), terms, lower=lower, upper=upper, cost=cost, integer=whole)
    w.twin.matrix = np.hstack([w.twin.matrix, full])
    for array, more in (("cost", cost), ("lower", lower), ("upper", upper)):
        setattr(w.twin, array, np.append(getattr(w.twin, array), more))


def _delete(w: Walk) -> None:
    block = w.block("rows")
    if block is not None:
        labels, at = w.some(block)
        w.session.delete_rows(block.name, labels)
        w.twin.matrix = np.delete(w.twin.matrix, at, axis=0)
        w.twin.row_lower, w.twin.row_upper = (np.delete(s, at) for s in (w.twin.row_lower, w.twin.row_upper))


def _offset(w: Walk) -> None:
    w.session.change_offset(float(w.values(1)[0]))


EDITS = (_rhs, _sides, _bounds, _free, _costs, _coefficients, _coefficients, _add_rows, _add_columns, _delete, _offset)


# ---- the judge -----------------------------------------------------------------------------------------------------


def judge(asked: LinearProgram, found: Any, about: str) -> None:
    """Hold a verdict against a simplex on rational numbers."""
    true = (solve_whole_exactly if asked.integer.any() else solve_exactly)(asked)
    if found.status is no.Status.OPTIMAL:
        c = found.certificate
        if true.status == "infeasible" and c.conditional:  # proved for nearby data only, and says so
            return
        assert c.proved and true.status == "optimal" and true.value is not None, (about, true.status, str(c))
        with np.errstate(over="ignore"):
            terms = float(np.abs(asked.cost * found.answer.primal).sum() + abs(asked.offset))
        size = max(abs(float(true.value)), 1e-6 * terms)
        assert abs(c.objective - float(true.value)) <= 4 * c.tolerance * size, (about, c, float(true.value))
    elif found.status in (no.Status.INFEASIBLE, no.Status.UNBOUNDED):
        assert str(found.status) == true.status, (about, true.status, found.status)
    else:
        assert found.status is no.Status.UNPROVED, (about, found.status)


def spread(asked: LinearProgram) -> float:
    """Return how many powers of ten lie between the numbers of a program."""
    parts = (asked.matrix.data, asked.cost, asked.lower, asked.upper, asked.row_lower, asked.row_upper)
    sizes = np.abs(np.concatenate(parts))
    sizes = np.log10(sizes[np.isfinite(sizes) & (sizes > 0)])
    return float(np.ptp(sizes)) if len(sizes) else 0.0


def attack(begun: LinearProgram, seed: int, rounds: int) -> None:
    rng = np.random.default_rng(seed)
    with Session(begun) as session:
        walk = Walk(session, Twin.of(begun), rng)
        for k in range(rounds):
            chosen = [EDITS[rng.integers(len(EDITS))] for _ in range(rng.choice([1, 1, 2, 3, 8]) if k else 0)]
            for edit in chosen:
                edit(walk)
                walk.twin.assert_is(session.program)
            about = f"seed {seed}, round {k}: {[edit.__name__ for edit in chosen]}"
            try:
                found = session.solve()
            except no.RefusedError:  # numbers that neither HiGHS nor a plan in doubles can hold
                assert spread(session.program) > 60, about
                continue
            judge(session.program, found, about)


def start(seed: int) -> LinearProgram:
    kind = seed % 5
    if kind == 0:
        return random_program(seed)
    if kind == 1:
        return hostile_program(("any", "feasible", "loop", "parallel")[seed % 4], seed)
    if kind == 2:
        return adversarial(seed)[1]
    return small_mip(seed) if kind == 3 else random_program(seed, extreme=seed % 10 == 9)


@pytest.mark.parametrize("seed", range(15))
def test_any_edits_of_any_program(seed: int) -> None:
    attack(start(seed), seed, rounds=4)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(100, 600))
def test_more_edits_of_any_program(seed: int) -> None:
    attack(start(seed), seed, rounds=8)


# ---- what is not sound is refused, and nothing is changed -----------------------------------------------------------


def small() -> LinearProgram:
    return program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 0.0], "<=", 3.0), ([0.0, 1.0], ">=", 0.5)])


@pytest.mark.parametrize("labels", [{0, 1}, frozenset([0, 1])])
def test_a_set_of_labels_has_no_order(labels: Any) -> None:
    with Session(small()) as session, pytest.raises(no.ProgramError, match="no order"):
        session.change_rhs("at most", [1.0, 2.0], labels)


@pytest.mark.parametrize(
    "at",
    [([0],), (), ([0], [0], [0]), (0, 0), (None, None), ("0", "0"), ([0], {0: 1}), ({0}, [0])],
    ids=["one", "none", "three", "numbers", "nothing", "texts", "mapping", "set"],
)
def test_pairs_that_are_none(at: Any) -> None:
    with Session(small()) as session:
        before = session.program
        with pytest.raises(no.ProgramError):
            session.change_coefficients("at most", "x", 1.0, at=at)
        assert session.program is before


@pytest.mark.parametrize("name", ["cost", "lower", "upper", "row_lower", "row_upper", "matrix", "integer"])
def test_what_was_passed_in_and_handed_out_is_not_the_sessions_own(name: str) -> None:
    given = small()
    held = getattr(given, name) if name != "matrix" else given.matrix.data
    with Session(given) as session:
        wanted = session.solve().certificate.objective
        held[:] = 1
        assert session.solve().certificate.objective == wanted == 11.0
        handed = getattr(session.program, name) if name != "matrix" else session.program.matrix.data
        with pytest.raises(ValueError, match="read-only"):
            handed[:] = 1


def test_a_program_of_whole_numbers_takes_others() -> None:
    """An array of int64 would cut off what is written into it."""
    given = replace(small(), cost=np.array([3, 2]), row_upper=np.array([4.0, 3.0, INF], dtype=np.float32))
    with Session(given) as session:
        session.change_costs("x", 2.5, [1])
        session.change_rhs("at most", 0.1, [0])
        assert session.program.cost.tolist() == [3.0, 2.5] and session.program.row_upper[0] == 0.1


@pytest.mark.parametrize(
    ("name", "value"),
    [("cost", np.array([True, False])), ("upper", np.array([1 + 0j, 2])), ("row_lower", np.array(["a", "b", "c"])),
     ("offset", "x"), ("cost", np.array([1.0, None])), ("matrix", sp.csc_array(np.ones((3, 2), dtype=complex)))],
)  # fmt: skip
def test_a_program_of_no_numbers_is_refused(name: str, value: Any) -> None:
    with pytest.raises(no.DataError, match="numbers"):
        Session(replace(small(), **{name: value}))
    with pytest.raises(no.DataError, match="numbers"):
        no.solve(replace(small(), **{name: value}))


def test_blocks_keep_what_laws_declare_of_them() -> None:
    economy = seeded_economy(3)
    with Session(no.linear_program(economy, economy.question())) as session:
        balance = session.program.row_block("balance")
        assert balance is not None and balance.declared is not None
        session.delete_rows("balance", [balance.index[0]])
        assert [b.declared is None for b in session.program.rows] == [False] * len(session.program.rows)


# ---- Ctrl-C and threads --------------------------------------------------------------------------------------------


def test_ctrl_c_at_any_moment_leaves_a_session_that_answers() -> None:
    economy, stopped = seeded_economy(5, goods=(8, 8), periods=(3, 3)), 0
    rng = np.random.default_rng(0)

    def press(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, press)
    try:
        with Session(no.linear_program(economy, economy.question())) as session:
            name = session.program.columns[0].name
            size = len(session.program.columns[0].index)
            wanted = session.solve()
            for k in range(60):
                try:
                    signal.setitimer(signal.ITIMER_REAL, float(rng.uniform(1e-5, 2e-2)))
                    session.add_rows(f"row {k}", pd.RangeIndex(2), "<=", 1e9, {name: rng.uniform(0, 1, (2, size))})
                    stopped += session.solve().status is no.Status.INTERRUPTED
                    if k % 3 == 0:
                        session.delete_rows(f"row {k}", [0])
                    session.solve()
                except KeyboardInterrupt:
                    stopped += 1
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0.0)
                found = session.solve()
                assert found.status is no.Status.OPTIMAL
                assert found.certificate.objective == pytest.approx(wanted.certificate.objective, rel=1e-9)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert stopped > 3


def test_a_change_by_another_thread_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    hold, others = HotSession.hold, list[threading.Thread]()
    with Session(small()) as session:
        session.solve()

        def interrupted(hot: HotSession, *given: Any) -> bool:
            others.append(threading.Thread(target=session.change_offset, args=(100.0,)))
            others[-1].start()
            others[-1].join(0.2)
            return hold(hot, *given)

        monkeypatch.setattr(HotSession, "hold", interrupted)
        session.change_rhs("at most", 5.0, [0])
        session.solve()
        monkeypatch.undo()
        for other in others:
            other.join(10)
        assert len(others) == 1 and session.solve().certificate.objective == 113.0


# ---- proofs beyond doubles -----------------------------------------------------------------------------------------


def test_a_violation_beside_terms_beyond_doubles_is_no_small_one() -> None:
    """The sizes of a row's terms overflow; beside infinity 5e307 is nothing. (The optimum is 5 % more.)"""
    made = program("min", [1.0, 0.0], [([10.0, -10.0], ">=", 5e307)], lower=[1e308, 1e308], upper=[INF, 1e308])
    found = no.certify(made, np.array([1e308, 1e308]), np.zeros(1), 1e-9)
    assert not found.proved and found.primal_residual == INF


def test_scaled_numbers_beyond_doubles_are_refused_as_such() -> None:
    made = small()
    scaled = replace(scale(made), program=replace(made, cost=np.array([INF, 1.0])))
    with pytest.raises(no.RefusedError, match="scaled"):
        HighsSession(scaled.program, SolveOptions(), scaled=scaled)
    with pytest.raises(no.NaturaError) as other:
        HighsSession(scaled.program, SolveOptions())
    assert not isinstance(other.value, no.RefusedError), "the user's own number is no matter of HiGHS"


def test_an_optimum_that_no_double_reaches_is_no_plan() -> None:
    """The second column is 1e500: the best objective is known, and a plan of infinities is none."""
    made = program("max", [1.0, 0.0], [([1.0, 0.0], "<=", 1.0), ([0.0, 1e-250], "==", 1e250)])
    for call in (no.solve, lambda p: Session(p).solve()):
        try:
            found = call(made)
        except no.RefusedError:
            continue
        assert found.status is not no.Status.OPTIMAL
