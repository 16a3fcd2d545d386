"""Units: factors are pint's and rational arithmetic's, own units are dimensions of their own, tables convert."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pint
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.economy.build import units_of_axis
from natura_opt.economy.files.model_tables import converted
from natura_opt.economy.units import (
    Units,
    own_names,
    own_names_given,
    own_unit,
    refuse_what_is_no_product,
    units_of,
    wanted_unit,
)
from natura_opt.tables.registry import TABLES

FEW = settings(max_examples=40, deadline=None, derandomize=True, database=None)
#: Units of mass, time and area with their exact size in kilogram, second, square metre.
EXACT: dict[str, dict[str, Fraction]] = {
    "mass": {
        "kg": Fraction(1),
        "tonne": Fraction(1000),
        "gram": Fraction(1, 1000),
        "mg": Fraction(1, 10**6),
        "kilotonne": Fraction(10**6),
    },
    "time": {
        "second": Fraction(1),
        "minute": Fraction(60),
        "hour": Fraction(3600),
        "day": Fraction(86400),
        "week": Fraction(604800),
    },
    "area": {"m²": Fraction(1), "hectare": Fraction(10**4), "km ** 2": Fraction(10**6), "cm^2": Fraction(1, 10**4)},
}
ALIKE = [(a, b) for kind in EXACT.values() for a, b in itertools.product(kind, kind)]
SIZES = {unit: size for kind in EXACT.values() for unit, size in kind.items()}
NONE = Units()
PINT = pint.UnitRegistry()


# ---- factors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "wanted"), ALIKE)
def test_a_factor_is_the_ratio_of_the_exact_sizes(written: str, wanted: str) -> None:
    assert NONE.factor(written, wanted, "x") == pytest.approx(float(SIZES[written] / SIZES[wanted]), rel=4e-16)


@FEW
@given(st.sampled_from(sorted(EXACT)), st.data())
def test_factors_chain_and_turn_back(kind: str, data: st.DataObject) -> None:
    a, b, c = (data.draw(st.sampled_from(sorted(EXACT[kind]))) for _ in range(3))
    there, on, whole = (NONE.factor(*pair, "x") for pair in ((a, b), (b, c), (a, c)))
    assert there * on == pytest.approx(whole, rel=1e-14)
    assert there * NONE.factor(b, a, "x") == pytest.approx(1.0, rel=1e-15)


@FEW
@given(
    st.sampled_from(sorted(EXACT["mass"])),
    st.sampled_from(sorted(EXACT["time"])),
    st.sampled_from(sorted(EXACT["mass"])),
    st.sampled_from(sorted(EXACT["time"])),
    st.sampled_from([1, 2, 3]),
)
def test_quotients_and_powers_have_the_factors_of_their_parts(a: str, b: str, c: str, d: str, power: int) -> None:
    found = NONE.factor(f"({a}) ** {power} / ({b})", f"({c}) ** {power} / ({d})", "x")
    wanted = (SIZES[a] / SIZES[c]) ** power / (SIZES[b] / SIZES[d])
    assert found == pytest.approx(float(wanted), rel=1e-14)


@pytest.mark.parametrize(
    ("written", "wanted"), [("kWh", "MJ"), ("litre", "m**3"), ("mile", "km"), ("%", "1"), ("1", "")]
)
def test_a_factor_is_pints_own(written: str, wanted: str) -> None:
    known = PINT.Quantity(1.0, "" if written == "1" else written).to("" if wanted in ("", "1") else wanted).magnitude
    assert NONE.factor(written, wanted, "x") == pytest.approx(float(known), rel=1e-15)


@pytest.mark.parametrize(("written", "wanted"), [("kg", "hour"), ("1", "kg"), ("person", "piece"), ("kg / hour", "kg")])
def test_what_measures_something_else_is_refused_with_both(written: str, wanted: str) -> None:
    with pytest.raises(no.DataError, match=r"^here: .*cannot be turned into"):
        Units(["person", "piece"]).factor(written, wanted, "here")


def test_the_same_text_needs_no_dimension_and_is_exactly_one() -> None:
    assert NONE.factor("no such thing", "no such thing", "x") == 1.0
    assert NONE.factor("", "", "x") == 1.0 and NONE.factor("1", "", "x") == 1.0


@pytest.mark.parametrize(("written", "wanted"), [("(Ym)**12", "(ym)**12"), ("(ym)**12", "(Ym)**12")])
def test_a_factor_that_no_double_tells_is_refused(written: str, wanted: str) -> None:
    """10**576 and its inverse: infinite and zero as doubles."""
    with pytest.raises(no.DataError, match=r"too far from .* for a double"):
        NONE.factor(written, wanted, "x")


# ---- own units --------------------------------------------------------------------------------------------------


def test_own_units_are_dimensions_of_their_own_with_prefixes() -> None:
    known = Units(["person", "piece"])
    assert known.factor("kperson", "person", "x") == pytest.approx(1000.0)
    assert known.factor("person * hour", "person * minute", "x") == pytest.approx(60.0)
    with pytest.raises(no.DataError):
        NONE.check("person", "x")


@pytest.mark.parametrize("name", ["kg", "hour", "m"])
def test_a_unit_that_pint_knows_is_not_ones_own(name: str) -> None:
    with pytest.raises(no.DataError, match=f"'{name}' is known to pint already"):
        Units([name])


@pytest.mark.parametrize("name", ["", "a b", "1a", "for", "a-b", 5, None, "x" * 201, ("a",)])
def test_what_cannot_name_a_unit_is_refused(name: Any) -> None:
    with pytest.raises(no.DataError, match=r"own_units: .* is not usable as a unit name"):
        Units([name])


@pytest.mark.parametrize("given_as", ["person", b"person", {"person": 1}, 5, None])
def test_own_units_are_a_list(given_as: Any) -> None:
    with pytest.raises(no.DataError, match="own_units must be a list of names"):
        own_names_given(given_as, "m")
    assert own_names_given(iter(["a", "b"]), "m") == ("a", "b")


def test_own_names_are_those_that_pint_does_not_know_each_once_in_order() -> None:
    units = ["tonne", "person * year / tonne", "person", "", "Stück", "1", "kg / Stück ** 2", "%"]
    assert own_names(["zork"], units) == ["zork", "person", "Stück"]
    assert own_names(["person"], ["kperson", "persons"]) == ["person"]  # a prefix, a plural
    assert own_names([], ["kg|m", "5 kg"]) == []  # no units at all: the reader says so


@pytest.mark.parametrize(
    "text", ["M.EUR", "1000 p", "tonne", "kg CO2 eq.", " Mio. € ", "", "a-b-c", "tonne / hour", "42"]
)
def test_a_unit_made_of_any_text_can_be_read_and_stays_itself(text: str) -> None:
    made = own_unit(text)
    units_of([made], "x")
    assert own_unit(made) == made
    if text.strip().isidentifier():
        assert made == text.strip()


# ---- what is a unit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "at"),
    [("kg|m", 3), ("5 kg", 1), ("kg,", 3), ("kg;m", 3), ("-kg", 1), ("kg//m", 3), ("a=1", 2), ("k\nm", 2)],
)
def test_the_first_sign_that_has_no_meaning_is_named(unit: str, at: int) -> None:
    with pytest.raises(ValueError, match=f"at character {at} has no meaning in a unit"):
        refuse_what_is_no_product(unit)


@FEW
@given(st.lists(st.sampled_from(["kg", "hour", "m", "person"]), min_size=1, max_size=5), st.data())
def test_names_of_a_product_are_found_in_order(names: list[str], data: st.DataObject) -> None:
    signs = [data.draw(st.sampled_from([" * ", "/", " / ", "*"])) for _ in names[1:]]
    powers = [data.draw(st.sampled_from(["", "**2", "^3", " ** (-1.5)"])) for _ in names]
    text = names[0] + powers[0] + "".join(s + n + p for s, n, p in zip(signs, names[1:], powers[1:], strict=True))
    assert refuse_what_is_no_product(text) == names
    Units(["person"]).check(text, "x")


@pytest.mark.parametrize("unit", ["kg**13", "kg ** 7 * kg ** 6", "kg**-13"])
def test_powers_beyond_twelve_are_no_quantities(unit: str) -> None:
    with pytest.raises(no.DataError, match="a power above 12"):
        NONE.check(unit, "x")
    NONE.check("kg**12", "x")


@pytest.mark.parametrize("unit", ["degC", "degF", "dBm"])
def test_scales_that_do_not_begin_at_zero_are_said_to_be_so(unit: str) -> None:
    with pytest.raises(no.DataError, match="does not begin at zero or is not even"):
        NONE.check(unit, "x")


def test_the_first_unit_that_is_none_is_named_with_its_place() -> None:
    with pytest.raises(no.DataError, match=r"^goods\.csv: the unit 'kg\|m' is not understood"):
        units_of(["kg", "kg|m", "a=1"], "goods.csv")
    known = units_of(["kg", "person"], "goods.csv")
    known.check("person * kg", "x")
    with pytest.raises(no.DataError, match="'person' is not understood"):
        units_of(["person"], "x", own=[])


# ---- tables in other units --------------------------------------------------------------------------------------

UNITS = {
    "goods": ["kg", "tonne", "kg"],
    "techniques": ["hour", "day"],
    "resources": ["hour"],
    "pollutants": ["gram"],
    "profiles": ["1"],
    "periods": [""],
}
AXES = {axis: pd.Index([f"{axis}{k}" for k in range(len(units))]) for axis, units in UNITS.items()}
WRITTEN = {
    "goods": "gram",
    "techniques": "minute",
    "resources": "minute",
    "pollutants": "mg",
    "profiles": "1",
    "1": "1",
}


@pytest.mark.parametrize("name", sorted(name for name, spec in TABLES.items() if spec.unit != "1" and name != "rules"))
def test_every_table_is_converted_as_fractions_say(name: str) -> None:
    """Written in grams, minutes and milligrams; each row and column is measured in a unit of its own."""
    spec = TABLES[name]
    over, *under = spec.unit.split(" / ")
    written = " / ".join(f"({WRITTEN[part]})" if part != "1" else "1" for part in (over, *under))
    shape = tuple(len(AXES[axis]) for axis in spec.axes)
    numbers = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    given_as: Any = sp.csr_array(numbers) if spec.is_matrix else numbers
    found = converted(spec, {1: given_as} if spec.ahead else given_as, written, AXES, UNITS, NONE)
    found = found[1] if spec.ahead else found
    found = found.toarray() if spec.is_matrix else found
    sizes = {**SIZES, "1": Fraction(1), "": Fraction(1), "mg": Fraction(1, 10**6)}
    for cell in np.ndindex(*shape):
        wanted = Fraction(int(numbers[cell]))
        for part, power in [(over, 1), *((part, -1) for part in under)]:
            if part != "1":
                own = UNITS[part][cell[spec.axes.index(part)]]
                wanted *= (sizes[WRITTEN[part]] / sizes[own]) ** power
        assert found[cell] == pytest.approx(float(wanted), rel=1e-14), (name, cell)


def test_a_vector_by_period_is_converted_in_each() -> None:
    numbers = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    found = converted(TABLES["targets"], numbers, "tonne", AXES, UNITS, NONE)
    assert found.tolist() == [[1000.0, 2000.0], [3.0, 4.0], [5000.0, 6000.0]]
    by_key = converted(TABLES["targets"], {"a": numbers[:, 0]}, "tonne", AXES, UNITS, NONE)
    assert by_key["a"].tolist() == [1000.0, 3.0, 5000.0]


@pytest.mark.parametrize(
    ("unit", "words"), [(5, "must be text"), ("hour", "cannot be turned into"), ("kg|", "no meaning")]
)
def test_a_table_is_not_written_in_anything_else(unit: Any, words: str) -> None:
    with pytest.raises(no.DataError, match=f"table_units.*'targets'.*{words}"):
        converted(TABLES["targets"], np.ones(3), unit, AXES, UNITS, NONE)


def test_a_rate_written_in_percent_is_a_share(tmp_path: Path) -> None:
    economy = no.build_economy(
        goods=["a"], inputs=[[0.1]], capital=[[1.0]], depreciation=[[0.25]], targets=[1.0], initial_capital=[[1.0]]
    )
    folder = no.write(economy, tmp_path / "m")
    (folder / "depreciation.csv").write_text("good,a\na,25\n")
    with (folder / "economy.toml").open("a") as file:
        file.write('\n[table_units]\ndepreciation = "percent"\n')
    assert no.read(folder).matrix("depreciation", 0)[0, 0] == pytest.approx(0.25, rel=1e-15)
    (folder / "depreciation.csv").write_text("good,a\na,101\n")
    with pytest.raises(no.DataError, match=r"'depreciation'.*1\.01; a rate lies between 0 and 1"):
        no.read(folder)


def test_a_missing_unit_is_a_pure_number() -> None:
    assert wanted_unit(TABLES["inputs"], "", "hour") == "(1) / (hour)"
    assert wanted_unit(TABLES["resource_weights"], "hour") == "1 / (hour)"
    assert NONE.factor("1 / hour", wanted_unit(TABLES["inputs"], "", "hour"), "x") == pytest.approx(1.0)


def test_units_by_label_follow_the_labels() -> None:
    labels = pd.Index(["a", "b", "c"])
    for given_as in (["x", "y", "z"], {"c": "z", "a": "x", "b": "y"}, pd.Series({"b": " y", "c": "z ", "a": "x"})):
        assert units_of_axis(given_as, labels, "goods", "m") == ("x", "y", "z")
    assert units_of_axis(" kg ", labels, "goods", "m") == ("kg", "kg", "kg")
    for wrong in (["x", "y"], {"a": "x"}, {"a": "x", "b": "y", "d": "z"}, ["x", "y", 3], b"xyz", {"x", "y", "z"}):
        with pytest.raises(no.DataError, match="m: "):
            units_of_axis(wrong, labels, "goods", "m")
