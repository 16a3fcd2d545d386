"""A program as a script in plain Pyomo, which people read, change and run without this package.

Each block of columns is a variable with an index, each block of rows a constraint whose rule says which variables it
adds up; the numbers stand above it, by the names of the plan and with all their digits. A plan in natural units mixes
numbers so large and so small that a solver, given them as they are, calls wrong plans best or says that there is none:
so the script has Pyomo scale them, by the powers of two that :mod:`natura_opt.program.scaling` finds.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import UnstatableError
from ..base.labels import name_of
from ..base.output_files import whole_file
from ..base.places import Kind
from .canonical import Block
from .linear import LinearProgram
from .scaling import scale
from .writing import folded, refusing_without

_MARK = "# A linear program in plain Pyomo, written by natura-opt"
SCRIPT = Kind("a program as a Pyomo script", (".py",), "NAME.py", False, refusing_without(_MARK))
_END = """
if __name__ == "__main__":
    scale = pyo.TransformationFactory("core.scale_model")
    scaled = scale.create_using(m, rename=False)
    exact = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9, "mip_rel_gap": 1e-9}
    result = SolverFactory("highs").solve(
        scaled, solver_options=exact, load_solutions=False, raise_exception_on_nonoptimal_result=False
    )
    if result.solution_status.name != "optimal":
        raise SystemExit(f"no optimum: {result.termination_condition.name}")
    result.solution_loader.load_vars()
    scale.propagate_solution(scaled, m)
    print("objective", pyo.value(m.objective))
    for variable in m.component_data_objects(pyo.Var):
        if variable.value:
            print(variable.name, variable.value)
"""


def to_pyomo(program: LinearProgram, path: str | Path) -> Path:
    """Write a program as a script in plain Pyomo; run, it prints the objective and what is not zero.

    Raises
    ------
    UnstatableError : a row without any variable does not hold.
    OutputError : as for MPS; the name must end in ``.py``.

    >>> import tempfile, natura_opt as no
    >>> program = no.linear_program("wheat_cloth")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lines = to_pyomo(program, f"{folder}/wheat_cloth.py").read_text().splitlines()
    >>> at = next(k for k, line in enumerate(lines) if line.startswith("def balance"))
    >>> print(*lines[at - 1 : at + 3], sep="\\n")
    @m.Constraint(balance_sides, doc='what is made of a good, and was there, covers every use')
    def balance(m, good, period):
        total = sum(a * m.activities[j] for j, a in balance_by_activities.get((good, period), ()))
        return total >= balance_sides[good, period]
    """
    lines = list(_Script(program).lines())
    with whole_file(path, SCRIPT) as building, building.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
    return Path(path)


class _Script:
    """The lines of the script of one program."""

    def __init__(self, program: LinearProgram) -> None:
        self._program = program
        self._matrix = program.matrix.tocsr()
        self._matrix.sort_indices()
        self._scaled = scale(program)
        self._used = {"m", "pyo", "objective", "scaling_factor", "scale", "scaled", "result", "exact", "variable"}
        self._used |= {"SolverFactory", *dir(builtins), *keyword.kwlist, *_taken()}
        self._columns = [(block, self._name(block.name), _labels(block)) for block in program.columns]
        self._keys = [key for _, _, keys in self._columns for key in keys]

    def lines(self) -> Iterator[str]:
        rows, columns = self._program.shape
        yield _MARK
        yield f"# {rows} rows, {columns} columns, {self._program.matrix.nnz} coefficients"
        yield "import pyomo.environ as pyo"
        yield "from pyomo.contrib.solver.common.factory import SolverFactory"
        yield from ("", "m = pyo.ConcreteModel()")
        yield "m.scaling_factor = pyo.Suffix()  # powers of two, for the solver: the plan does not depend on them"
        yield from ("", "# What is decided; of limits the lowest and the highest, None where there is none")
        for block, name, keys in self._columns:
            yield from self._variable(block, name, keys)
        yield from ("", "# What holds: by row, its side and the coefficients of its variables")
        for block in self._program.rows:
            yield from self._constraint(block)
        yield from ("", "# What is to be best")
        yield from self._objective()
        yield from _END.splitlines()

    def _name(self, said: str) -> str:
        """Return a name for Python, unlike all others, made of what something is called."""
        plain = re.sub(r"[^A-Za-z0-9_]+", "_", said).strip("_") or "block"
        plain = f"b_{plain}" if not plain[0].isalpha() else plain
        name, count = plain, 1
        while name in self._used:
            count += 1
            name = f"{plain}_{count}"
        self._used.add(name)
        return name

    def _variable(self, block: Block, name: str, keys: Sequence[str]) -> Iterator[str]:
        lower, upper = self._program.lower[block.span], self._program.upper[block.span]
        whole = self._program.integer[block.span]
        said = _said(block)
        index = self._name(f"{name}_index")
        yield from folded(f"{index} = [", [f"{key}," for key in keys])
        yield "]"
        usual = (lower == 0).all() and np.isposinf(upper).all() and not whole.any()
        yield f"m.{name} = pyo.Var({index}, domain=pyo.{'NonNegativeReals' if usual else 'Reals'}{said})"
        if not usual:
            limits = self._name(f"{name}_limits")
            pairs = zip(keys, lower.tolist(), upper.tolist(), strict=True)
            yield from _dictionary(limits, ([f"{key}: ({_limit(low)}, {_limit(high)}),"] for key, low, high in pairs))
            yield f"for j, (low, high) in {limits}.items():"
            yield f"    m.{name}[j].setlb(low), m.{name}[j].setub(high)"
        if whole.any():
            wholes = self._name(f"{name}_whole")
            yield from folded(f"{wholes} = [", [f"{keys[int(k)]}," for k in np.flatnonzero(whole)])
            yield from ("]", f"for j in {wholes}:", f"    m.{name}[j].domain = pyo.Integers")
        yield from self._factors(name, index, self._scaled.rhs_scale / self._scaled.column[block.span])
        yield ""

    def _factors(self, name: str, index: str, factors: Floats) -> Iterator[str]:
        """Give what a block is multiplied by for the solver; of one that stays as it is, nothing."""
        powers = np.log2(factors).astype(int).tolist()
        if any(powers):
            named = self._name(f"{name}_powers")
            yield from folded(f"{named} = [", [f"{power}," for power in powers])
            yield "]"
            yield f"for j, power in zip({index}, {named}):"
            yield f"    m.scaling_factor[m.{name}[j]] = 2.0**power"

    def _constraint(self, block: Block) -> Iterator[str]:
        lower, upper = self._program.row_lower[block.span], self._program.row_upper[block.span]
        part = self._matrix[block.span]
        counts = np.diff(part.indptr)
        for i in np.flatnonzero((counts == 0) & ((lower > 0) | (upper < 0))).tolist():
            raise UnstatableError(
                f"the row {block.name} {name_of(block.index[i])} has no variable and does not hold: there is no point"
            )
        limited = np.isfinite(lower) | np.isfinite(upper)
        stated: list[int] = np.flatnonzero((counts > 0) & limited).tolist()
        if not stated:
            return
        name, keys = self._name(block.name), _labels(block)
        sense, sides = _sides(lower[stated], upper[stated])
        named = self._name(f"{name}_sides")
        yield from _dictionary(named, ([f"{keys[i]}: {side},"] for i, side in zip(stated, sides, strict=True)))
        entries: dict[str, list[list[str]]] = {block_name: [] for _, block_name, _ in self._columns}
        for i in stated:
            span = slice(int(part.indptr[i]), int(part.indptr[i + 1]))
            for block_name, terms in self._terms(part.indices[span], part.data[span]):
                entries[block_name].append([f"{keys[i]}: [", *terms, "],"])
        tables = {
            block_name: (self._name(f"{name}_by_{block_name}"), lines) for block_name, lines in entries.items() if lines
        }
        for table, lines in tables.values():
            yield from _dictionary(table, lines)
        arguments = _arguments(block.index)
        key = f"({arguments})" if "," in arguments else arguments
        yield ""
        yield f"@m.Constraint({named}{_said(block)})"
        yield f"def {name}(m, {arguments}):"
        for k, (block_name, (table, _)) in enumerate(tables.items()):
            begins = "total =" if k == 0 else "total +="
            yield f"    {begins} sum(a * m.{block_name}[j] for j, a in {table}.get({key}, ()))"
        if sense:
            yield f"    return total {sense} {named}[{arguments}]"
        else:
            yield f"    low, high = {named}[{arguments}]"
            yield "    return low, total, high"
        yield ""
        yield from self._factors(name, named, self._scaled.row[block.span][stated] * self._scaled.rhs_scale)
        yield ""

    def _terms(self, places: Any, values: Floats) -> Iterator[tuple[str, list[str]]]:
        """Give the terms of one row, block of columns by block of columns."""
        for block, name, keys in self._columns:
            here = (places >= block.span.start) & (places < block.span.stop)
            pairs = zip(places[here].tolist(), values[here].tolist(), strict=True)
            terms = [f"({keys[j - block.start]}, {value!r})," for j, value in pairs]
            if terms:
                yield name, terms

    def _objective(self) -> Iterator[str]:
        parts = []
        for block, name, keys in self._columns:
            costs = self._program.cost[block.span]
            filled = np.flatnonzero(costs)
            if len(filled):
                table = self._name(f"{name}_worth")
                yield from _dictionary(table, ([f"{keys[k]}: {float(costs[k])!r},"] for k in filled))
                parts.append(f"sum(c * m.{name}[j] for j, c in {table}.items())")
        constant = [repr(float(self._program.offset))] if self._program.offset or not parts else []
        sense = "pyo.maximize" if self._program.sense == "max" else "pyo.minimize"
        yield f"m.objective = pyo.Objective(expr={' + '.join([*parts, *constant])}, sense={sense})"
        factor = float(self._scaled.objective_scale * self._scaled.rhs_scale)
        yield f"m.scaling_factor[m.objective] = {factor!r}"


def _taken() -> frozenset[str]:
    """Return the names that a model of Pyomo's has taken already."""
    import pyomo.environ as pyo

    return frozenset(dir(pyo.ConcreteModel()))


def _labels(block: Block) -> list[str]:
    """Return each label as Python writes it: words, or tuples of words, no two the same."""
    levels = block.index.nlevels
    texts = [tuple(map(name_of, label)) if levels > 1 else (name_of(label),) for label in block.index]
    used: set[tuple[str, ...]] = set()
    unique = []
    for label in texts:
        chosen, count = label, 1
        while chosen in used:
            count += 1
            chosen = (*label[:-1], f"{label[-1]} ({count})")
        used.add(chosen)
        unique.append(repr(chosen) if levels > 1 else repr(chosen[0]))
    return unique


def _said(block: Block) -> str:
    """Return what a law says of a block, as an argument."""
    return f", doc={block.declared.meaning!r}" if block.declared is not None and block.declared.meaning else ""


def _arguments(index: pd.Index) -> str:
    """Return the arguments of a rule: the names of the parts of a label, where they have any."""
    names = [str(name) for name in index.names]
    if len({*names}) == len(names) and all(re.fullmatch(r"[a-z]{2,20}", name) for name in names):
        free = not any(
            keyword.iskeyword(name) or name in dir(builtins) or name in ("total", "low", "high") for name in names
        )
        if free:
            return ", ".join(names)
    return ", ".join(f"k{k + 1}" for k in range(index.nlevels))


def _sides(lower: Floats, upper: Floats) -> tuple[str, list[str]]:
    """Return the sense of rows, if they have one, and their sides as Python writes them."""
    if (lower == upper).all():
        return "==", [repr(value) for value in lower.tolist()]
    if not np.isfinite(upper).any():
        return ">=", [repr(value) for value in lower.tolist()]
    if not np.isfinite(lower).any():
        return "<=", [repr(value) for value in upper.tolist()]
    return "", [f"({_limit(a)}, {_limit(b)})" for a, b in zip(lower.tolist(), upper.tolist(), strict=True)]


def _limit(value: float) -> str:
    return repr(value) if np.isfinite(value) else "None"


def _dictionary(name: str, entries: Iterable[Sequence[str]]) -> Iterator[str]:
    """Give the lines of a dictionary; each entry in parts between which a line may be broken."""
    yield f"{name} = {{"
    for entry in entries:
        yield from folded("   ", entry)
    yield "}"
