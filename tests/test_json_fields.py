"""What every command prints with --json, held against the registry of fields: all of it, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pandas as pd
import pytest

import natura_opt as no
from natura_opt.base.exit_codes import COMMANDS
from natura_opt.reference.json_fields import FIELDS, Field

from .misuse import small_files
from .test_bea_layout import tables as bea_tables
from .test_bea_layout import written as bea_written
from .test_cli import answer, call, endless, folder_of, impossible
from .test_five_year import FILES as FIVE_YEAR
from .test_five_year import good, written
from .toy_laws import work_of_a_life

PROGRAM = """NAME small
ROWS
 N cost
 N other
 L room
COLUMNS
 x cost -1.0 room 1.0
RHS
 r cost -2.0 room 3.0
ENDATA
"""


# ---- what is printed, flat -----------------------------------------------------------------------------------------


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every value of a JSON object with its path; objects with a name count too, lists only by their parts."""
    if isinstance(value, dict):
        if path and not path.endswith("]"):
            yield path, value
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, f"{path}[]")
    else:
        yield path, value


def pattern(path: str) -> re.Pattern[str]:
    """Return what a field's path stands for: words in capitals for any name."""
    return re.compile(re.sub(r"[A-Z]+", r"[^.\\[]+", path.replace(".", r"\.").replace("[]", r"\[\]")))


def of_kind(field: Field, value: Any) -> bool:
    if value is None:
        return field.nullable
    if field.kind == "text or number":
        return isinstance(value, str | int | float)
    kinds: dict[str, tuple[type, ...]] = {
        "text": (str,),
        "number": (int, float),
        "whole number": (int,),
        "true or false": (bool,),
        "object": (dict,),
    }
    return isinstance(value, kinds[field.kind]) and (field.kind == "true or false" or not isinstance(value, bool))


@pytest.mark.parametrize(
    ("path", "yes", "not_this"),
    [
        ("certificate.gap", "certificate.gap", "certificate.gaps"),
        ("seconds_by_stage.STAGE", "seconds_by_stage.solve", "seconds_by_stage.solve.more"),
        ("extra.BLOCK[].label[]", "extra.less coal[].label[]", "extra.less coal[].label"),
        ("rows[].HEADING", "rows[].if missing", "rows[]"),
    ],
)
def test_a_path_stands_for_what_it_says(path: str, yes: str, not_this: str) -> None:
    assert pattern(path).fullmatch(yes) and not pattern(path).fullmatch(not_this)


# ---- what the commands print ---------------------------------------------------------------------------------------


def polluted(**tables: Any) -> no.Economy:
    """Corn that smokes; the name of a table more is what is done about it."""
    return no.build_economy(
        name="polluted",
        goods=["corn"],
        resources=["labour"],
        pollutants=["smoke"],
        inputs=[[0.5]],
        resource_use=[[1.0]],
        resource_limits=[3.0],
        emissions=[[2.0]],
        targets=[1.0],
        objective="fulfilment",
        **tables,
    )


def held() -> no.Economy:
    """Capital of which nobody says how it wears out."""
    return polluted(capital=[[1.0]], initial_capital=[[2.0]], damage_weights=[0.01], emission_budgets=[9.0])


def curved() -> no.Economy:
    """Corn by three techniques whose labour depends on scale: one up to a jump, one fitted to samples, one idle."""
    reports = {
        "field": [(0, 0, ""), (3, 1, ""), (3, 9, ""), (10, 20, "")],
        "garden": [(2, 2.1, "convex"), (4, 4, "convex"), (8, 8.3, "convex")],
        "roof": [(0, 0, ""), (10, 1000, "")],
    }
    rows = [(name, "labour", *row) for name, table in reports.items() for row in table]
    return no.build_economy(
        name="curved",
        goods=["corn"],
        techniques=list(reports),
        resources=["labour"],
        outputs=[[1.0, 1.0, 1.0]],
        resource_limits=[3.0],
        targets=[1.0],
        curves=pd.DataFrame(rows, columns=["technique", "name", "quantity", "total", "fit"]),
        objective="fulfilment",
    )


def by_hand() -> dict[str, Any]:
    """Return the summary of a model with a row and a column of one's own."""
    import pyomo.environ as pyo

    m = no.pyomo_model("five_year_plan")
    m.less_coal = pyo.Constraint(expr=sum(m.activities["coal", t] for t in m.PERIODS) <= 40)
    m.spare = pyo.Var(domain=pyo.NonNegativeReals)
    m.some_spare = pyo.Constraint(expr=m.spare <= 1)
    return no.solve(m).assert_optimal().summary()


def for_life() -> dict[str, Any]:
    """Return the summary of a plan with a law of one's own for all periods together."""
    economy = polluted()
    return no.solve(economy, extra_laws=[work_of_a_life({"labour": 2.0})]).assert_optimal().summary()


#: Every command, the arguments of several calls of it, and the exit code; ``{place}`` is an empty folder.
CALLS: dict[str, list[tuple[tuple[str, ...], int]]] = {
    "solve": [
        (("five_year_plan",), 0),
        (("{place}/polluted",), 0),
        (("{place}/held/polluted",), 0),
        (("{place}/curved",), 0),
        (("{place}/impossible",), 1),
        (("{place}/endless",), 1),
        (("{place}/small.mps",), 0),
        (("five_year_plan", "--time-limit", "1e-9"), 1),
        (("five_year_plan", "--objective", "harmony"), 0),
        (("five_year_plan", "--objective", "harmony", "--method", "harmony-2018"), 1),
        (("five_year_plan", "--objective", "harmony", "--method", "harmony-2018", "--time-limit", "1e-6"), 1),
        (("excavators", "--exact"), 0),
        (("excavators", "--method", "prices"), 0),
        (("five_year_plan", "--tables"), 0),
        (("{place}/small.mps", "--tables"), 0),
    ],
    "explain": [
        (("five_year_plan", "bread"), 0),
        (("five_year_plan", "bread", "year2", "--kind", "technique"), 0),
        (("five_year_plan", "labour", "--objective", "harmony"), 0),
        (("{place}/impossible", "corn"), 1),
    ],
    "picture": [
        (("five_year_plan", "{place}/plan.svg"), 0),
        (("{place}/endless", "{place}/none.svg"), 1),
    ],
    "export": [
        (("five_year_plan", "{place}/plan.py"), 0),
        (("{place}/curved", "{place}/plan.lp"), 0),
    ],
    "compare": [
        (("five_year_plan", "--methods", "highs,harmony,fixed-point,harmony-2018"), 0),
        (("{place}/held/polluted", "--methods", "highs,harmony,prices"), 0),
        (("{place}/polluted", "--methods", "highs,harmony"), 0),
        (("excavators", "--methods", "highs,prices"), 0),
        (("{place}/curved", "--methods", "highs,harmony"), 0),
        (("{place}/endless", "--methods", "highs,harmony"), 1),
    ],
    "check": [(("five_year_plan",), 0), (("{place}/impossible",), 0)],
    "models": [((), 0)],
    "generate": [(("{place}/made", "--goods", "5", "--inputs", "2", "--seed", "3"), 0)],
    "sweep": [
        (("five_year_plan", "--over", "floor=0.1,0.4", "--cores", "1", "--out", "{place}/sweep.parquet"), 0),
        (("five_year_plan", "--over", "floor=0.4,0.9", "--cores", "1", "--out", "{place}/other.parquet"), 1),
    ],
    "import five-year": [((*(f"{{place}}/{name}.csv" for name in FIVE_YEAR), "{place}/five"), 0)],
    "import flows": [
        (
            (
                "{place}/small_flows.csv",
                "{place}/flows",
                "--final-demand",
                "homes",
                "--resource",
                "wages",
                "--tolerance",
                "inf",
            ),
            0,
        ),
    ],
    "import supply-use": [
        (
            (
                "{place}/small_tables.csv",
                "{place}/sut",
                "--supply",
                "B10:C11",
                "--use",
                "B2:C3",
                "--final-demand",
                "D:D",
            ),
            0,
        ),
    ],
    "import bea": [(("{place}/make.csv", "{place}/use.csv", "{place}/bea", "--negatives", "as-output"), 0)],
    "import psut": [(("{place}/small_psut.csv", "{place}/psut", "--only", "Year=2000"), 0)],
    "help": [((), 0), (("tables",), 0), (("exit-codes",), 0)],
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[dict[str, Any]]]:
    """Return what a command prints in all of its calls; each is made once."""
    place = tmp_path_factory.mktemp("models")
    for economy in (
        polluted(emission_caps=[4.0]).require("enough", {"corn": 1.0}, "<=", 9.0),
        curved(),
        impossible(),
        endless(),
    ):
        folder_of(place, economy)
    (place / "held").mkdir()
    folder_of(place / "held", held())
    written(place, good())
    small_files(place)
    make, use = bea_tables(1)
    use.iloc[0, 0] = -1  # sold back, which is noted
    bea_written(place, make, use)
    (place / "small.mps").write_text(PROGRAM)

    @cache
    def run(command: str) -> list[dict[str, Any]]:
        found = []
        for arguments, code in CALLS[command]:
            given = [argument.format(place=place) for argument in arguments]
            found.append(answer(call(*command.split(), *given, "--json"), code))
        others = [by_hand(), for_life()] if command == "solve" else []
        return found + [json.loads(json.dumps(facts, allow_nan=False)) for facts in others]

    return run


def test_every_command_is_called() -> None:
    assert sorted(CALLS) == sorted(FIELDS) == sorted(set(COMMANDS) - {"explore"})  # which serves pages, and no JSON


@pytest.mark.parametrize("command", sorted(FIELDS))
def test_every_field_that_is_printed_is_known(command: str, printed: Callable[[str], list[dict[str, Any]]]) -> None:
    patterns = [(pattern(field.path), field) for field in FIELDS[command]]
    for facts in printed(command):
        for path, value in leaves(facts):
            found = [field for known, field in patterns if known.fullmatch(path)]
            assert len(found) == 1, f"{command}: {path} is {'not in the registry' if not found else 'there twice'}"
            assert of_kind(found[0], value), f"{command}: {path} is {value!r}, not {found[0].kind}"


@pytest.mark.parametrize("command", sorted(FIELDS))
def test_every_field_that_is_known_is_printed(command: str, printed: Callable[[str], list[dict[str, Any]]]) -> None:
    every = [leaf for facts in printed(command) for leaf in leaves(facts)]
    for field in FIELDS[command]:
        known = pattern(field.path)
        values = [value for path, value in every if known.fullmatch(path)]
        assert any(value is not None for value in values), f"{command}: {field.path} never appears"


def test_every_field_that_may_be_null_is_null_somewhere(printed: Callable[[str], list[dict[str, Any]]]) -> None:
    """Of a solve, or of a method in a comparison: whichever is said to be nullable."""
    commands, null = ("solve", "compare"), set()
    for command in commands:
        for facts in printed(command):
            known = {field.path: pattern(field.path) for field in FIELDS[command]}
            for path in {path for path, value in leaves(facts) if value is None}:
                null |= {field.removeprefix("methods[].") for field, one in known.items() if one.fullmatch(path)}
    said = {
        field.path.removeprefix("methods[].") for command in commands for field in FIELDS[command] if field.nullable
    }
    assert said == null
    assert not any(field.nullable for command in set(FIELDS) - set(commands) for field in FIELDS[command])


@pytest.mark.parametrize("command", sorted(FIELDS))
def test_every_field_has_a_meaning_and_every_measure_a_unit(command: str) -> None:
    for field in FIELDS[command]:
        assert field.meaning, field.path
        assert bool(field.unit) == (field.kind == "number" and "FIGURE" not in field.path), field.path
