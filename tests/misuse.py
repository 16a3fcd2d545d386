"""Every public call with one argument that is wrong: what may come back is an answer, or an error that says so."""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

import natura_opt as no


class Odd:
    """An object of no use, whose text is none either."""

    def __repr__(self) -> str:
        return "Odd()"


def _raising() -> Iterator[int]:
    yield 1


#: What may be given where something else is wanted; made anew each time, since some are used up.
WRONG: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "true": lambda: True,
    "minus one": lambda: -1,
    "zero": lambda: 0,
    "a fraction": lambda: 0.5,
    "NaN": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "huge": lambda: 10**6000,
    "2**53 + 1": lambda: 2**53 + 1,
    "complex": lambda: 1j,
    "decimal": lambda: Decimal("NaN"),
    "tiny fraction": lambda: Fraction(1, 10**400),
    "text": lambda: "zork",
    "no text": lambda: "",
    "bytes": lambda: b"zork",
    "NUL": lambda: "a\0b",
    "half a character": lambda: "\ud800",
    "long text": lambda: "x" * 300_000,
    "a path": lambda: Path("/nowhere/at/all"),
    "a date": lambda: datetime.date(2025, 1, 1),
    "Timestamp": lambda: pd.Timestamp("2025-01-01"),
    "NaT": lambda: pd.NaT,
    "NA": lambda: pd.NA,
    "an object": Odd,
    "a class": lambda: Odd,
    "a function": lambda: lambda *arguments: None,
    "a generator": _raising,
    "empty list": list,
    "list of none": lambda: [None],
    "list of lists": lambda: [[1.0, 2.0], [3.0]],
    "list of texts": lambda: ["a", "b"],
    "list of truths": lambda: [True, False],
    "nested deep": lambda: [[[[[[1.0]]]]]],
    "empty dict": dict,
    "dict of junk": lambda: {"zork": Odd()},
    "dict by number": lambda: {1: 2},
    "a set": lambda: {"a", "b"},
    "range": lambda: range(3),
    "empty array": lambda: np.empty(0),
    "array of 3 axes": lambda: np.zeros((2, 2, 2)),
    "array of the wrong shape": lambda: np.ones((5, 3)),
    "array of truths": lambda: np.array([[True, False], [False, True]]),
    "array of texts": lambda: np.array(["1_0", "2"]),
    "array of dates": lambda: np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]"),
    "array of complex": lambda: np.array([1j, 2]),
    "array of objects": lambda: np.array([Odd(), None], dtype=object),
    "array with NaN": lambda: np.array([np.nan, 1.0]),
    "masked": lambda: np.ma.masked_array([1.0, 2.0], mask=[True, False]),
    "masked matrix": lambda: np.ma.masked_array([[1.0, 2.0], [1.0, 1.0]], mask=[[True, False], [False, False]]),
    "records": lambda: np.zeros(2, dtype=[("a", float), ("b", int)]),
    "sparse with NaN": lambda: sp.csr_array(np.array([[np.nan, 0.0], [0.0, 1.0]])),
    "sparse of truths": lambda: sp.csr_array(np.eye(2, dtype=bool)),
    "sparse broken": lambda: _broken(),
    "sparse of the wrong shape": lambda: sp.csr_array((7, 2)),
    "Series": lambda: pd.Series([1.0, 2.0], ["x", "y"]),
    "Series twice named": lambda: pd.Series([1.0, 2.0], ["a", "a"]),
    "Series of objects": lambda: pd.Series([Odd(), Odd()], ["a", "b"]),
    "Series of dates": lambda: pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01"]), ["a", "b"]),
    "DataFrame": lambda: pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]}),
    "DataFrame empty": pd.DataFrame,
    "DataFrame twice named": lambda: pd.DataFrame([[0.1, 0.1], [0.1, 0.1]], ["a", "a"], ["a", "b"]),
    "MultiIndex": lambda: pd.MultiIndex.from_product([["a", "b"], [1]]),
    "categories": lambda: pd.Series(["a", "b"], dtype="category"),
    "missing integers": lambda: pd.Series([1, None], ["a", "b"], dtype="Int64"),
    "an economy": lambda: economy(),
    "a question": lambda: no.Question(),
}


def _broken() -> sp.csr_array:
    made = sp.csr_array(np.eye(2) * 0.1)
    made.indices[:] = 1_000_000
    return made


def economy() -> no.Economy:
    """Return two goods that need labour, in two periods."""
    return no.build_economy(
        goods=["a", "b"],
        inputs=[[0.1, 0.2], [0.3, 0.1]],
        targets=[1.0, 2.0],
        resources=["labour"],
        resource_use=[[1.0, 2.0]],
        resource_limits=[10.0],
        periods=["1", "2"],
        objective="fulfilment",
    )


def harmonious() -> no.Economy:
    """Return an economy that the harmony methods take."""
    return no.build_economy(
        goods=["a", "b"],
        inputs=[[0.1, 0.2], [0.3, 0.1]],
        targets=[1.0, 2.0],
        resources=["labour"],
        resource_use=[[1.0, 2.0]],
        resource_limits=[10.0],
        objective="fulfilment",
    )


FRAME = pd.DataFrame([[0.1, 0.2], [0.3, 0.1]], ["a", "b"], ["a", "b"])
LABELS = ("goods", "techniques", "resources", "pollutants", "profiles")


class System:
    """As much of pymrio's IOSystem as is read."""

    def __init__(self, **changes: Any) -> None:
        self.Z = FRAME * 10
        self.Y = pd.DataFrame({"final": [10.0, 20.0]}, ["a", "b"])
        self.x = None
        self.unit = pd.DataFrame({"unit": ["M.EUR", "M.EUR"]}, ["a", "b"])
        self.__dict__.update(changes)


def small_files(folder: Path) -> dict[str, Path]:
    """Write small tables as statistical offices publish them, and return where they stand."""
    texts = {
        "flows": ",a,b,homes,output\na,1,2,17,20\nb,3,1,26,30\nwages,5,6,0,11\nsoot,1,1,0,2\n",
        "tables": ",a,b,homes,output\na,1,2,17,20\nb,3,1,26,30\nwages,5,6,0,11\nsoot,1,1,0,2\n\n"
        "Supply\n,,\n,a,b\na,20,0\nb,0,30.1\n",
        "accounts": "industry,stock\na,5\nb,6\n",
        "psut": "Country,Year,matnames,rownames,colnames,matvals\nGBR,2000,R,mine,coal,10\nGBR,2000,U,coal,plant,9\n"
        "GBR,2000,V,plant,power,4\nGBR,2000,Y,power,homes,4\nGBR,2000,Y,coal,homes,1\nGBR,1999,R,mine,coal,1\n",
    }
    places = {name: folder / f"small_{name}.csv" for name in texts}
    for name, place in places.items():
        place.write_text(texts[name])
    return places


def calls(folder: Path) -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Return every public call with arguments that are right; ``folder`` has room for files."""
    small = economy()
    plan = no.solve(small)
    program = no.linear_program(small, no.Question())
    fit = harmonious()
    supply = pd.DataFrame([[10.0, 0.0], [2.0, 8.0]], ["a", "b"], ["i", "j"])
    table = no.TABLES
    by_axes = {("goods", "techniques"): FRAME, ("goods",): FRAME["a"]}
    tables = {name: by_axes[spec.axes] for name, spec in table.items() if spec.axes in by_axes and not spec.ahead}
    number = itertools.count()
    builder = no.ProgramBuilder
    index = pd.Index(["p", "q"])

    def written(**arguments: Any) -> Any:
        arguments.setdefault("path", folder / f"out{next(number)}")
        return no.write(**arguments)

    def built(**arguments: Any) -> no.LinearProgram:
        made = builder()
        made.columns("x", index, upper=1.0)
        made.rows("r", index, "<=", 1.0)
        made.terms("r", "x", sp.eye_array(2))
        made.objective("max", {"x": np.ones(2)})
        for method, given in arguments.items():
            getattr(made, method)(**given)
        return made.build()

    right = {
        "build_economy": (
            no.build_economy,
            {
                "name": "m",
                "title": "",
                "source": "",
                "notes": ["n"],
                "goods": ["a", "b"],
                "techniques": ["a", "b"],
                "resources": ["labour"],
                "pollutants": ["soot"],
                "profiles": ["all"],
                "periods": ["1", "2"],
                "units": {"goods": ["kg", "kg"]},
                "own_units": [],
                "questions": {"default": no.Question()},
                "objective": None,
                **tables,
                "resource_use": [[1.0, 2.0]],
                "emissions": [[1.0, 2.0]],
                "emission_caps": [1.0],
                "foreign_exchange": [1.0, 2.0],
                "inputs_ahead": {1: FRAME},
                "curve_quantities": {1: [1.0, 2.0]},
                "investment_lag": [1, 1],
                **{name: [0.5, 0.5] for name, spec in table.items() if spec.sign == "rate" and not spec.is_matrix},
                "depreciation": FRAME,
            },
        ),
        "Economy.with_changes": (
            small.with_changes,
            {"name": "m", "questions": {"default": no.Question()}, "inputs": FRAME, "targets": [1.0, 1.0]},
        ),
        "Economy.aggregate": (
            small.aggregate,
            {"concordance": {"a": "c", "b": "c"}, "base": pd.Series([1.0, 1.0], ["a", "b"]), "techniques": None},
        ),
        "Economy.frame": (small.frame, {"table": "inputs", "period": "1"}),
        "Economy.unit": (small.unit, {"axis": "goods", "label": "a"}),
        "Economy.question": (small.question, {"name": "default"}),
        "Question": (no.Question, {"objective": "fulfilment", "floor": 0.5, "leave_out": (), "name": "q"}),
        "Question.from_mapping": (no.Question.from_mapping, {"name": "q", "settings": {"floor": 0.5}}),
        "read": (no.read, {"model": "wheat_cloth", "limits": None}),
        "ReadingLimits": (no.ReadingLimits, {"cells": 5, "file_bytes": 5, "unpacked_bytes": 5}),
        "read_five_year": (no.read_five_year, dict.fromkeys(("flows", "cap", "dep", "labtarg"), folder / "none.csv")),
        "read_bea": (no.read_bea, {"make": folder / "none.csv", "use": folder / "none.csv", "imports": True}),
        "from_flows": (
            no.from_flows,
            {
                "flows": FRAME * 10,
                "output": pd.Series([20.0, 30.0], ["a", "b"]),
                "final_demand": pd.Series([17.0, 26.0], ["a", "b"]),
                "resources": pd.DataFrame([[5.0, 6.0]], ["labour"], ["a", "b"]),
                "resource_limits": "base",
                "resource_weights": pd.Series([1.0], ["labour"]),
                "emissions": pd.DataFrame([[5.0, 6.0]], ["soot"], ["a", "b"]),
                "capital": FRAME,
                "tolerance": 0.01,
                "negatives": "error",
                "units": {"goods": "kg"},
                "name": "f",
                "title": "",
                "source": "",
                "notes": ["n"],
                "objective": "least-resources",
                "questions": None,
            },
        ),
        "read_flows": (
            no.read_flows,
            {
                "file": small_files(folder)["flows"],
                "final_demand": ["homes"],
                "output": "output",
                "sheet": None,
                "headings": "row 1",
                "codes": "column A",
                "resources": {"labour": "wages"},
                "emissions": ["soot"],
                "accounts": small_files(folder)["accounts"],
                "capital": "stock",
                "capital_goods": "homes",
                "leave_out": ["output"],
                "labels": "both",
                "names": {"a": "apples", "b": "bread"},
                "zeros": ["-"],
                "weights": {"labour": 1.0},
                "resource_limits": "base",
                "tolerance": 0.01,
                "negatives": "error",
                "units": {"goods": "kg"},
                "name": "f",
                "objective": None,
            },
        ),
        "read_supply_use": (
            no.read_supply_use,
            {
                "file": small_files(folder)["tables"],
                "supply": "B10:C11",
                "use": "B2:C3",
                "final_demand": "column D",
                "sheet": None,
                "industries": "B:C",
                "imports": None,
                "resources": {"labour": "wages"},
                "emissions": ["soot"],
                "capital": "B2:C3",
                "codes": "column A",
                "headings": 1,
                "labels": "both",
                "names": {"a": "apples", "b": "bread"},
                "zeros": ["-"],
                "weights": {"labour": 1.0},
                "resource_limits": "base",
                "tolerance": 0.01,
                "negatives": "error",
                "units": {"goods": "kg"},
                "name": "f",
                "objective": None,
            },
        ),
        "read_psut": (
            no.read_psut,
            {
                "file": small_files(folder)["psut"],
                "only": {"Year": "2000"},
                "sheet": None,
                "weights": {"mine": 1.0},
                "resource_limits": "base",
                "tolerance": 0.01,
                "negatives": "error",
                "unit": "ktoe",
                "name": "p",
                "objective": None,
            },
        ),
        "write": (written, {"economy": small, "own_units": (), "tables": "csv"}),
        "check": (no.check, {"economy": small}),
        "from_supply_use": (
            no.from_supply_use,
            {
                "supply": supply,
                "use": pd.DataFrame([[1.0, 2.0], [0.5, 1.0]], ["a", "b"], ["i", "j"]),
                "final_demand": pd.Series([5.0, 5.0], ["a", "b"]),
                "imports": pd.Series([0.0, 1.0], ["a", "b"]),
                "resources": pd.DataFrame([[5.0, 6.0]], ["labour"], ["i", "j"]),
                "resource_limits": "base",
                "resource_weights": pd.Series([1.0], ["labour"]),
                "emissions": pd.DataFrame([[5.0, 6.0]], ["soot"], ["i", "j"]),
                "capital": supply,
                "levels": pd.Series([12.0, 8.0], ["i", "j"]),
                "negatives": "error",
                "units": {"goods": "kg"},
                "name": "s",
                "title": "",
                "source": "",
                "objective": "least-resources",
                "questions": None,
            },
        ),
        "from_pymrio": (
            no.from_pymrio,
            {
                "io": System(),
                "final_demand": ["final"],
                "resources": (),
                "resource_limits": None,
                "resource_weights": None,
                "emissions": (),
                "negatives": "error",
                "name": "s",
                "title": "",
                "source": "",
                "objective": None,
                "questions": None,
            },
        ),
        "from_pymrio: tables": (
            lambda **given: no.from_pymrio(System(**given)),
            {"A": FRAME, "Z": FRAME * 10, "Y": System().Y, "x": pd.DataFrame({"x": [30.0, 40.0]}, ["a", "b"])}
            | {"unit": System().unit},
        ),
        "generate_economy": (no.generate_economy, {"family": "cockshott", "seed": 0}),
        "leontief": (
            no.leontief,
            {
                "inputs": FRAME,
                "demand": [1.0, 2.0],
                "transpose": False,
                "method": "auto",
                "tolerance": 1e-9,
                "start": None,
                "witness": None,
                "max_passes": None,
                "names": None,
            },
        ),
        "turnpike": (no.turnpike, {"economy": "five_year_plan"}),
        "von_neumann_growth": (no.von_neumann_growth, {"economy": "five_year_plan", "tolerance": 0.01}),
        "von_neumann_growth: matrices": (no.von_neumann_growth, {"inputs": FRAME, "outputs": FRAME}),
        "solve": (
            no.solve,
            {
                "problem": small,
                "question": None,
                "objective": None,
                "backend": "highs",
                "solver": "highs",
                "method": "auto",
                "tolerance": None,
                "extra_laws": (),
                "verbose": False,
                "log_file": None,
                "time_limit": None,
                "options": None,
            },
        ),
        "harmonise_outputs": (
            no.harmonise_outputs,
            {"economy": fit, "function": "2018", "tolerance": 1e-6, "max_passes": 100, "time_limit": None},
        ),
        "compare": (
            no.compare,
            {"model": fit, "question": None, "methods": ["harmony"], "function": "2018", "tolerance": None}
            | {"time_limit": 5.0, "settings": None},
        ),
        "linear_program": (no.linear_program, {"economy": small, "question": no.Question(), "extra": ()}),
        "pyomo_model": (no.pyomo_model, {"economy": small, "question": no.Question()}),
        "cvxpy_model": (no.cvxpy_model, {"economy": small, "question": no.Question()}),
        "certify": (
            no.certify,
            {"program": program, "primal": plan.primal, "dual": plan.dual, "tolerance": 1e-9, "size": None},
        ),
        "ExtraLaw": (no.ExtraLaw, {"spelling": "matrix", "write": lambda *arguments: None}),
        "Plan.explain": (plan.explain, {"name": "a", "period": "1"}),
        "Plan.valuation_interval": (plan.valuation_interval, {"block": "balance", "label": ("a", "1")}),
        "LinearProgram.column_block": (program.column_block, {"name": "activities"}),
        "ProgramBuilder.columns": (
            lambda **given: built(columns=given),
            {"name": "y", "index": index, "lower": 0.0, "upper": 1.0, "integer": False},
        ),
        "ProgramBuilder.rows": (
            lambda **given: built(rows=given),
            {"name": "s", "index": index, "sense": "<=", "rhs": 1.0},
        ),
        "ProgramBuilder.terms": (
            lambda **given: built(terms=given),
            {"rows": "r", "columns": "x", "matrix": sp.eye_array(2)},
        ),
        "ProgramBuilder.objective": (
            lambda **given: built(objective=given),
            {"sense": "max", "cost": {"x": np.ones(2)}},
        ),
    }
    return right


def misuses(folder: Path, seed: int = 0) -> list[tuple[str, str, str]]:
    """Return every (call, argument, wrong value), in seeded order."""
    every = [(call, name, kind) for call, (_, right) in calls(folder).items() for name in right for kind in WRONG]
    random.Random(seed).shuffle(every)
    return every
