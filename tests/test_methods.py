"""Methods as records: what each says of itself is so, settings are checked alike, refusals are sentences."""

from __future__ import annotations

import tempfile
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.backends.options import METHODS as WAYS
from natura_opt.base.errors import CannotAnswerError, OptionError, SettingError
from natura_opt.base.settings import Flag, Given, NoSettings, OneOf, Real, Settings, Whole
from natura_opt.cli.app import app
from natura_opt.comparison.comparing import COMPARABLE
from natura_opt.economy.makers import NONE, Makers
from natura_opt.laws.capital_course import stocks_over_time
from natura_opt.laws.holdings import Holdings
from natura_opt.methods.history.settings import Settings1990, Settings2018
from natura_opt.methods.linear import BACKENDS
from natura_opt.methods.method import OF_HIGHS, Common
from natura_opt.methods.registry import METHODS, ask, chosen_for, method_named, told_apart
from natura_opt.methods.solve import PARAMETERS
from natura_opt.objectives import OBJECTIVES

from .seeded import seeded_economy
from .test_harmony import small

LEAST: dict[str, Any] = {"objective": "least-resources", "resource_weights": [1.0]}
#: An economy that every method answers, under its objective.
ANSWERED: dict[str, dict[str, Any]] = {"fixed-point": LEAST, "lahiri": LEAST}
#: For every setting of every method: a value it takes, and values it must refuse.
VALUES: dict[tuple[str, str], tuple[Any, list[Any]]] = {
    ("fixed-point", "max_passes"): (500, [0, -1, 2.5, True, "many"]),
    ("lahiri", "iteration"): ("newton", ["picard", 1, None]),
    ("lahiri", "start"): ("demand", ["plan", 0, None]),
    ("lahiri", "max_passes"): (500, [0, -1, 2.5, True, "many"]),
    ("prices", "max_rounds"): (50, [0, -1, 2.5, True, "many"]),
    ("prices", "checkpoint"): (str(Path(tempfile.mkdtemp()) / "rounds"), [3, True, "", b""]),
    ("prices", "cluster"): ("tcp://127.0.0.1:8786", [3, True, "", b""]),
    ("harmony", "max_iterations"): (20_000, [0, -1, 2.5, True, "many"]),
    ("harmony-tangents", "max_rounds"): (20, [0, -1, 2.5, True, "many"]),
    ("harmony-1990", "version"): (3, [4, 0, True, "2", 2.0]),
    ("harmony-1990", "scale"): ("absolute", ["log", 1, None]),
    ("harmony-1990", "seed"): (7, [-1, 1.5, "x"]),
    ("harmony-1990", "start"): (np.array([[60.0, 20.0]]), []),
    ("harmony-1990", "iterations"): (3, [-1, 1.5, True]),
    ("harmony-1990", "amplification"): (0.5, [-0.1, float("nan"), float("inf"), "x"]),
    ("harmony-1990", "noise"): (0.0, [-0.1, float("nan"), "x"]),
    ("harmony-1990", "cooling"): (0.5, [1.0, -0.1, float("nan"), "x"]),
    ("harmony-1990", "whole_stocks"): (True, [1, "yes", None]),
    ("harmony-2018", "rounds"): (3, [-1, 1.5, True]),
    ("harmony-2018", "temperature"): (0.1, [0.0, 1.5, float("nan"), "x"]),
    ("harmony-2018", "base_year"): (np.array([5.0, 5.0]), []),
}


def asked_of(method: str, **settings: Any) -> no.Plan:
    """Ask a method what it answers."""
    objective = "harmony" if METHODS[method].answers(OBJECTIVES["harmony"]) else None
    return no.solve(small(**ANSWERED.get(method, {})), method=method, objective=objective, **settings)


# ---- records ----------------------------------------------------------------------------------------------


def test_the_registry_knows_every_method_by_its_name() -> None:
    assert list(METHODS) == [method.name for method in METHODS.values()]
    assert [name for name, method in METHODS.items() if method.way] == list(WAYS) == list(METHODS)[: len(WAYS)]
    assert set(COMPARABLE) == {*BACKENDS, *METHODS} - {"auto"}
    for method in METHODS.values():
        assert method.words and "\n" not in method.words and 0 < method.tolerance < 1
        assert method.takes <= {field.name for field in fields(Common)} and (method.takes == OF_HIGHS) == bool(
            method.way
        )
        for name in method.settings.names():
            assert name not in PARAMETERS, f"{method.name}: solve takes {name!r} itself"
        method.read(method.compared)
    with pytest.raises(OptionError, match="unknown method 'harmny'; did you mean 'harmony'"):
        method_named("harmny")


def test_every_setting_of_every_method_is_tried_here() -> None:
    told = {(name, one.name) for name, method in METHODS.items() for one in method.settings.described()}
    assert told == set(VALUES)
    for method in METHODS.values():
        for one in method.settings.described():
            assert one.meaning and one.allowed.words and one.default is not MISSING


@pytest.mark.parametrize(("method", "name"), list(VALUES), ids=lambda part: str(part))
def test_a_setting_is_checked_wherever_it_is_given(method: str, name: str) -> None:
    good, wrong = VALUES[method, name]
    read, usual = getattr(METHODS[method].read({name: good}), name), getattr(METHODS[method].settings(), name)
    assert read is good if np.ndim(good) else read == good != usual
    for value in wrong:
        where = rf"method '{method}'.*{name}" if value is not None else f"{method}"
        with pytest.raises(SettingError, match=where):
            METHODS[method].read({name: value})
        with pytest.raises(SettingError, match=name):
            asked_of(method, **{name: value})
        with pytest.raises(OptionError, match=name):
            no.compare(small(), methods=[method], settings={method: {name: value}})


@pytest.mark.parametrize("method", METHODS)
def test_unknown_settings_are_the_callers_mistake(method: str) -> None:
    with pytest.raises(SettingError, match=f"method '{method}': unknown setting 'sede'"):
        METHODS[method].read({"sede": 1})
    with pytest.raises(SettingError, match=f"method '{method}', objective '.*': unknown setting 'sede'"):
        asked_of(method, sede=1)


@pytest.mark.parametrize(
    ("method", "name"), [key for key in VALUES if key[0] != "harmony-1990" and key[1] != "cluster"], ids=str
)
def test_a_setting_reaches_its_method(method: str, name: str) -> None:
    assert asked_of(method, **{name: VALUES[method, name][0]}).primal is not None


def test_settings_change_what_is_done() -> None:
    """Each record hands its settings on: what they ask for shows."""
    assert asked_of("harmony", max_iterations=40).iterations == 40
    assert "primal-dual" not in asked_of("harmony").harmony.reason
    assert asked_of("harmony-tangents", max_rounds=1).harmony.trace[-1].passes == 1
    assert asked_of("harmony-2018", rounds=3).iterations == 3
    assert asked_of("prices", max_rounds=1).iterations == 1
    slow, fast = asked_of("harmony-2018", temperature=0.01), asked_of("harmony-2018", temperature=0.9)
    assert not np.allclose(slow.primal, fast.primal)
    for name, value in (("version", 3), ("scale", "absolute"), ("iterations", 1)):
        one = asked_of("harmony-1990", **{name: value})
        assert one.harmony.reason != asked_of("harmony-1990").harmony.reason or one.iterations == 1


def test_the_same_checks_guard_the_functions_themselves() -> None:
    from natura_opt.methods.fixed_point.fixed_point import solve_fixed_point
    from natura_opt.methods.harmony.primal_dual import solve_primal_dual
    from natura_opt.methods.harmony.tangents import solve_by_tangents
    from natura_opt.methods.history.harmony_1990 import harmony_1990
    from natura_opt.methods.history.harmony_2018 import harmony_2018
    from natura_opt.methods.prices.price_coordination import solve_by_prices

    from .test_harmony import problem_of

    economy, problem = small(), problem_of(small())
    for call, name in (
        (lambda: solve_fixed_point(small(**LEAST), max_passes=0), "max_passes"),
        (lambda: solve_by_prices(economy, economy.question(), max_rounds=0), "max_rounds"),
        (lambda: solve_primal_dual(problem, max_iterations=0), "max_iterations"),
        (lambda: solve_by_tangents(problem, max_rounds=0), "max_rounds"),
        (lambda: harmony_1990(economy, cooling=1.0), "cooling"),
        (lambda: harmony_2018(economy, rounds=-1), "rounds"),
    ):
        with pytest.raises(OptionError, match=f"{name} must be"):
            call()
    assert Settings1990().version == 1 and METHODS["harmony-1990"].compared == {"version": 2}
    assert Settings2018().rounds == 100


# ---- the mechanism ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "good", "wrong"),
    [
        (Whole(2), [2, np.int64(3), 10**18], [1, 2.0, True, "2", None, float("nan")]),
        (Real(0.0), [0, 0.5, np.float32(1.5), np.int8(3)], [-1e-9, float("inf"), float("nan"), True, "1", 10**400, 1j]),
        (Real(0.0, above=True, most=1.0), [1e-300, 1], [0, 1.0000001, float("nan")]),
        (Real(0.0, below=1.0), [0, 0.999], [1, -0.1]),
        (OneOf((1, 2)), [1, 2], [3, True, "1", 1.0]),
        (OneOf(("a", "b")), ["a"], ["c", 1, ["a"]]),
        (Flag(), [True, False], [1, 0, "true", None]),
    ],
    ids=str,
)
def test_what_is_allowed_is_taken_and_nothing_else(allowed: Any, good: list[Any], wrong: list[Any]) -> None:
    for value in good:
        assert allowed.checked("it", value) == value
    for value in wrong:
        with pytest.raises(OptionError, match="it"):
            allowed.checked("it", value)
    assert allowed.words and allowed.text == isinstance(good[0], str)


def test_a_check_of_ones_own_and_no_settings() -> None:
    even = Given("an even number", lambda name, value: value * 2)
    assert even.checked("it", 3) == 6
    assert NoSettings.names() == () and isinstance(NoSettings.read({}, "x"), Settings)


# ---- which method answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_auto_takes_the_first_that_answers(objective: str) -> None:
    chosen = chosen_for(METHODS["auto"], OBJECTIVES[objective])
    assert chosen.answers(OBJECTIVES[objective])
    assert chosen.name == ("harmony" if OBJECTIVES[objective].concave else "auto")
    assert chosen_for(METHODS["ipm"], OBJECTIVES[objective]) is METHODS["ipm"]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_answers_or_says_why_not(method: str, objective: str) -> None:
    record = METHODS[method]
    needed: dict[str, Any] = {"resource_weights": [1.0]} if OBJECTIVES[objective].weighs_resources else {}
    needed |= {
        "output": {"activity_weights": [1.0, 1.0]},
        "terminal-stocks": {"salvage_values": [1.0, 1.0], "storage": [0.5, 0.5]},
    }.get(objective, {})
    ends = {"terminal": OBJECTIVES[objective].terminal} if OBJECTIVES[objective].terminal else {}
    economy = small(objective=None, questions={"default": no.Question(objective, ends)}, **needed)
    why = record.refuses(economy, economy.question())
    if record.answers(OBJECTIVES[objective]):
        assert why == ""
        assert np.isfinite(no.solve(economy, method=method).primal).all()
        return
    if method == "auto":
        return
    assert f"method '{method}'" in why and repr(objective) in why and "\n" not in why
    with pytest.raises(CannotAnswerError) as refused:
        no.solve(economy, method=method)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("method", "tables", "words"),
    [
        ("fixed-point", {"periods": 2, "storage": [0.9, 0.5]}, "does not take the table 'storage' into account"),
        ("fixed-point", {"initial_stocks": [1.0, 0.0]}, "there are initial stocks"),
        ("fixed-point", {"outputs": [[1.0, 0.2], [0.0, 1.0]]}, "several techniques"),
        ("prices", {"periods": 2}, "plans one period, and there are 2"),
        ("prices", {"outputs": [[1.0, 0.2], [0.0, 1.0]]}, "makes several goods"),
        ("prices", {"pollutants": ["smoke"], "emissions": [[0.1, 0.3]]}, "does not price emissions"),
    ],
)
def test_refusals_are_known_before_anything_is_tried(method: str, tables: dict[str, Any], words: str) -> None:
    economy = small(**tables)
    assert words in METHODS[method].refuses(economy, economy.question())
    with pytest.raises(CannotAnswerError, match=words):
        no.solve(economy, method=method)


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if not method.way])
def test_what_a_method_does_not_take_is_refused(method: str, tmp_path: Path) -> None:
    given = {
        "backend": "pyomo", "solver": "glpk", "certificate": "exact", "extra_laws": [no.ExtraLaw("matrix", print)],
        "verbose": True, "log_file": tmp_path / "log", "time_limit": 60.0, "options": {"threads": 1},
    }  # fmt: skip
    assert set(given) == OF_HIGHS
    for name, value in given.items():
        if name in METHODS[method].takes:
            assert asked_of(method, **{name: value}).primal is not None
        else:
            with pytest.raises(OptionError, match=f"method '{method}' is not HiGHS's and takes no {name}"):
                asked_of(method, **{name: value})
    program = no.linear_program(small())
    with pytest.raises(OptionError, match=f"method '{method}': of economies"):
        no.solve(program, method=method)


def test_options_given_are_those_that_differ() -> None:
    assert Common().given() == [] and Common(tolerance=1e-3).given() == []
    assert Common(time_limit=1.0, backend="pyomo").given() == ["backend", "time_limit"]


def test_settings_are_told_apart_by_the_records() -> None:
    objective, method = OBJECTIVES["harmony"], METHODS["harmony"]
    given = {"function": "2018", "max_iterations": 5}
    assert told_apart(objective, method, given, ()) == ({"function": "2018"}, {"max_iterations": 5})
    with pytest.raises(SettingError, match="unknown setting 'tolerence'; did you mean 'tolerance'"):
        no.solve(small(), tolerence=1e-3)
    both = replace(objective, settings=method.settings)
    with pytest.raises(SettingError, match="both have a setting 'max_iterations'"):
        told_apart(both, method, {"max_iterations": 5}, ())
    with pytest.raises(SettingError, match="unknown setting 'function'"):
        no.solve(no.pyomo_model(small()), function="2018")


def test_a_new_method_is_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does nothing but hand on to another is asked, listed and compared as the others are."""

    def answer(economy: no.Economy, question: no.Question, settings: Any, common: Common) -> no.Plan:
        return replace(ask(METHODS["simplex"], economy, question, {}, common), method="mine")

    mine = replace(METHODS["simplex"], name="mine", way="", takes=frozenset(), answer=answer)
    monkeypatch.setitem(METHODS, "mine", mine)
    plan = no.solve(small(), method="mine").assert_optimal()
    assert plan.method == "mine" and plan.objective == no.solve(small()).objective
    with pytest.raises(OptionError, match="method 'mine' is not HiGHS's and takes no verbose"):
        no.solve(small(), method="mine", verbose=True)


def test_the_command_line_lists_the_records() -> None:
    help_ = " ".join(CliRunner().invoke(app, ["solve", "--help"], env={"COLUMNS": "200"}).stdout.split())
    for name in METHODS:
        assert name in help_
    result = CliRunner().invoke(app, ["solve", "five_year_plan", "--method", "harmony"])
    assert result.exit_code == 2
    assert "method 'harmony' answers the objective 'harmony', and 'fulfilment' is asked" in " ".join(
        result.stderr.split()
    )


def test_comparison_refuses_what_it_cannot_measure_from() -> None:
    with pytest.raises(no.QuestionError, match="methods are compared on a linear question"):
        no.compare(small(), no.Question("harmony"))
    found = no.compare(small(), methods=["highs", "harmony"], settings={"highs": {"certificate": "exact"}})
    assert found.plans["highs"].certificate.bound == "exact"
    assert found.plans["harmony"].question.objective == "harmony" and found.question.objective == "assortment"
    assert [facts["worth"] for facts in found.summary()["methods"]] == ["assortment", "harmony"]


# ---- one reading each -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_who_makes_what_is_read_as_the_table_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outputs = np.where(rng.random((5, 8)) < 0.25, rng.uniform(0.5, 2.0, (5, 8)), 0.0)
    found = Makers.of(outputs)
    assert found.per_good.tolist() == (outputs > 0).sum(axis=1).tolist()
    assert found.per_technique.tolist() == (outputs > 0).sum(axis=0).tolist()
    assert found.joint.tolist() == [j for j in range(8) if (outputs[:, j] > 0).sum() > 1]
    assert found.contested.tolist() == [i for i in range(5) if (outputs[i] > 0).sum() > 1]
    assert found.made.tolist() == [i for i in range(5) if outputs[i].any()]
    goods, amounts = found.product
    for j in range(8):
        made = np.flatnonzero(outputs[:, j])
        if len(made) == 1:
            assert (goods[j], amounts[j]) == (made[0], outputs[made[0], j])
        elif not len(made):
            assert (goods[j], amounts[j]) == (NONE, 0.0)


@pytest.mark.parametrize("seed", range(40))
def test_stocks_forward_in_time_are_those_of_the_plan(seed: int) -> None:
    """What the linear program holds at most, given what it invests, is what forward accounting says there is."""
    economy = seeded_economy(seed, periods=(2, 4))
    if not economy.has("capital"):
        return
    held = Holdings.of(economy)
    plan = no.solve(economy)
    if plan.status is not no.Status.OPTIMAL or not held.count:
        return
    built = plan.investment.to_numpy()
    stocks = stocks_over_time(held, built)
    least = plan.stocks.to_numpy()
    assert (least <= stocks + 1e-7 * (1.0 + np.abs(stocks))).all()
    nothing = stocks_over_time(held)
    assert (nothing <= stocks + 1e-9 * (1.0 + stocks)).all()
    assert nothing[:, 0] == pytest.approx(held.given(0))
    expected = held.given(0)
    for t in range(1, len(economy.periods)):
        expected = held.given(t) + held.surviving(t - 1) * expected
        assert nothing[:, t] == pytest.approx(expected)
