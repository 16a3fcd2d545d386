"""What tables and questions over time cannot say: every refusal tells what is wrong, where, and what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no

from .by_hand import FARM, HANDS, HELD, TOOLS, WAYS

INF = np.inf
TWO: dict[str, Any] = {**HANDS, "resources": ["labour", "oil"], "resource_use": [[1.0], [1.0]]}
POOL: dict[str, Any] = {name: table for name, table in HELD.items() if name not in ("initial_capital", "depreciation")}
POOL["capital_pool"] = [4.0]


def economy(tables: dict[str, Any], objective: str = "fulfilment", **settings: Any) -> no.Economy:
    return no.build_economy(name="tiny", questions={"default": no.Question(objective, settings)}, **tables)


def refusal(tables: dict[str, Any], objective: str = "fulfilment", **settings: Any) -> str:
    """Return the words in which a question is refused, by one line and before anything is solved."""
    with pytest.raises(no.QuestionError) as error:
        no.solve(economy(tables, objective, **settings))
    words = str(error.value)
    assert "\n" not in words and "nan" not in words.lower()
    return words


def said(words: str, *parts: str) -> None:
    """Hold that every part is said, in this order: what and where first, what to do last."""
    at = 0
    for part in parts:
        assert part in words[at:], (part, words)
        at = words.index(part, at) + len(part)


# ---- stocks of resources ------------------------------------------------------------------------------------
STOCKS = {
    "exhaustible_stocks": [5.0, INF],
    "renewable_stocks": [5.0, INF],
    "labour_force": [5.0, INF],
}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("exhaustible_stocks", "renewable_stocks"),
        ("exhaustible_stocks", "labour_force"),
        ("renewable_stocks", "labour_force"),
    ],
)
def test_a_resource_stands_in_one_stock(one: str, other: str) -> None:
    words = refusal({**TWO, one: STOCKS[one], other: STOCKS[other]})
    said(words, "tiny: 'labour' cannot stand both in", "give one of them as infinite, or two resources")
    assert repr(one) in words and repr(other) in words and "'oil'" not in words
    apart = {**TWO, one: STOCKS[one], other: STOCKS[other][::-1]}
    assert no.solve(economy(apart)).proved


@pytest.mark.parametrize(
    ("table", "given"), [("labour_entering", [0.0, 2.0]), ("training", [[0.0], [0.5]]), ("training", [[0.0], [-0.5]])]
)
def test_labour_comes_of_a_kind_that_there_is(table: str, given: Any) -> None:
    words = refusal({**TWO, "labour_force": [5.0, INF], table: given})
    said(words, f"tiny: {table!r} is of 'oil'", "'labour_force'", "0 if none")
    there = {**TWO, "labour_force": [5.0, 0.0], table: np.abs(given)}
    assert no.solve(economy(there)).proved


def test_regrowth_is_a_number() -> None:
    wood = {**HANDS, "renewable_stocks": [5.0], "regrowth_rates": [1.0]}
    words = refusal({**wood, "period_length": [1.0, 2000.0]})
    said(words, "tiny: 'regrowth_rates' of 'labour' over the 2000 years of b", "rates per year", "or shorter periods")
    assert no.solve(economy(wood)).proved


# ---- capital ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("life", [0.0, 0.5, 1.5])
def test_a_service_life_is_whole_periods(life: float) -> None:
    words = refusal({**HELD, "service_life": [life]})
    said(words, "tiny: table 'service_life' gives 'corn' a life that is no whole number", "1 or more", "(inf)")


def test_no_more_is_retired_than_there_was() -> None:
    words = refusal({**HELD, "retirements": {"a": [[2.0]], "b": [[3.0]]}})
    said(words, "table 'retirements' retires more of", "corn", "than 'initial_capital' holds", "retire no more")
    assert no.solve(economy({**HELD, "retirements": {"a": [[2.0]], "b": [[2.0]]}})).proved


@pytest.mark.parametrize(
    ("table", "given", "words"),
    [
        ("retirements", {"b": [[1.0]]}, ["'retirements' speaks of stocks held by techniques", "remove one of them"]),
        ("shifting", [0.5], ["'shifting' moves stocks", "'capital_pool' may be used by any", "remove one of them"]),
        ("depreciation", [[0.1]], ["'depreciation' does not go with", "remove one of them"]),
        ("capital_orders", {"b": [[1.0]]}, ["'capital_orders' does not go with", "remove one of them"]),
    ],
)
def test_a_pool_is_nobodys(table: str, given: Any, words: list[str]) -> None:
    said(refusal({**POOL, table: given}), "tiny: table", *words)
    assert no.solve(economy(POOL)).objective == 8.0


def test_capital_is_held_by_techniques_or_by_all() -> None:
    both = refusal({**HELD, "capital_pool": [1.0]})
    neither = refusal({name: table for name, table in POOL.items() if name != "capital_pool"})
    for words in (both, neither):
        said(words, "table 'capital' needs either 'initial_capital'", "or 'capital_pool'", "and not both")
    said(refusal({**HELD, "pool_depreciation": [0.1]}), "'pool_depreciation' does not go with", "remove one of them")


def test_moving_what_never_arrives_is_refused() -> None:
    labour = {"resources": ["labour"], "resource_use": [[0.0, 0.0]], "resource_limits": [2.0]}
    words = refusal({**TOOLS, **labour, "shifting": [0.5, 0.0], "shifting_use": [[0.0, 1.0]]})
    said(
        words, "tiny: table 'shifting_use' says what moving 'tool' takes", "nothing would arrive", "give in 'shifting'"
    )


# ---- trade --------------------------------------------------------------------------------------------------
TRADES = [
    ({"foreign_exchange": [1.0, 1.0]}, ["'foreign_exchange' says", "nothing can be", "give 'import_prices' or"]),
    ({"import_prices": [1.0], "export_prices": {"a": [1.0], "b": [2.0]}},
     ["'export_prices' pays more for 'corn' in b", "no export price may exceed"]),
    ({"import_limits": [1.0]}, ["'corn' can be imported and cost nothing in a", "'import_prices' a price above 0",
                                "0 in 'import_limits'"]),
    ({"export_limits": [1.0]}, ["'corn' can be exported and earn nothing in a", "'export_prices' a price above 0",
                                "0 in 'export_limits'"]),
    ({"import_prices": {"a": [1.0], "b": [0.0]}},
     ["'corn' can be imported and cost nothing in b", "a price in every period, or give 'import_limits'"]),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "words"), TRADES, ids=lambda value: "+".join(value))
def test_trade_has_prices_and_is_no_free_lunch(tables: dict[str, Any], words: list[str]) -> None:
    said(refusal({**FARM, **tables}), "tiny:", *words)


@pytest.mark.parametrize(
    "tables",
    [
        {"import_prices": {"a": [1.0], "b": [0.0]}, "import_limits": {"a": [1.0], "b": [0.0]}},
        {"import_prices": [1.0], "export_prices": [1.0]},
        {"import_prices": [1.0], "export_prices": [2.0], "export_limits": [0.0]},
    ],
)
def test_what_is_next_to_that_is_asked(tables: dict[str, Any]) -> None:
    assert no.solve(economy({**FARM, **tables})).objective >= 20.0 - 1e-9


# ---- plants and running -------------------------------------------------------------------------------------
PLANTS = [
    ({"plant_capacity": {"a": [5.0], "b": [INF]}}, ["'plant_capacity' gives 'corn'", "in some periods and none in",
                                                    "one in every period"]),
    ({**WAYS, "plant_capacity": [5.0, INF], "plants": [2.0, 2.0]},
     ["table 'plants' speaks of plants of 'bad'", "give 'plant_capacity'"]),
    ({**WAYS, "plant_capacity": [5.0, INF], "plant_inputs": [[0.0, 1.0]]},
     ["table 'plant_inputs' speaks of", "'bad'", "give 'plant_capacity'"]),
    ({"minimum_scale": [2.0]}, ["'minimum_scale' needs a highest level of activity of 'corn'", "'activity_limits'"]),
    ({"start_up_inputs": [[1.0]]}, ["'start_up_inputs' needs a highest level of activity", "give 'activity_limits'"]),
    ({"minimum_scale": [2.0], "activity_limits": {"a": [9.0], "b": [INF]}}, ["'corn'", "give 'activity_limits'"]),
    ({"start_up_inputs": [[1.0]], "activity_limits": [9.0], "running_before": [0.5]},
     ["'running_before' says whether 'corn' ran", "give 1 or 0"]),
    ({"minimum_scale": [2.0], "activity_limits": [9.0], "start_up_inputs": [[0.0]], "running_before": [1.0]},
     ["'running_before' speaks of 'corn', whose start takes no goods", "give 'start_up_inputs', or 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "words"), PLANTS, ids=lambda value: " ".join(value)[:60])
def test_plants_and_starts_are_said_in_full(tables: dict[str, Any], words: list[str]) -> None:
    said(refusal({**FARM, **tables}), "tiny:", *words)


# ---- the end ------------------------------------------------------------------------------------------------
ENDS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    (FARM, {"terminal": "keep"}, ["terminal = 'keep' speaks of stocks", "none of the tables 'capital', 'storage'",
                                  "ask with terminal = 'none'"]),
    (FARM, {"terminal": "growth"}, ["terminal = 'growth' speaks of stocks", "terminal = 'none'"]),
    (HELD, {"terminal": "salvage"}, ["terminal = 'salvage' needs the table 'salvage_values'",
                                     "natura_opt.salvage_values(plan)"]),
    ({**HELD, "salvage_values": [1.0]}, {"terminal": "keep"}, ["does not use the table 'salvage_values'", "remove it",
                                                               "leave_out = ['salvage_values']"]),
    (HELD, {"terminal": "keep", "terminal_growth": 0.1}, ["terminal_growth goes with terminal = 'growth'", "'keep'",
                                                          "leave terminal_growth out"]),
    (HELD, {"terminal_growth": 0.1}, ["terminal_growth goes with", "is 'none'", "leave terminal_growth out"]),
    (HELD, {"terminal": "growth", "terminal_growth": 1e300}, ["terminal_growth = 1e+300 a year over 2 years",
                                                              "more than any number", "give a rate per year"]),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "settings", "words"), ENDS)
def test_the_end_is_asked_for_where_something_lasts(
    tables: dict[str, Any], settings: dict[str, Any], words: list[str]
) -> None:
    said(refusal(tables, **settings), "tiny:", *words)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"terminal": "kep"}, ["unknown terminal 'kep'", "did you mean 'keep'?", "growth, keep, none, salvage"]),
        ({"terminal": 1}, ["terminal", "1"]),
        ({"terminl": "keep"}, ["'terminl'", "did you mean 'terminal'?"]),
        ({"terminal": "growth", "terminal_growth": -0.1}, ["terminal_growth must be a number of at least 0", "-0.1"]),
        ({"discount_factor": 0.0}, ["discount_factor must be a number above 0 and at most 1", "0"]),
        ({"discount_factor": 1.01}, ["discount_factor must be a number above 0 and at most 1", "1.01"]),
        ({"discount_factor": float("nan")}, ["discount_factor must be a number"]),
        ({"discount_factor": "half"}, ["discount_factor must be a number", "'half'"]),
    ],
)
def test_settings_of_time_are_checked(settings: dict[str, Any], words: list[str]) -> None:
    with pytest.raises((no.QuestionError, no.SettingError)) as error:
        no.solve(economy(HELD, **settings))
    said(str(error.value), *words)


@pytest.mark.parametrize("objective", ["assortment", "max-min", "leximin"])
def test_what_says_nothing_under_an_objective_is_refused(objective: str) -> None:
    said(
        refusal(FARM, objective, discount_factor=0.9), "discount_factor says nothing", objective, "out of the question"
    )
    assert "period_weights" in refusal({**FARM, "period_weights": [1.0, 2.0]}, objective)


@pytest.mark.parametrize(
    ("table", "given"),
    [
        ("period_length", [1.0, 0.0]), ("period_length", [1.0, -1.0]), ("period_length", [1.0, INF]),
        ("storage", [1.5]), ("labour_leaving", [-0.1]), ("pollutant_decay", [2.0]), ("investment_lag", [0.0]),
        ("investment_lag", [1.5]), ("least_activities", [-1.0]), ("exhaustible_stocks", [-1.0]),
    ],
)  # fmt: skip
def test_numbers_of_the_wrong_sign_are_told_with_their_table_and_row(table: str, given: Any) -> None:
    more = {"pollutants": ["soot"]} if table == "pollutant_decay" else {}
    with pytest.raises(no.DataError) as error:
        economy({**HELD, **(FARM if "labour" in table or "exhaust" in table else {}), **more, table: given})
    said(str(error.value), "tiny: table", repr(table), f"{given[-1]:g}", "; ")


# ---- planners, sweeps and values of stocks ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({}, "no point"),
        ({"floor": []}, "no point"),
        ({"floor": "01"}, "sweep: floor: give a list of values"),
        ({"floor": 0.5}, "sweep: floor: give a list of values"),
        ({"floor": [0.0, "much"]}, "is a number and .* is a text; give one kind"),
        ({"floor": [None]}, "neither a number nor a text"),
        ({"floor": [10**400]}, "too large"),
        ({"targets": {"corn": [1.0]}, "targets.corn": [2.0]}, "'targets.corn' is given twice"),
        ({"targets.corn": [1.0], "targets.corn@b": [2.0]}, "turn the same entry; leave one of them out"),
        ({"targets.crn": [1.0]}, "unknown entry 'crn'; did you mean 'corn'"),
        ({"targets.corn@c": [1.0]}, "unknown period 'c'"),
        ({"tragets.corn": [1.0]}, "unknown table 'tragets'; did you mean 'targets'"),
        ({"capital": [1.0]}, "say which entry: capital.ROW.COLUMN"),
        (7, "give values by name, or a frame of points, not 7"),
    ],
)
def test_a_sweep_says_what_it_cannot_turn(over: Any, words: str) -> None:
    with pytest.raises(no.NaturaError, match=words):
        no.sweep(economy(HELD), over, cores=1)


def test_what_is_turned_is_not_given_besides() -> None:
    with pytest.raises(no.OptionError, match="sweep: 'floor' is turned and given as well; leave one of them out"):
        no.sweep(economy(HELD), {"floor": [0.0, 1.0]}, cores=1, floor=0.5)


def test_a_planner_says_when_it_cannot() -> None:
    with pytest.raises(no.OptionError, match="a plan is of one period at least, not of 0"):
        no.Planner(economy(HELD), window=0)
    with no.Planner(economy(HELD)) as planner, pytest.raises(no.OptionError, match="solve, and then advance"):
        planner.advance()
    with pytest.raises(no.OptionError, match="closed; open another one"):
        planner.solve()


def test_values_of_stocks_are_of_a_period_and_a_plan() -> None:
    plan = no.solve(economy(HELD))
    with pytest.raises(no.QuestionError, match=r"tiny: unknown period 'd'; .*Known: a, b"):
        no.salvage_values(plan, "d")
    nothing = no.solve(economy({**HELD, "targets": [1.0]}, floor=9.0))
    with pytest.raises(no.NotProvedError, match="infeasible"):
        no.salvage_values(nothing)
