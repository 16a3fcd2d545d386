"""Every law has three spellings, and they must be one law: matrix rows, Pyomo and CVXPY compiled back, row by row.

A comparison that finds nothing proves little by itself, so the second half turns on the comparison: one wrong number
in the data, one wrong number in a program, one wrong sign, bound, factor or missing term in the source of one spelling,
and the difference must show.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt import formulate as plan_problem
from natura_opt.objectives.harmony import HARMONY
from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram

from .golden_curves import NOT_CONVEX
from .spellings import (
    GOLDEN,
    SPELLINGS,
    difference,
    entries,
    golden_for,
    golden_program,
    linear_laws,
    mutable_functions,
    mutants,
    spelled,
    spellings_of,
    verdict,
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Pyomo logs every error that a mutant provokes, at length."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


# ---- the spellings are one law ----------------------------------------------
@pytest.mark.parametrize("spelling", ["pyomo", "cvxpy"])
@pytest.mark.parametrize("name", GOLDEN)
def test_golden_economies_are_spelled_alike(name: str, spelling: str) -> None:
    if spelling not in spellings_of(name):
        with pytest.raises(no.QuestionError, match=r"need binaries .*, which the CVXPY spelling does not state"):
            spelled(spelling, GOLDEN[name])
        return
    assert difference(golden_program(name, "matrix"), golden_program(name, spelling)) == []


@pytest.mark.parametrize("spelling", ["pyomo", "cvxpy"])
@pytest.mark.parametrize("name", no.shipped_models())
def test_shipped_models_are_spelled_alike(name: str, spelling: str) -> None:
    economy = no.read(name)
    for question in economy.questions.values():
        if question.objective == HARMONY.name:
            continue  # its concave term is no linear program; test_harmony compares the optima
        matrix = spelled("matrix", economy, question)
        if spelling == "cvxpy" and matrix.column_block("piece_opened") is not None:
            with pytest.raises(no.QuestionError, match="need binaries"):
                spelled(spelling, economy, question)
            continue
        assert difference(matrix, spelled(spelling, economy, question)) == []


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_economies_have_one_optimum(name: str) -> None:
    backends = ["highs" if spelling == "matrix" else spelling for spelling in spellings_of(name)]
    plans = [no.solve(GOLDEN[name], backend=backend).assert_optimal() for backend in backends]
    assert [plan.objective for plan in plans] == pytest.approx([plans[0].objective] * len(plans), rel=1e-9)


def test_golden_economies_use_every_law_and_table() -> None:
    """What no golden economy uses, no mutant of it can be found."""
    chosen = [law.name for e in GOLDEN.values() for law in plan_problem.laws_of(e, e.question())]
    assert set(chosen) == {law.name for law in linear_laws()}
    used = {table for economy in GOLDEN.values() for table in economy.tables}
    assert used == set().union(*(law.tables for law in linear_laws()))
    blocks = [golden_program(name, "matrix") for name in GOLDEN]
    declared_rows = {rows.name for law in linear_laws() for rows in law.rows}
    declared_columns = {columns.name for law in linear_laws() for columns in law.columns}
    assert {block.name for p in blocks for block in p.rows if len(block.index)} == declared_rows
    assert {block.name for p in blocks for block in p.columns if len(block.index)} == declared_columns


# ---- questions at the edge --------------------------------------------------
def _bare(**tables: Any) -> no.Economy:
    """Two goods over three periods, to be changed by one table."""
    plain: dict[str, Any] = {
        "goods": ["a", "b"],
        "techniques": ["a", "b"],
        "inputs": [[0.1, 0.2], [0.1, 0.1]],
        "resources": ["labour"],
        "resource_use": [[1, 1]],
        "resource_limits": [10],
        "targets": [1, 1],
        "periods": 3,
    }
    return no.build_economy(**(plain | tables))


UNTOUCHED = {
    "goods": ["a", "b", "relic"],
    "inputs": [[0.1, 0.2], [0.1, 0.1], [0, 0]],
    "outputs": [[1, 0], [0, 1], [0, 0]],
    "targets": [1, 1, 0],
}
LEAST = {"objective": "least-resources", "resource_weights": [1]}
HELD = {"capital": [[0.1, 0], [0, 0.1]], "initial_capital": [[5, 0], [0, 6]]}
POOLED = {"capital": [[0.1, 0], [0, 0.1]], "capital_pool": [5, 6]}
NONE = [[0, 0], [0, 0]]

EDGES: dict[str, dict[str, Any]] = {
    "nothing can be stored": {"storage": [0, 0]},
    "stores have no room": {"storage": [1, 1], "storage_capacity": [0, 0]},
    "everything wears out at once": HELD | {"depreciation": [[1, 0], [0, 1]]},
    "nobody needs the pool": {"capital": NONE, "capital_pool": [0, 0]},
    "nobody needs capital": {"capital": NONE, "initial_capital": NONE},
    "lag longer than the horizon": HELD | {"investment_lag": [9, 3]},
    "a good nobody touches": UNTOUCHED,
    "a good nobody touches, in store": UNTOUCHED | {"storage": [1, 1, 1], "initial_stocks": [0, 0, 2]},
    "a good nobody touches, least resources": UNTOUCHED | LEAST,
    "no resource limits": LEAST | {"resource_limits": None},
    "nothing limits the plan": {"resource_limits": None, "resource_use": None, "resources": []},
    "nobody runs in plants": {"plant_capacity": [float("inf")] * 2},
    "nothing starts, and nothing has a minimum scale": {"minimum_scale": [0, 0], "start_up_inputs": NONE},
    "a plant that makes nothing": {"plant_capacity": [0, 3]},
    "no plants": {"plant_capacity": [2, 3], "plants": [0, 1], "minimum_scale": [1, 1]},
    "nothing limits activities": {"activity_limits": [float("inf")] * 2},
    "periods are whole numbers": HELD | {"periods": [2030, 2035]},
}


@pytest.mark.parametrize("spelling", ["pyomo", "cvxpy"])
@pytest.mark.parametrize("edge", list(EDGES))
def test_edges_are_spelled_alike(edge: str, spelling: str) -> None:
    economy = _bare(**EDGES[edge])
    assert difference(spelled("matrix", economy), spelled(spelling, economy)) == []


def test_periods_are_not_pairs() -> None:
    with pytest.raises(no.DataError, match="period's name"):
        _bare(periods=[("plan", 1), ("plan", 2)])


def test_a_good_nobody_makes_is_named() -> None:
    """Matrix and CVXPY state the impossible row, and the plan is proved infeasible; Pyomo cannot, and must say why."""
    economy = _bare(**(UNTOUCHED | LEAST | {"targets": [1, 1, 1]}))
    assert difference(spelled("matrix", economy), spelled("cvxpy", economy)) == []
    assert no.solve(economy).status is no.Status.INFEASIBLE
    with pytest.raises(no.QuestionError, match="relic"):
        spelled("pyomo", economy)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_capital_needs_one_kind_of_stock(spelling: str) -> None:
    for tables in (HELD | POOLED, {"capital": HELD["capital"]}):
        with pytest.raises(no.QuestionError, match="capital_pool"):
            spelled(spelling, _bare(**tables))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_holds_for_all_periods_must_not_change(spelling: str) -> None:
    with pytest.raises(no.DataError, match="storage"):
        spelled(spelling, _bare(storage=[[1, 0.9, 0.8], [0, 0, 0]]))
    with pytest.raises(no.DataError, match="emission_budgets"):
        spelled(spelling, _bare(emissions=[[1, 1]], emission_budgets=[[1, 2, 3]]))


#: Tables that a chosen law knows but that its form here cannot use: refused, for nothing is ignored in silence.
SENSELESS: dict[str, dict[str, Any]] = {
    "orders for a pool": POOLED | {"capital_orders": {"2": [[1, 0], [0, 0]]}},
    "wear by technique of a pool": POOLED | {"depreciation": [[0.5, 0], [0, 0.5]]},
    "wear of a pool that is not there": HELD | {"pool_depreciation": [0.5, 0.5]},
    "stock at the start, by period": {"initial_stocks": [[1, 2, 3], [0, 0, 0]]},
    "pool at the start, by period": POOLED | {"capital_pool": [[5, 6, 7], [6, 6, 6]]},
    "lag by period": HELD | {"investment_lag": [[1, 2, 1], [1, 1, 1]]},
    "room without stores": {"storage_capacity": [1, 1]},
}


@pytest.mark.parametrize("case", list(SENSELESS))
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_cannot_be_used_is_refused(case: str, spelling: str) -> None:
    with pytest.raises((no.QuestionError, no.DataError)):
        spelled(spelling, _bare(**SENSELESS[case]))


# ---- the comparison sees every number of a program --------------------------
def _wrong_programs(program: LinearProgram) -> Iterator[tuple[str, LinearProgram]]:
    """The program with one number changed, one at a time, by a billionth where it is finite."""
    for k in range(program.matrix.nnz):
        matrix = program.matrix.copy()
        matrix.data[k] *= 1 + 1e-9
        yield f"coefficient {k}", replace(program, matrix=matrix)
    for name in ("cost", "lower", "upper", "row_lower", "row_upper"):
        old = getattr(program, name)
        for k in range(len(old)):
            new = old.copy()
            new[k] = new[k] + max(1.0, abs(new[k])) * 1e-9 if np.isfinite(new[k]) else 1e9
            yield f"{name} {k}", replace(program, **{name: new})
    for k in range(len(program.integer)):
        yield f"integer {k}", replace(program, integer=program.integer ^ (np.arange(len(program.integer)) == k))
    extra = program.matrix.tolil()
    row, column = next((i, j) for i in range(extra.shape[0]) for j in range(extra.shape[1]) if extra[i, j] == 0)
    extra[row, column] = 1e-9
    yield "one coefficient more", replace(program, matrix=sp.csc_array(extra))
    yield "sense", replace(program, sense="min" if program.sense == "max" else "max")
    yield "offset", replace(program, offset=1.0)


@pytest.mark.parametrize("name", ["valley", "hospital", "evening", "smoke"])
def test_a_wrong_number_in_a_program_is_seen(name: str) -> None:
    program = golden_program(name, "matrix")
    assert [what for what, wrong in _wrong_programs(program) if not difference(program, wrong)] == []


@pytest.mark.parametrize("axis", ["rows", "columns"])
def test_a_wrong_label_is_seen(axis: str) -> None:
    """Two labels of a block changed over: the same numbers, but the comparison must not look for the permutation."""
    program = golden_program("valley", "matrix")
    unseen = []
    for block in getattr(program, axis):
        order = np.arange(len(block.index))
        order[[0, -1]] = order[[-1, 0]]
        wrong = Block(block.name, block.index[order], block.start)
        changed = replace(program, **{axis: tuple(wrong if b is block else b for b in getattr(program, axis))})
        unseen += [block.name] if not difference(program, changed) else []
        renamed = Block(block.name + "s", block.index, block.start)
        changed = replace(program, **{axis: tuple(renamed if b is block else b for b in getattr(program, axis))})
        unseen += [block.name] if not difference(program, changed) else []
    assert unseen == []


def _program(rows: list[str], columns: list[str], matrix: Any, side: Any, cost: Any) -> LinearProgram:
    return LinearProgram(
        sense="max",
        columns=(Block("x", pd.Index(columns), 0),),
        rows=(Block("r", pd.Index(rows), 0),),
        cost=np.array(cost, dtype=float),
        lower=np.zeros(len(columns)),
        upper=np.full(len(columns), np.inf),
        integer=np.zeros(len(columns), dtype=bool),
        matrix=sp.csc_array(np.array(matrix, dtype=float).reshape(len(rows), len(columns))),
        row_lower=np.full(len(rows), -np.inf),
        row_upper=np.array(side, dtype=float),
    )


TURNED = ((["r1", "r2"], [[2], [4]], [3, 5]), (["r2", "r1"], [[4], [2]], [5, 3]))


def test_what_says_nothing_is_no_difference() -> None:
    one = _program(["r1"], ["a"], [[2]], [3], [1])
    assert difference(one, _program(["r1", "idle"], ["a"], [[2], [0]], [3, 0], [1])) == []
    assert difference(one, _program(["r1"], ["a", "idle"], [[2, 0]], [3], [1, 0])) == []
    assert difference(one, _program(["r1"], ["a"], [[2 * (1 + 1e-15)]], [3 * (1 - 1e-15)], [1])) == []
    there, back = (_program(rows, ["a"], m, s, [1]) for rows, m, s in TURNED)
    assert difference(there, back) == []


def test_what_says_something_is_a_difference() -> None:
    one = _program(["r1"], ["a"], [[2]], [3], [1])
    for other, word in (
        (_program(["r1", "r2"], ["a"], [[2], [1]], [3, 0], [1]), "row ('r', 'r2')"),
        (_program(["r1", "r2"], ["a"], [[2], [0]], [3, -1], [1]), "row ('r', 'r2')"),
        (_program(["r1"], ["a", "b"], [[2, 1]], [3], [1, 0]), "column ('x', 'b')"),
        (_program(["r1"], ["a", "b"], [[2, 0]], [3], [1, 1]), "column ('x', 'b')"),
        (_program(["r1", "r1"], ["a"], [[2], [2]], [3, 3], [1]), "twice"),
        (_program(["r1"], ["a"], [[2]], [float("nan")], [1]), "upper side of ('r', 'r1')"),
        (_program(["r1"], ["a"], [[float("nan")]], [3], [1]), "coefficient of ('x', 'a') in ('r', 'r1')"),
    ):
        for found in (difference(one, other), difference(other, one)):
            assert len(found) == 1
            assert word in found[0]


# ---- a wrong number in the data of one spelling shows ----------------------
#: Of the numbers of a golden economy so many, evenly spread, are changed where not all of them are asked for.
SOME = 25


def _numbers_are_seen(name: str, spelling: str, most: int | None) -> None:
    """Spell with one number changed, compare with another spelling of the right data.

    Every number, for the matrix of small economies also every zero; of larger economies one number per table and
    period where CVXPY compiles them, a third of the numbers where Pyomo does. What no plan of the horizon can feel must
    not show.
    """
    economy = GOLDEN[name]
    if spelling not in spellings_of(name):
        assert name in NOT_CONVEX  # and the test of spellings above sees it refused
        return
    right = golden_program(name, "matrix" if spelling == "pyomo" else "pyomo")
    chosen = entries(economy, zeros=spelling == "matrix" and name != "valley")
    if spelling == "cvxpy" and len(chosen) > 30:
        chosen = list({(entry.table, entry.key): entry for entry in chosen if not entry.unfelt(economy)}.values())
    if spelling == "pyomo" and len(chosen) > 200:
        chosen = chosen[::3]
    for entry in chosen[:: max(len(chosen) // (most or len(chosen)), 1)]:
        try:
            found = difference(right, spelled(spelling, entry.perturbed(economy)))
        except no.QuestionError as refused:  # a number of plants where there are none, and the like
            found = [str(refused)]
        assert bool(found) != entry.unfelt(economy), entry


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", GOLDEN)
def test_a_wrong_number_in_the_data_is_seen(name: str, spelling: str) -> None:
    _numbers_are_seen(name, spelling, SOME)


@pytest.mark.exhaustive
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", GOLDEN)
def test_every_wrong_number_in_the_data_is_seen(name: str, spelling: str) -> None:
    _numbers_are_seen(name, spelling, None)


# ---- a wrong line in the source of one spelling shows ----------------------
START = "a table of the start, or of all periods, has one slice for all of them"
CONSTANT = "a shortcut for what is the same in every period; the long way gives the same"
EMPTY = "a shortcut past a block without rows or columns; stated empty, it says the same"
ZEROS = "a table that is missing reads as zeros, so its terms vanish"
NO_LIMIT = "a table of limits that is missing reads as infinities, so there is nothing to keep within"
ONE_OR_NONE = "a technique has a plant capacity in every period, or in none; another is refused"
REFUSES = "it refuses what no golden economy says, or words the refusal; tests/test_rows_of_laws.py provokes it"
NO_EQUALITY = "no law of a linear question opens equalities; tests/test_rows_of_laws.py does"
DECLARED = "a declaration: words, and a sense that the builder holds the rows to"
OTHER_FORM = "Pyomo's own piecewise forms are held to the judge of test_curve_law, not to the rows"
NEGATIVE = "any number below zero says none, and none of them is read; the places that stay are overwritten"
REFUSES_MOVING = "it refuses what no golden economy says; tests/test_moving_plant.py provokes it"
AFTER = "any number beyond that of the periods says after the end"
#: Mutants that mean the same as the source: by function, what was changed and why it is no change.
ALLOWED: dict[str, dict[str, str]] = {
    "laws.periods.lengths": {"1 for 0 in `economy.vector('period_length', 0)`": START},
    "laws.periods.added_up": {
        "2.0 for 1.0 in `np.where(kept == 1.0, 1.0, 1.0 - kept)`": "a divisor whose quotient is not read",
        "2.0 for 1.0 in `kept == 1.0`": "a divisor whose quotient is not read",
    },
    "laws.pollutant_stocks._before": {"1 for 0 in `economy.vector('pollutant_stocks', 0)`": START},
    "laws.pollutant_stocks._matrix": {
        "True for `economy.has('pollutant_stock_caps')`": NO_LIMIT,
        "True for `economy.has('stock_damage_weights')`": ZEROS,
    },
    "laws.pollutant_stocks._pyomo": {
        "True for `economy.has('pollutant_stock_caps')`": NO_LIMIT,
        "True for `economy.has('stock_damage_weights')`": ZEROS,
    },
    "laws.pollutant_stocks._cvxpy": {
        "1 for 0 in `economy.vector('pollutant_stocks', 0)`": START,
        "True for `economy.has('pollutant_stock_caps')`": NO_LIMIT,
        "True for `economy.has('stock_damage_weights')`": ZEROS,
    },
    "laws.running.starting": {"1 for 0 in `economy: Economy, first: int=0`": "starts take goods in every period there"},
    "laws.balance.on_hand": {"1 for 0 in `economy.vector('initial_stocks', 0)`": START},
    "laws.balance._matrix": {"1 for 0 in `economy.vector('initial_stocks', 0)`": START},
    "laws.balance._pyomo": {"1 for 0 in `economy.vector('initial_stocks', 0)`": START},
    "laws.balance._cvxpy": {"1 for 0 in `economy.vector('initial_stocks', 0)`": START},
    "laws.holdings.Holdings.of": {
        "2 for 1 in `1 if economy.constant('capital') else len(economy.periods)`": CONSTANT,
        "always `len(economy.periods)` in `range(1, 1 if economy.constant('capital') else len(econom...`": CONSTANT,
    },
    "laws.holdings.Holdings.pick": {
        "False for `self.techniques is None`": "a vector picked by (goods, None) is one column of the same numbers",
    },
    "laws.holdings.Holdings.given": {
        "1 for 0 in `self.pick('initial_capital' if self.techniques is not Non...`": START,
        "always `self.pick('capital_orders', period)` in "
        "`arriving = self.pick('capital_orders', period) if self.ec...`": ZEROS,
    },
    "laws.holdings.Holdings.lags": {"1 for 0 in `self.economy.vector('investment_lag', 0)`": START},
    "laws.capital._matrix": {
        "without last term of `count - 1`": "the diagonal is cut to its length, at the end of the horizon",
    },
    "laws.capital._cvxpy": {
        "1 for 0 in `economy.vector('investment_lag', 0)`": START,
        "False for `not holdings.count`": EMPTY,
        "GtE in `count > 1`": EMPTY,
        "True for `a is not None`": EMPTY,
        "always `model.variable('investment', holdings.labels(periods[:-1]...` in "
        "`a: Any = model.variable('investment', holdings.labels(per...`": EMPTY,
    },
    "laws.capital_pyomo.spell_pyomo": {
        "always `capital.holdings` in `initialize=[h[0] for h in capital.holdings] if economy.ha...`": (
            "Pyomo takes a tuple of one for its only member"
        ),
    },
    "laws.capital_pyomo.CapitalByName.of": {
        "1 for 0 in `economy.vector('investment_lag', 0)`": START,
        "1 for 0 in `_by_holding(economy, 'capital_pool' if pooled else 'initi...`": START,
    },
    "laws.cvxpy_model.CvxpyModel.close": {
        "True for `self._goal is not None`": "every question has an objective",
        "without `self._open.clear()`": "nothing is closed twice",
        "without `self._terms.clear()`": "nothing is closed twice",
        "without `self.declared.opened(name, self._open, 'terms')`": REFUSES,
    },
    "laws.cvxpy_model.CvxpyModel.has_own_objective": {
        "Is in `self.objective is not self._stated`": "golden objectives are the laws' own; test_convex puts others",
    },
    "laws.cvxpy_model.CvxpyModel.rows": {"without `self.declared.agree(name, sense)`": REFUSES},
    "laws.cvxpy_model.CvxpyModel.sense": {
        "always `self._goal[0]` in `return None if self._goal is None else self._goal[0]`": "every question has one",
    },
    "laws.cvxpy_model.CvxpyModel.variable": {
        "always `{'bounds': [0.0, upper]}` in `{} if signed else {'nonneg': True} if upper is None else {...`": (
            "CVXPY takes None for no bound; that it is non-negative by name tells its sign in a concave term"
        ),
    },
    "laws.cvxpy_model.CvxpyModel._state": {
        "1 for 0 in `part.index[0]`": REFUSES,
        "<= for >= in `{'<=': np.less_equal, '>=': np.greater_equal, '==': np.eq...`": REFUSES,
        ">= for <= in `{'<=': np.less_equal, '>=': np.greater_equal, '==': np.eq...`": REFUSES,
        "False for `isinstance(left, int | float | np.ndarray)`": "a row without variables says nothing if it holds",
        "False for `not len(part.index)`": EMPTY,
        "NotEq in `left == side`": NO_EQUALITY,
        "True for `part.stated is not None and np.ndim(left)`": "numpy and CVXPY take None for a new axis of one",
        "always `left >= side` in `left <= side if part.sense == '<=' else left >= side if p...`": NO_EQUALITY,
    },
    "laws.pyomo_rows.PyomoRows.close": {
        "True for `self._goal is not None`": "every question has an objective",
        "without `self.declared.opened(name, self._open, 'terms')`": REFUSES,
    },
    "laws.pyomo_rows.PyomoRows.rows": {"without `self.declared.agree(name, sense)`": REFUSES},
    "laws.pyomo_rows.PyomoRows.sense": {
        "always `'max' if self._goal[1] == pyo.maximize else 'min'` in "
        "`return None if self._goal is None else 'max' if self._goa...`": "every question has one",
    },
    "laws.pyomo_rows._rule": {
        "<= for >= in `opened.sense == '>='`": REFUSES,
        "NotEq in `left == side`": NO_EQUALITY,
        "NotEq in `opened.sense == '>='`": REFUSES,
        "always `abs(left - side)` in `left - side if opened.sense == '<=' else side - left if o...`": REFUSES,
        "always `index` in `label = index if opened.sets else ()`": "no law opens a single row",
        "always `left - side` in `short = left - side if opened.sense == '<=' else side - l...`": REFUSES,
        "always `left >= side` in `left <= side if opened.sense == '<=' else left >= side if...`": NO_EQUALITY,
        "always `side - left` in `left - side if opened.sense == '<=' else side - left if o...`": REFUSES,
        "other sign in `left - side`": REFUSES,
        "other sign in `side - left`": REFUSES,
        "without last term of `left - side`": REFUSES,
        "without last term of `side - left`": REFUSES,
    },
    "laws.plants.in_plants": {"1 for 0 in `economy.vector('plant_capacity', 0)`": ONE_OR_NONE},
    "laws.plants._matrix": {
        "False for True in `over_periods(count, True, lambda t: chosen)`": CONSTANT,
        "True for `economy.has('plants')`": NO_LIMIT,
    },
    "laws.plants._pyomo": {
        "1 for 0 in `economy.periods[0]`": ONE_OR_NONE,
        "True for `economy.has('plants')`": NO_LIMIT,
    },
    "laws.plants._cvxpy": {"False for `not len(techniques)`": EMPTY},
    "laws.running._matrix": {
        "1 for 0 in `economy.vector('running_before', 0)`": START,
        "False for True in `over_periods(count, True, lambda t: chosen)`": CONSTANT,
    },
    "laws.running._pyomo": {"1 for 0 in `economy.vector('running_before', 0)`": START},
    "laws.running._cvxpy": {
        "1 for 0 in `economy.vector('running_before', 0)`": START,
        "False for `not len(starts)`": EMPTY,
        "False for `not len(techniques)`": EMPTY,
    },
    "laws.coefficients.column": {"2 for 1 in `-1`": "numpy takes any negative length for the unknown one"},
    "laws.coefficients.over_periods": {
        "1 for 0 in `at(0)`": CONSTANT,
        "False for `constant`": CONSTANT,
        "False for `count == 1`": CONSTANT,
    },
    "laws.emissions._matrix": {
        "True for `economy.has('damage_weights')`": ZEROS,
        "True for `economy.has('emission_caps')`": NO_LIMIT,
        "True for `economy.has('emission_budgets')`": NO_LIMIT,
        "1 for 0 in `economy.vector('emission_budgets', 0)`": START,
    },
    "laws.emissions._pyomo": {
        "True for `economy.has('damage_weights')`": ZEROS,
        "True for `economy.has('emission_caps')`": NO_LIMIT,
        "True for `economy.has('emission_budgets')`": NO_LIMIT,
        "1 for 0 in `economy.vector('emission_budgets', 0)`": START,
    },
    "laws.emissions._cvxpy": {
        "True for `economy.has('damage_weights')`": ZEROS,
        "True for `economy.has('emission_caps')`": NO_LIMIT,
        "True for `economy.has('emission_budgets')`": NO_LIMIT,
        "True for `len(kept)`": EMPTY,
        "1 for 0 in `economy.vector('emission_budgets', 0)`": START,
    },
    "laws.trade._matrix": {
        "1 for 0 in `economy.vector('foreign_exchange', 0)`": START,
        "True for `economy.has(way.limits)`": NO_LIMIT,
    },
    "laws.trade._pyomo": {
        "1 for 0 in `economy.vector('foreign_exchange', 0)`": START,
        "True for `economy.has(limits)`": NO_LIMIT,
    },
    "laws.trade._cvxpy": {
        "1 for 0 in `economy.vector('foreign_exchange', 0)`": START,
        "True for `len(way.goods(economy))`": "tests/test_trade.py has economies that only import",
    },
    "laws.trade._cvxpy_of": {"True for `economy.has(way.limits)`": NO_LIMIT},
    "laws.drawn.standing_in": {"1 for 0 in `economy.vector(table, 0)`": START},
    "laws.drawn._pyomo": {"1 for 0 in `economy.vector(table, 0)`": START},
    "laws.drawn._cvxpy": {"False for `not len(which)`": EMPTY},
    "laws.exhaustible._matrix": {"1 for 0 in `economy.vector('exhaustible_stocks', 0)`": START},
    "laws.exhaustible._pyomo": {
        "1 for 0 in `economy.vector('exhaustible_stocks', 0)`": START,
        "1 for 0 in `economy.vector('period_length', 0)`": START,
    },
    "laws.exhaustible._cvxpy": {
        "1 for 0 in `economy.vector('exhaustible_stocks', 0)`": START,
        "True for `len(which)`": EMPTY,
    },
    "laws.renewable._capacity": {"1 for 0 in `economy.vector('renewable_capacity', 0)`": START},
    "laws.renewable._at_start": {"1 for 0 in `economy.vector(_STOCK, 0)`": START},
    "laws.renewable._pyomo": {
        "1 for 0 in `economy.vector('period_length', 0)`": START,
        "1 for 0 in `economy.vector('renewable_capacity', 0)`": START,
        "1 for 0 in `economy.vector(_STOCK, 0)`": START,
        "always `room[r]` in `(0.0, None if np.isinf(room[r]) else room[r])`": "Pyomo takes infinity for no bound",
    },
    "laws.renewable._cvxpy": {"False for `not len(which)`": EMPTY},
    "laws.labour._matrix": {"1 for 0 in `economy.vector(_STOCK, 0)`": START},
    "laws.labour._pyomo": {
        "1 for 0 in `economy.vector('period_length', 0)`": START,
        "1 for 0 in `economy.vector(_STOCK, 0)`": START,
    },
    "laws.labour._cvxpy": {
        "1 for 0 in `economy.vector(_STOCK, 0)`": START,
        "False for `not len(kinds)`": EMPTY,
    },
    "laws.lags._spent": {"1 for 0 in `economy.matrix(BESIDE[table], 0)`": START},
    "laws.lags.kept_up": {
        "1 for 0 in `economy.matrix(BESIDE[table], 0)`": START,
        "without first term of `count + place`": "numpy counts what is negative from the end",
    },
    "laws.lags._matrix": {"True for `economy.has(table)`": ZEROS},
    "laws.lags_pyomo._spent": {"1 for 0 in `economy.vector('period_length', 0)`": START},
    "laws.retirement._Leaving.__init__": {"1 for 0 in `economy.vector('service_life', 0)`": START},
    "laws.retirement._Leaving.of_vintages": {"2 for 1 in `self.count + 1`": AFTER},
    "laws.retirement.refuse_senseless_retirement": {"True for `not economy.has('retirements')`": REFUSES_MOVING},
    "laws.investment_units._in_pieces": {"1 for 0 in `holdings.economy.vector('investment_units', 0)`": START},
    "laws.rules._cvxpy": {"True for `weights[of].nnz`": ZEROS},
    "laws.storage._pyomo": {"1 for 0 in `economy.vector('storage', 0)`": START},
    "laws.storage.storable": {
        "1 for 0 in `economy.vector('storage', 0)`": START,
        "GtE in `keep > 0`": "a good of which nothing lasts may be stored, but nobody gains; shared by all three",
    },
    "laws.storage._matrix": {
        "1.0 for 0.0 in `by_period(count, lambda t: economy.vector('storage_capaci...`": EMPTY,
    },
    "laws.storage._cvxpy": {"False for `not len(periods) or not len(goods)`": EMPTY},
    "laws.terminal._matrix": {"1 for 0 in `economy.vector('salvage_values', 0)`": START},
    "laws.terminal._stores_asked": {"1 for 0 in `economy.vector('initial_stocks', 0)`": START},
    "laws.terminal._cvxpy": {
        "1 for 0 in `economy.vector('salvage_values', 0)`": START,
        "False for `not len(goods)`": EMPTY,
        "True for `has_capital(economy)`": EMPTY,
    },
    "laws.terminal._cvxpy_capital": {
        "1 for 0 in `economy.vector('salvage_values', 0)`": START,
        "False for `not holdings.count`": EMPTY,
    },
    "laws.terminal_pyomo.spell_pyomo": {"1 for 0 in `economy.vector('salvage_values', 0)`": START},
    "laws.terminal_pyomo._leave_stores": {
        "1 for 0 in `economy.vector('initial_stocks', 0)`": START,
        "1 for 0 in `economy.vector('period_length', 0)`": START,
    },
    "laws.curves._over_time": {
        "always `sp.kron(sp.eye_array(count), matrix, format='coo')` in "
        "`return matrix if count == 1 else sp.kron(sp.eye_array(cou...`": CONSTANT,
    },
    "laws.curves._matrix": {
        "True for `len(ordered)`": EMPTY,
        "True for `len(pieces.opened)`": EMPTY,
        "True for `len(which)`": EMPTY,
        "True for `standing`": EMPTY,
    },
    "laws.curves._cvxpy": {"True for `len(which)`": EMPTY, "False for `not standing`": EMPTY},
    "laws.curves._totals": {  # called where the module is read, so that no mutant of it is put in
        "always `f'what a technique needs in all by its curve, of {axis}'` in "
        "`what = f'what a technique needs in all by its curve, of {...`": DECLARED,
        "always `'emitted by curve'` in `what = f'what a technique needs in all by its curve, of {...`": DECLARED,
        "Eq in `table != 'emissions'`": DECLARED,
        "<= for >= in `Rows(need_rows(table), axes, '>=', 'a total is what its c...`": DECLARED,
    },
    "laws.curves_pyomo.spell_pyomo": {
        "1 for 0 in `filler[key] >= 0`": "the first piece opens no run after another",
        "always `{}` in `functions = in_functions(economy, every) if m.laws.piecew...`": OTHER_FORM,
    },
    "laws.curves_pyomo._spell_totals": {
        "False for `j in functions`": OTHER_FORM,
        "False for `not cells`": EMPTY,
        "always `declare_functions(m, TOTALS[table], stated)` in "
        "`function = declare_functions(m, TOTALS[table], stated) if...`": EMPTY,
        "always `{}` in `function = declare_functions(m, TOTALS[table], stated) if...`": OTHER_FORM,
        "other sign in `total[i, j, t] - function[i, j, t](m.activities[j, t])`": OTHER_FORM,
        "without `m.add_component(TOTALS[table].upper(), where)`": "Pyomo names the set by itself",
        "without last term of `total[i, j, t] - function[i, j, t](m.activities[j, t])`": OTHER_FORM,
    },
    "laws.curve_layout.Pieces._binaries": {"2 for 1 in `-1`": NEGATIVE, "without sign of `-1`": NEGATIVE},
    "laws.curve_layout.Pieces.standing_in": {
        "always `self.economy.curves.placed` in `placed = self.economy.curves.placed if self.economy.curve...`": (
            "the law applies only where there are curves"
        ),
    },
    "laws.curve_layout.Pieces.labels_of_pieces": {
        "2 for 1 in `-1`": EMPTY,
        "2 for 1 in `int(number.max(initial=-1)) + 1`": "a level of labels that nobody has",
        "without sign of `-1`": EMPTY,
    },
    "laws.curve_layout.Pieces.in_level": {"2 for 1 in `-1`": NEGATIVE},
    "laws.curve_layout.Pieces._by_piece": {"without `matrix.eliminate_zeros()`": "zeros said aloud are zeros"},
}


_FUNCTIONS = pytest.mark.parametrize(
    ("module", "function"),
    mutable_functions(),
    ids=lambda part: part.__name__.removeprefix("natura_opt.") if isinstance(part, ModuleType) else part,
)
#: Of the mutants of a function, one in so many is tried where not all of them are asked for.
ONE_IN = 60


def _unseen(module: ModuleType, function: str, one_in: int) -> list[str]:
    """The mutants of a function that show neither in a difference between spellings nor in an error, and should.

    A function of one spelling is compared with another spelling; a helper of two with the third, which does without
    it; a helper of all three can only be caught by an optimum known by hand.
    """
    names = golden_for(module)
    chosen = [mutant for k, mutant in enumerate(mutants(module, function)) if k % one_in == 0]
    unseen = {mutant.change for mutant in chosen if not any(verdict(mutant, n) for n in names)}
    allowed = ALLOWED.get(f"{module.__name__.removeprefix('natura_opt.')}.{function}", {})
    return sorted(unseen - set(allowed))


def test_a_source_put_in_unchanged_is_not_seen() -> None:
    """Were it, every mutant would show by how it is put in."""
    for module, function in mutable_functions()[::12]:
        mutant = next(mutants(module, function), None)
        if mutant is not None:
            source = compile(inspect.getsource(module), module.__file__ or "", "exec")
            assert [verdict(replace(mutant, code=source), name) for name in golden_for(module)[:1]] in ([], [None])


@_FUNCTIONS
def test_a_wrong_line_in_the_source_is_seen(module: ModuleType, function: str) -> None:
    assert _unseen(module, function, ONE_IN) == []


@pytest.mark.exhaustive
@_FUNCTIONS
def test_every_wrong_line_in_the_source_is_seen(module: ModuleType, function: str) -> None:
    assert _unseen(module, function, 1) == []
