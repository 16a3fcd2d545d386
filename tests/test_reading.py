"""Model folders: what is written reads back the same, whatever the order, the form and the units of the files."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.economy.table import TidyTable
from natura_opt.tables.registry import TABLES
from natura_opt.tables.spec import AXES

from .test_cli import MODELS, call

SIZES = {"goods": 4, "techniques": 5, "resources": 3, "pollutants": 2, "profiles": 2, "periods": 3, "rules": 3}
#: Where economies with the table of curves have one: technique, name and table.
CURVED = [
    ("technique 0", "good 1", "inputs"),
    ("technique 3", "good 0", "capital"),
    ("technique 0", "resource 2", "resource_use"),
    ("technique 4", "pollutant 1", "emissions"),
]
AHEAD = [name for name, spec in TABLES.items() if spec.ahead]


def same(one: no.Economy, other: no.Economy) -> list[str]:
    """Return in what two economies differ, to the last bit."""
    found = [f"{key} differs" for key in ("name", "title", "source") if getattr(one, key) != getattr(other, key)]
    if one.questions != other.questions:
        found.append(f"questions: {one.questions} and {other.questions}")
    for axis in AXES:
        if one.axes[axis].tolist() != other.axes[axis].tolist():
            found.append(f"{axis}: {one.axes[axis].tolist()} and {other.axes[axis].tolist()}")
        elif [one.unit(axis, label) for label in one.axes[axis]] != [other.unit(axis, x) for x in other.axes[axis]]:
            found.append(f"units of {axis}")
    if set(one.tables) != set(other.tables):
        return [*found, f"tables {set(one.tables) ^ set(other.tables)}"]
    for name, table in one.tables.items():
        if table.slices.keys() != other.tables[name].slices.keys():
            found.append(f"{name}: slices {table.slices.keys()} and {other.tables[name].slices.keys()}")
            continue
        if isinstance(table, TidyTable) and not table.listed.equals(other.tables[name].listed):
            found.append(f"{name}: {table.listed} and {other.tables[name].listed}")
        for key, part in table.slices.items():
            twin = other.tables[name].slices[key]
            arrays = [(part, twin)]
            if table.spec.is_matrix:
                arrays = [(getattr(part, what), getattr(twin, what)) for what in ("indptr", "indices", "data")]
            if not all(np.array_equal(a, b) for a, b in arrays):
                found.append(f"{name}, slice {key}: {part} and {twin}")
    return found


def values(chance: np.random.Generator, spec: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers of the sign a table wants, of many magnitudes, with zeros."""
    numbers = np.where(chance.random(shape) < 0.3, 0.0, 10.0 ** chance.uniform(-12, 12, shape))
    if spec.sign == "rate":
        return chance.random(shape).round(chance.integers(1, 17))
    if spec.sign == "positive-integer":
        return chance.integers(1, 4, shape).astype(float)
    if spec.sign == "positive":
        return np.where(numbers == 0.0, 1.0, numbers)
    return numbers * chance.choice([-1, 1], shape) if spec.sign == "any" else numbers


def reports(chance: np.random.Generator) -> pd.DataFrame:
    """Return reports of curves, which jump and go on in every way, in all of the tables that they may stand in."""
    rows: list[tuple[Any, ...]] = []
    for technique, name, of in CURVED:
        steps = 10.0 ** chance.uniform(-6, 6, (4, 2))
        points = np.concatenate([[[0.0, 0.0]], np.cumsum(steps, axis=0)])
        points[2, 0] = points[1, 0]  # a jump
        beyond = ("", "error", "line", "average")[chance.integers(4)]
        rows += [(technique, name, of, float(q), float(total), beyond) for q, total in points]
    return pd.DataFrame(rows, columns=["technique", "name", "of", "quantity", "total", "beyond"])


def required(chance: np.random.Generator) -> pd.DataFrame:
    """Return rules: in all periods, by period with other numbers in each, and of all years together."""
    things = [("activities", "technique 3"), ("net_output", "good 1"), ("emissions", "pollutant 0"), ("", "resource 2")]
    rows: list[tuple[Any, ...]] = []
    for k, (over, periods) in enumerate([("", [""]), ("", ["period 0", "period 2"]), ("all periods", [""])]):
        limits = 10.0 ** chance.uniform(-9, 9, len(periods))
        for period, limit in zip(periods, limits, strict=True):
            rows += [
                (f"rule {k}", over, period, "piece", of, name, float(chance.normal()), (">=", "<=", "==")[k], limit)
                for of, name in things[k:]
            ]
    headings = ["rule", "over", "period", "unit", "of", "name", "coefficient", "sense", "limit"]
    return pd.DataFrame(rows, columns=headings)


def without_curved(name: str, numbers: np.ndarray) -> np.ndarray:
    """Return numbers of a table with zeros where a curve stands in their place."""
    for technique, row, of in CURVED:
        if of == name:
            numbers[int(row.split()[1]), int(technique.split()[1])] = 0.0
    return numbers


def seeded(seed: int, tables: list[str] | None = None) -> no.Economy:
    """Return an economy with any of the tables, some of them by period."""
    chance = np.random.default_rng(seed)
    axes = {axis: [f"{word} {k}" for k in range(SIZES[axis])] for axis, word in AXES.items()}
    chosen = tables or ["outputs", *chance.choice(sorted(set(TABLES) - {"outputs", *AHEAD}), 8, replace=False).tolist()]
    made: dict[str, Any] = {}
    for name in sorted(set(chosen)):
        spec = TABLES[name]
        shape = tuple(len(axes[axis]) for axis in spec.axes)
        if spec.tidy:
            made[name] = reports(chance) if name == "curves" else required(chance)
        elif spec.ahead:
            made[name] = {k: values(chance, spec, shape) for k in (1, 3)}
        elif spec.once or spec.axes == ("periods",) or chance.random() < 0.5:
            made[name] = values(chance, spec, shape)
        else:
            made[name] = {period: values(chance, spec, shape) for period in axes["periods"]}
    if "curves" in made:
        for name in {of for *_, of in CURVED} & set(made):
            parts = made[name].values() if isinstance(made[name], dict) else [made[name]]
            for part in parts:
                without_curved(name, part)
    return no.build_economy(
        name=f"seed {seed}",
        title='A "quoted" title, with = and #',
        source="drawn\nby lot",
        goods=axes["goods"],
        techniques=axes["techniques"],
        resources=axes["resources"],
        pollutants=axes["pollutants"],
        profiles=axes["profiles"],
        periods=axes["periods"],
        questions={
            "default": no.Question("least-resources"),
            "with floor": no.Question("fulfilment", floor=1 / 3, leave_out=tuple(sorted(made))[:2], name="with floor"),
        },
        **({"outputs": np.ones((4, 5))} | made),
    )


# ---- written and read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_an_economy_written_reads_back_bit_for_bit(seed: int, tmp_path: Path) -> None:
    economy = seeded(seed)
    assert same(no.read(no.write(economy, tmp_path / "model")), economy) == []


@pytest.mark.parametrize("table", sorted(set(TABLES)))
def test_every_table_written_reads_back_bit_for_bit(table: str, tmp_path: Path) -> None:
    for seed in range(5):  # some of them by period
        economy = seeded(seed, [table])
        assert same(no.read(no.write(economy, tmp_path / str(seed))), economy) == []


@pytest.mark.parametrize("units", [["tonne", "kg"], ["", "metre ** 3"], ["person * year / tonne", "1"], ["Stück", "t"]])
def test_units_read_back(units: list[str], tmp_path: Path) -> None:
    economy = no.build_economy(
        goods=["a", "b"],
        techniques=["t"],
        inputs=[[0.1], [0.1]],
        outputs=[[1], [1]],
        targets=[1, 1],
        units={"goods": units},
    )
    assert same(no.read(no.write(economy, tmp_path / "model")), economy) == []


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_shipped_model_written_reads_back(model: str, tmp_path: Path) -> None:
    """Its own units included: what was read can be written and read again."""
    economy = no.read(model)
    assert same(no.read(no.write(economy, tmp_path / model)), economy) == []


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_shipped_model_written_with_its_own_units_named(model: str, tmp_path: Path) -> None:
    economy = no.read(model)
    copy = no.read(no.write(economy, tmp_path / model, own_units=["person", "piece", "EUR_million", "GBP_million"]))
    assert same(copy, economy) == []
    assert no.solve(copy).objective == no.solve(economy).objective


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=8).filter(
    lambda text: text == text.strip()
)
NUMBERS = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    goods=st.lists(NAMES, min_size=2, max_size=3, unique=True),
    resources=st.lists(NAMES, min_size=1, max_size=2, unique=True),
    periods=st.lists(NAMES, min_size=2, max_size=3, unique=True),
    data=st.data(),
)
def test_any_names_and_numbers_read_back(
    goods: list[str], resources: list[str], periods: list[str], data: st.DataObject, tmp_path_factory: Any
) -> None:
    count = len(goods)
    matrix = st.lists(st.lists(NUMBERS, min_size=count, max_size=count), min_size=count, max_size=count)
    economy = no.build_economy(
        goods=goods,
        resources=resources,
        periods=periods,
        inputs=data.draw(matrix),
        capital={period: data.draw(matrix) for period in periods},
        targets={period: data.draw(st.lists(NUMBERS, min_size=count, max_size=count)) for period in periods},
        resource_use=[data.draw(st.lists(NUMBERS, min_size=count, max_size=count)) for _ in resources],
    )
    folder = tmp_path_factory.mktemp("any") / "model"
    assert same(no.read(no.write(economy, folder)), economy) == []


@pytest.mark.parametrize(
    "names",
    [
        ["nan", "NA"],
        ["1", "2"],
        ["01", "1"],
        ["a,b", "a;b"],
        ['a"b', "'a'"],
        ["row", "column"],
        ["value", "name"],
        ["#", "-"],
    ],
)
def test_awkward_names_read_back(names: list[str], tmp_path: Path) -> None:
    economy = no.build_economy(
        goods=names,
        periods=names,
        resources=names,
        inputs=[[0.1, 0.2], [0.3, 0.4]],
        resource_use={names[0]: np.eye(2), names[1]: np.eye(2) * 2},
        targets={names[0]: [1, 2], names[1]: [3, 4]},
    )
    assert same(no.read(no.write(economy, tmp_path / "model")), economy) == []


@pytest.mark.parametrize("title", ['"', "\\", "a\nb", "\t", "\x7f", "\x00", "\U0001f33e", "[a]", "'''", "é"])
def test_any_title_reads_back(title: str, tmp_path: Path) -> None:
    economy = seeded(1).with_changes(title=title, source=title, name=title)
    assert same(no.read(no.write(economy, tmp_path / "model")), economy) == []


@pytest.mark.parametrize("name", [" corn", "corn ", "", " ", ("north ", "corn"), (2025, "corn")])
def test_a_name_that_cannot_be_written_is_refused(name: Any, tmp_path: Path) -> None:
    economy = no.build_economy(goods=[name, "b"], inputs=np.eye(2) * 0.1, targets=[1, 1])
    with pytest.raises(no.DataError, match=r"goods\.csv"):
        no.write(economy, tmp_path / "model")


@pytest.mark.parametrize("name", [" corn", "corn ", "", " ", ("north", "corn")])
def test_a_period_reads_back_or_is_refused(name: Any, tmp_path: Path) -> None:
    inputs = np.eye(2) * 0.1
    try:
        economy = no.build_economy(goods=["a", "b"], periods=[name, "b"], inputs=inputs, targets=[[1, 2], [3, 4]])
        folder = no.write(economy, tmp_path / "model")
    except no.DataError as error:
        assert "period" in str(error)
    else:
        assert same(no.read(folder), economy) == []


def test_a_large_sparse_table_reads_back(tmp_path: Path) -> None:
    matrix = sp.random_array((300, 300), density=0.01, rng=3, format="csr")
    names = [f"g{k}" for k in range(300)]
    economy = no.build_economy(goods=names, inputs=matrix, targets=np.ones(300))
    folder = no.write(economy, tmp_path / "model")
    assert len((folder / "inputs.csv").read_text().splitlines()) == matrix.nnz + 1  # long
    assert same(no.read(folder), economy) == []


def test_a_large_table_of_zeros_reads_back(tmp_path: Path) -> None:
    names = [f"g{k}" for k in range(150)]
    economy = no.build_economy(
        goods=names, inputs=np.eye(150) * 0.1, depreciation=sp.csr_array((150, 150)), targets=np.ones(150)
    )
    assert same(no.read(no.write(economy, tmp_path / "model")), economy) == []


@pytest.mark.parametrize("table", ["inputs", "capital_orders", "targets", "outputs"])
def test_a_period_of_zeros_reads_back(table: str, tmp_path: Path) -> None:
    shape = tuple(SIZES[axis] for axis in TABLES[table].axes)
    economy = (
        seeded(2)
        .with_changes(curves=None)
        .with_changes(**{table: {"period 0": np.ones(shape), "period 1": np.zeros(shape), "period 2": np.ones(shape)}})
    )
    assert same(no.read(no.write(economy, tmp_path / "model")), economy) == []


def test_capital_orders_of_some_periods_only(tmp_path: Path) -> None:
    economy = seeded(3).with_changes(capital_orders={"period 1": np.ones((4, 5))})
    assert economy.matrix("capital_orders", 0).nnz == economy.matrix("capital_orders", 2).nnz == 0
    assert economy.matrix("capital_orders", 1).nnz == 20
    folder = no.write(economy, tmp_path / "model")
    assert same(no.read(folder), economy) == []
    kept = [row for row in rows_of(folder / "capital_orders.csv") if row[2] in ("period", "period 1")]
    fill(folder / "capital_orders.csv", kept)
    assert same(no.read(folder), economy) == []


def test_no_limit_reads_back(tmp_path: Path) -> None:
    """Where infinity stands for no limit, it is written and read."""
    limits = sorted(name for name, spec in TABLES.items() if spec.sign == "limit" and not spec.ahead)
    assert "emission_caps" in limits
    for name in limits:
        shape = tuple(SIZES[axis] for axis in TABLES[name].axes)
        economy = seeded(4).with_changes(**{name: np.full(shape, np.inf)})
        assert same(no.read(no.write(economy, tmp_path / name)), economy) == []


def test_nothing_is_written_over_a_model(tmp_path: Path) -> None:
    folder = no.write(seeded(5), tmp_path / "model")
    before = {file: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(no.DataError, match="already"):
        no.write(seeded(6), folder)
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


# ---- the same economy in other forms ----------------------------------------------------------------------


def rows_of(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))


def fill(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows(rows)


def table_files(folder: Path) -> list[Path]:
    return [file for file in folder.glob("*.csv") if file.stem in TABLES]


@pytest.mark.parametrize("model", sorted(MODELS))
def test_rows_and_columns_in_any_order_are_the_same_economy(model: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS[model], tmp_path / model))
    chance = np.random.default_rng(11)
    for file in table_files(folder):
        (head, *body) = rows_of(file)
        order = [0, *chance.permutation(np.arange(1, len(head))).tolist()]
        if head[0] == "row":  # long: its columns have their places
            order = sorted(order)
        if file.stem != "curves":  # reports follow each other by their quantities
            body = [body[k] for k in chance.permutation(len(body))]
        fill(file, [[row[k] for k in order] for row in [head, *body]])
    assert same(no.read(folder), no.read(model)) == []


@pytest.mark.parametrize("model", ["five_year_plan", "eu_2006", "excavators", "wheat_cloth"])
def test_goods_and_resources_in_any_order_give_the_same_plan(model: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS[model], tmp_path / model))
    for axis in ("goods", "techniques", "resources"):
        if (folder / f"{axis}.csv").exists():
            head, *body = rows_of(folder / f"{axis}.csv")
            fill(folder / f"{axis}.csv", [head, *body[::-1]])
    plan, known = no.solve(folder).assert_optimal(), no.solve(model).assert_optimal()
    assert plan.economy.goods.tolist() == known.economy.goods.tolist()[::-1]
    assert plan.objective == pytest.approx(known.objective, rel=1e-12)
    for table in ("inputs", "outputs", "targets"):
        if known.economy.has(table):
            found, wanted = plan.economy.frame(table), known.economy.frame(table)
            found = found.loc[wanted.index]
            if TABLES[table].is_matrix:
                found = found[wanted.columns]
            assert (found.to_numpy() == wanted.to_numpy()).all()
    if model == "five_year_plan":  # its plan is unique
        found, wanted = plan.activities.loc[known.activities.index], known.activities
        np.testing.assert_allclose(found.to_numpy(), wanted.to_numpy(), rtol=1e-9, atol=1e-12)


def as_long(file: Path, rng: np.random.Generator | None = None) -> None:
    """Rewrite a wide matrix as a long table without its zeros."""
    head, *body = rows_of(file)
    entries = [[row[0], head[c], row[c]] for row in body for c in range(1, len(head)) if float(row[c]) != 0]
    if rng is not None:
        entries = [entries[k] for k in rng.permutation(len(entries))]
    fill(file, [["row", "column", "value"], *entries])


@pytest.mark.parametrize("model", sorted(MODELS))
def test_long_tables_are_wide_tables(model: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS[model], tmp_path / model))
    files = [file for file in table_files(folder) if TABLES[file.stem].is_matrix and rows_of(file)[0][0] != "row"]
    assert files or no.read(model).curves is not None  # their matrices are long already
    for file in files:
        as_long(file, np.random.default_rng(5))
    assert same(no.read(folder), no.read(model)) == []


def test_a_long_table_by_period(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS["five_year_plan"], tmp_path / "model"))
    head, *body = rows_of(folder / "inputs.csv")
    years = ["year5", "year1", "year2", "year4", "year3"]
    rows = [
        [head[c], row[0], year, row[c]] for year in years for row in body for c in range(1, 5) if float(row[c]) != 0
    ]
    fill(folder / "inputs.csv", [["row", "column", "period", "value"], *([r[1], r[0], *r[2:]] for r in rows)])
    economy, known = no.read(folder), no.read("five_year_plan")
    assert not economy.constant("inputs")
    for year in known.periods:
        assert economy.frame("inputs", year).equals(known.frame("inputs"))
    assert no.solve(economy).objective == pytest.approx(no.solve(known).objective, rel=1e-12)


def test_a_vector_by_period_is_a_constant_vector(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS["five_year_plan"], tmp_path / "model"))
    fill(folder / "targets.csv", [["good", "value"], ["bread", "2"], ["iron", "0.5"], ["coal", "1"], ["corn", "0"]])
    economy = no.read(folder)
    assert economy.constant("targets")
    assert economy.frame("targets").to_dict() == {"iron": 0.5, "coal": 1.0, "corn": 0.0, "bread": 2.0}
    wide = [["good", *economy.periods], *([good, *[repr(x)] * 5] for good, x in economy.frame("targets").items())]
    fill(folder / "targets.csv", wide)
    twin = no.read(folder)
    assert not twin.constant("targets")
    assert all(np.array_equal(twin.vector("targets", t), economy.vector("targets", t)) for t in range(5))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_do_not_matter(end: str, mark: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS["five_year_plan"], tmp_path / "model"))
    for file in folder.glob("*.csv"):
        text = mark + file.read_text(encoding="utf-8").replace("\n", end)
        file.write_bytes(text.encode("utf-8"))
    assert same(no.read(folder), no.read("five_year_plan")) == []


def test_blanks_and_empty_lines_do_not_matter(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS["five_year_plan"], tmp_path / "model"))
    for file in folder.glob("*.csv"):
        text = file.read_text(encoding="utf-8").replace(",", " ,  ").replace("\n", " \n\n,\n ")
        count = len(rows_of(file)[0])
        file.write_text(text.replace("\n,\n", "\n" + "," * (count - 1) + "\n"), encoding="utf-8")
    assert same(no.read(folder), no.read("five_year_plan")) == []


# ---- units ------------------------------------------------------------------------------------------------

YEAR = 365.25 * 24  # hours

CONVERSIONS = [
    ("inputs", "kg / tonne", 1e3),
    ("inputs", "gram / kilogram", 1e3),
    ("inputs", "1", 1.0),
    ("capital", "kg / tonne", 1e3),
    ("initial_capital", "kg", 1e3),
    ("initial_capital", "megagram", 1.0),
    ("resource_use", "person * hour / tonne", YEAR),
    ("resource_use", "person * hour / kg", YEAR / 1e3),
    ("resource_limits", "person * hour", YEAR),
    ("resource_limits", "person * day", 365.25),
    ("targets", "kg", 1e3),
    ("targets", "gram", 1e6),
    ("depreciation", "percent", 100.0),
]


@pytest.mark.parametrize(("table", "unit", "factor"), CONVERSIONS)
def test_a_table_in_other_units(table: str, unit: str, factor: float, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS["five_year_plan"], tmp_path / "model"))
    known = no.read("five_year_plan")
    head, *body = rows_of(folder / f"{table}.csv")
    fill(folder / f"{table}.csv", [head, *([row[0], *(repr(float(x) * factor) for x in row[1:])] for row in body)])
    add_setting(folder, f"table_units = {{{table} = {json.dumps(unit)}}}")
    economy = no.read(folder)
    np.testing.assert_allclose(economy.frame(table).to_numpy(), known.frame(table).to_numpy(), rtol=1e-14)
    assert no.solve(economy).objective == pytest.approx(no.solve(known).objective, rel=1e-10)


def add_setting(folder: Path, line: str) -> None:
    text = (folder / "economy.toml").read_text(encoding="utf-8")
    (folder / "economy.toml").write_text(text.replace("[questions", f"{line}\n\n[questions", 1), encoding="utf-8")


def test_goods_in_different_units(tmp_path: Path) -> None:
    """One table in one unit, rows and columns measured in several."""
    economy = no.build_economy(
        name="mixed",
        goods=["iron", "oil"],
        units={"goods": ["tonne", "litre"], "techniques": ["tonne", "litre"], "resources": ["hour"]},
        resources=["labour"],
        periods=2,
        inputs=[[0.0, 0.0], [0.0, 0.0]],
        resource_use={"1": [[1.0, 1.0]], "2": [[2.0, 2.0]]},
        targets={"1": [1.0, 0.0], "2": [2.0, 0.0]},
    )
    folder = no.write(economy, tmp_path / "mixed")
    add_setting(folder, 'table_units = {resource_use = "minute / kg"}')
    with pytest.raises(no.DataError, match=r"'minute / kg' cannot be turned into '\(hour\) / \(litre\)'"):
        no.read(folder)
    (folder / "goods.csv").write_text("name,unit\niron,tonne\noil,kg\n", encoding="utf-8")
    read = no.read(folder)
    for t, period in enumerate(("1", "2")):
        expected = (t + 1) * np.array([[1000 / 60, 1 / 60]])
        np.testing.assert_allclose(read.frame("resource_use", period).to_numpy(), expected, rtol=1e-14)


def test_a_long_table_by_period_in_other_units(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS["five_year_plan"], tmp_path / "model"))
    rows = [["coal", "iron", year, repr(200.0 * (t + 1))] for t, year in enumerate(no.read("five_year_plan").periods)]
    fill(folder / "inputs.csv", [["row", "column", "period", "value"], *rows])
    add_setting(folder, 'table_units = {inputs = "kg / tonne"}')
    economy = no.read(folder)
    for t in range(5):
        assert economy.matrix("inputs", t)[1, 0] == pytest.approx(0.2 * (t + 1), rel=1e-14)


# ---- nothing in a folder is run ---------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["solve", "check"])
def test_nothing_in_a_model_folder_is_executed(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(MODELS["five_year_plan"], tmp_path / "model"))
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w').close()\nraise SystemExit('executed')\n"
    names = (
        "model.py",
        "__init__.py",
        "conftest.py",
        "sitecustomize.py",
        "economy.py",
        "inputs.py",
        "numpy.py",
        "pint.py",
    )
    for name in names:
        (folder / name).write_text(trap)
    (folder / "run.sh").write_text(f"touch {tmp_path / 'sprung'}\nexit 9\n")
    (folder / "run.sh").chmod(0o755)
    monkeypatch.chdir(folder)
    assert same(no.read(folder), no.read("five_year_plan")) == []
    result = call(command, folder, "--json")
    assert result.exit_code == 0, result.stderr
    assert not (tmp_path / "sprung").exists()


def test_frames_of_what_was_read() -> None:
    economy = no.read("five_year_plan")
    inputs = economy.frame("inputs")
    assert isinstance(inputs, pd.DataFrame)
    assert inputs.loc["coal", "iron"] == 0.2
    assert economy.frame("targets").loc["bread", "year3"] == 2.02
    assert economy.unit("goods", "iron") == "tonne"
    assert economy.unit("resources", "labour") == "person * year"
    with pytest.raises(no.DataError, match="did you mean 'inputs'"):
        economy.frame("input")


def test_a_label_that_is_not_there_is_refused() -> None:
    economy = no.read("five_year_plan")
    by_period = economy.with_changes(inputs={period: np.eye(4) * 0.1 for period in economy.periods})
    for case in (economy, by_period):
        with pytest.raises(no.DataError, match="year9"):
            case.frame("inputs", "year9")
    with pytest.raises(no.DataError, match="gold"):
        economy.unit("goods", "gold")
