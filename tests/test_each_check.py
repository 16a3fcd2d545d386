"""Every named check can pass, can fail or note, and says so alone: nothing else complains of the same economy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.checks import CHECKS, Finding, findings_frame, is_identity
from natura_opt.economy.assumed import assumed
from natura_opt.economy.furthest import furthest_number
from natura_opt.tables.registry import TABLES

from .seeded import in_other_units, seeded_economy

FEW = settings(max_examples=15, deadline=None, derandomize=True, database=None)


def sound(**changes: Any) -> no.Economy:
    """Corn and iron, made with each other and with labour and a little iron tied up: nothing to complain of."""
    given_as: dict[str, Any] = {
        "goods": ["corn", "iron"],
        "resources": ["labour"],
        "inputs": [[0.2, 0.1], [0.1, 0.3]],
        "resource_use": [[1.0, 2.0]],
        "resource_limits": [100.0],
        "capital": [[0.0, 0.0], [1.0, 1.0]],
        "initial_capital": [[0.0, 0.0], [50.0, 50.0]],
        "depreciation": [[0.0, 0.0], [0.1, 0.1]],
        "targets": [10.0, 5.0],
        "objective": "fulfilment",
    }
    return no.build_economy(**{key: value for key, value in (given_as | changes).items() if value is not None})


def by_check(economy: no.Economy) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in no.check(economy):
        found.setdefault(finding.check, []).append(finding)
    return found


def failed(economy: no.Economy) -> list[str]:
    return list(dict.fromkeys(finding.check for finding in no.check(economy) if not finding.passed))


#: For each check that can fail: a change that makes it, and it alone, and a word of what it says.
FAILING: dict[str, list[tuple[dict[str, Any], str]]] = {
    "nothing from nothing": [
        ({"inputs": [[0.2, 0.0], [0.1, 0.0]], "resource_use": [[1.0, 0.0]], "capital": [[0, 0], [1.0, 0]]}, "'iron'"),
        (
            {"inputs": np.zeros((2, 2)), "resource_use": None, "resource_limits": None, "capital": None},
            "'corn', 'iron'",
        ),
    ],
    "productive": [
        ({"inputs": [[0.2, 0.9], [0.9, 0.3]]}, "'corn', 'iron'"),
        ({"inputs": [[1.0, 0.0], [0.0, 0.5]]}, "'corn'"),
        ({"inputs": [[0.4, 1.8], [1.8, 0.6]], "outputs": 2 * np.eye(2)}, "surplus"),
    ],
    "targets reachable": [
        ({"resource_limits": [0.0]}, "'corn', 'iron' are wanted but cannot be made"),
        ({"outputs": [[1.0, 0.0], [0.0, 0.0]], "initial_stocks": None}, "'iron'"),
    ],
}
#: For each check that only notes: a change that gives it something to note, and the word.
NOTING: dict[str, tuple[dict[str, Any], str]] = {
    "idle names": (
        {"goods": ["corn", "iron", "gold"], "outputs": [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], "techniques": ["f", "m"]},
        "note: nothing makes, uses or wants 'gold'",
    ),
    "assumptions": ({"depreciation": None}, "note: 'depreciation' is not given, so 0 is taken"),
    "capital": (
        {"initial_capital": [[1.0, 0.0], [50.0, 50.0]]},
        "note: 1 entries of 'initial_capital' have no capital",
    ),
    "notes": ({"notes": ["one product was merged"]}, "one product was merged"),
}


def widened(changes: dict[str, Any]) -> no.Economy:
    """Tables of the goods get a row of zeros for a good more."""
    if len(changes.get("goods", ())) != 3:
        return sound(**changes)
    row = np.zeros((1, 2))
    wide = {
        name: np.vstack([np.asarray(sound().matrix(name, 0).toarray()), row])
        for name in ("inputs", "capital", "initial_capital", "depreciation")
    }
    return sound(**wide, targets=[10.0, 5.0, 0.0], **changes)


def test_a_sound_economy_passes_every_check_once() -> None:
    found = by_check(sound())
    assert [finding for findings in found.values() for finding in findings if not finding.passed] == []
    assert set(found) == set(CHECKS) - {"notes"} and list(found) == [name for name in CHECKS if name in found]
    assert not any("note:" in finding.message for findings in found.values() for finding in findings)


def test_the_cases_cover_every_check_that_can_say_anything() -> None:
    """``numbers`` and ``labels`` say what was checked when the economy was made; they cannot fail any more."""
    assert set(FAILING) | set(NOTING) | {"numbers", "labels"} == set(CHECKS)


@pytest.mark.parametrize(("name", "case"), [(name, k) for name, cases in FAILING.items() for k in range(len(cases))])
def test_each_check_fails_where_something_is_wrong(name: str, case: int) -> None:
    changes, word = FAILING[name][case]
    findings = by_check(sound(**changes))
    said = [finding.message for finding in findings[name] if not finding.passed]
    assert said and word in said[0], said
    assert all(not finding.passed for finding in findings[name]), "what failed is not said to pass as well"
    others = {other for other in failed(sound(**changes)) if other != name}
    assert others <= ({"productive"} if name == "targets reachable" and case == 1 else set()), others


@pytest.mark.parametrize("name", sorted(NOTING))
def test_each_check_that_notes_passes_and_notes(name: str) -> None:
    changes, word = NOTING[name]
    economy = widened(changes)
    messages = [finding.message for finding in by_check(economy)[name]]
    assert any(word in message for message in messages), messages
    assert failed(economy) == []


def test_findings_are_a_table_in_their_order() -> None:
    findings = no.check(sound(**FAILING["productive"][0][0]))
    frame = findings_frame(findings)
    assert list(frame.columns) == ["check", "passed", "message"] and len(frame) == len(findings)
    assert frame[~frame["passed"]]["check"].tolist() == ["productive"]
    for finding in findings:
        assert str(finding) == f"{'ok  ' if finding.passed else 'FAIL'}  {finding.check}: {finding.message}"


def test_counts_are_of_what_is_there() -> None:
    found = by_check(sound(targets={"1": [1.0, 2.0], "2": [3.0, 0.0]}, periods=["1", "2"]))
    numbers = 4 + 2 + 1 + 2 + 2 + 2 + 4  # zeros of a matrix are no numbers of it, those of a vector are
    assert found["numbers"][0].message.startswith(f"{numbers} numbers in 7 tables, all finite")
    assert found["labels"][0].message == "2 goods, 2 techniques, 1 resources, 2 periods; every name is given once"


# ---- laws of the checks -----------------------------------------------------------------------------------------


@FEW
@given(seed=st.integers(0, 10**5))
def test_what_is_checked_does_not_depend_on_units_or_on_the_order_of_names(seed: int) -> None:
    economy = seeded_economy(seed, goods=(2, 7), periods=(1, 3))
    rng = np.random.default_rng(seed)
    powers = [10.0 ** rng.integers(-3, 4, len(economy.axes[axis])) for axis in ("goods", "techniques", "resources")]
    other = in_other_units(economy, *powers)
    assert failed(economy) == failed(other) == []


@FEW
@given(
    st.lists(st.lists(st.integers(0, 16), min_size=3, max_size=3), min_size=3, max_size=3),
    st.sampled_from([0.25, 1.0, 4.0]),
)
def test_hawkins_simon_is_the_sign_of_the_leading_minors(rows: list[list[int]], scale: float) -> None:
    """By the determinants of the paper: sixteenths are exact, so their sign can be told from exact integers."""
    inputs = np.array(rows) / 16.0
    leading = [_determinant([[16 * (i == j) - rows[i][j] for j in range(n)] for i in range(n)]) for n in (1, 2, 3)]
    powers = np.array([1.0, scale, scale * scale])
    economy = no.build_economy(
        goods=["a", "b", "c"],
        inputs=inputs * powers[:, None] / powers,
        resources=["l"],
        resource_use=np.ones((1, 3)),
        targets=np.ones(3),
    )
    found = by_check(economy)["productive"]
    assert all(finding.passed for finding in found) == (min(leading) > 0), (leading, found)


def _determinant(rows: list[list[int]]) -> int:
    if len(rows) == 1:
        return rows[0][0]
    return sum(
        (-1) ** k * rows[0][k] * _determinant([row[:k] + row[k + 1 :] for row in rows[1:]]) for k in range(len(rows))
    )


@pytest.mark.parametrize("table", ["initial_stocks", "capital_pool"])
def test_what_is_on_hand_makes_more_reachable_never_less(table: str) -> None:
    lacking = sound(
        goods=["corn", "iron"], outputs=[[1.0, 0.0], [0.0, 0.0]], capital=None, initial_capital=None, depreciation=None
    )
    assert "targets reachable" in failed(lacking)
    served = lacking.with_changes(initial_stocks=[0.0, 1.0])
    assert "targets reachable" not in failed(served)
    tied = sound(initial_capital=np.zeros((2, 2)))
    assert "targets reachable" in failed(tied)
    assert "targets reachable" not in failed(tied.with_changes(capital_pool=[0.0, 1.0]))
    assert table in TABLES


def test_stocks_can_be_built_only_where_there_is_a_second_period() -> None:
    """Iron tied up in growing corn is built first; with one period there is no first."""
    tied = {"capital": [[0.0, 0.0], [1.0, 0.0]], "initial_capital": np.zeros((2, 2)), "depreciation": None}
    assert "targets reachable" in failed(sound(**tied))
    assert "targets reachable" not in failed(sound(**tied, periods=2, inputs=[[0.2, 0.0], [0.1, 0.3]]))


@pytest.mark.parametrize(
    ("matrix", "identity"),
    [
        (np.eye(3), True),
        (np.eye(3)[[1, 0, 2]], False),
        (2 * np.eye(3), False),
        (np.eye(3)[:, :2], False),
        (np.eye(3) + np.eye(3, k=1), False),
        (np.diag([1.0, 0.0, 1.0]), False),
    ],
)
def test_the_identity_is_told_from_what_is_like_it(matrix: np.ndarray, identity: bool) -> None:
    assert is_identity(sp.csr_array(matrix)) == identity


# ---- what is assumed, and what is furthest from one -------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_table", "silent", "made"),
    [
        ("initial_capital", "depreciation", lambda: np.ones((2, 2))),
        ("capital_orders", "depreciation", lambda: np.ones((2, 2))),
        ("capital_pool", "pool_depreciation", lambda: np.ones(2)),
        ("renewable_stocks", "regrowth_rates", lambda: np.ones(1)),
    ],
)
def test_a_silent_default_is_said_only_where_it_matters(
    given_table: str, silent: str, made: Callable[[], np.ndarray]
) -> None:
    bare = sound(capital=None, initial_capital=None, depreciation=None)
    assert assumed(bare) == ()
    (sentence,) = assumed(
        bare.with_changes(**{given_table: {"1": made()} if given_table == "capital_orders" else made()})
    )
    assert sentence.startswith(f"{silent!r} is not given, so {TABLES[silent].missing.words} is taken: ")
    shape = tuple(len(bare.axes[axis]) for axis in TABLES[silent].axes)
    told = bare.with_changes(**{silent: np.zeros(shape)})
    assert assumed(told) == ()


def test_the_same_sentence_is_not_said_twice() -> None:
    economy = sound(depreciation=None, capital_orders={"1": np.ones((2, 2))})
    assert len(assumed(economy)) == 1


@FEW
@given(st.integers(0, 10**5), st.sampled_from([-250, -30, 40, 300]))
def test_the_number_furthest_from_one_is_named_wherever_it_stands(seed: int, power: int) -> None:
    economy = seeded_economy(seed, goods=(2, 6), periods=(2, 3), varying=True)
    rng = np.random.default_rng(seed)
    filled = sorted(
        name
        for name, table in economy.tables.items()
        if table.spec.sign == "non-negative" and list(table.slices.values())[-1].sum() > 0
    )
    name = filled[int(rng.integers(0, len(filled)))]
    table = economy.tables[name]
    key = list(table.slices)[-1]
    part = table.slices[key].copy()
    cells = np.argwhere((part.toarray() if TABLES[name].is_matrix else part) != 0)
    cell = tuple(int(k) for k in cells[int(rng.integers(0, len(cells)))])
    part[cell] = float(f"1e{power}")
    changed = {economy.periods[k]: p for k, p in table.slices.items() if k is not None}
    given_as = part if key is None else {**changed, economy.periods[key]: part}
    said = furthest_number(economy.with_changes(**{name: given_as}))
    row = economy.axes[TABLES[name].axes[0]][cell[0]]
    assert said.startswith(f"{economy.name}: table {name!r}, row {row!r}") and said.endswith(
        f"is {float(f'1e{power}'):g}"
    )


def test_of_an_economy_without_numbers_there_is_no_furthest() -> None:
    nothing = no.build_economy(goods=["a"], inputs=[[0.0]], targets=[0.0])
    assert furthest_number(nothing) == "economy: no number"
    assert furthest_number(nothing.with_changes(targets=[1.0])) == "economy: no number"
