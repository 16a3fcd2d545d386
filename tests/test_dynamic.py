"""Every table of time in random combinations: one law in three spellings, the same in other units, and valuations that
stand between what one more brings and what one less costs."""

from __future__ import annotations

import numpy as np
import pytest

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.base.status import Status
from natura_opt.proof.session import Session

from .dynamic_economies import OBJECTIVES, PARTS, dynamic_economy
from .seeded import in_other_units
from .spellings import difference, spelled

SEEDS = [
    *range(8),
    *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(8, 300)),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_three_spellings_are_one_law(seed: int) -> None:
    economy = dynamic_economy(seed)
    written = spelled("matrix", economy)
    for spelling in ("pyomo", "cvxpy"):
        assert difference(written, spelled(spelling, economy)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plan_is_proved_and_the_same_in_other_units(seed: int) -> None:
    economy = dynamic_economy(seed)
    plan = no.solve(economy)
    assert plan.status in (Status.OPTIMAL, Status.INFEASIBLE)  # which are said with a proof alone
    rng = np.random.default_rng([seed, 5])
    goods, techniques, resources = (
        2.0 ** rng.integers(-13, 14, len(axis)) for axis in (economy.goods, economy.techniques, economy.resources)
    )
    told = no.solve(in_other_units(economy, goods, techniques if economy.has("outputs") else None, resources))
    assert told.status is plan.status
    if plan.status is Status.OPTIMAL:
        assert told.objective == pytest.approx(plan.objective, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_valuation_stands_between_what_one_more_brings_and_one_less_costs(seed: int) -> None:
    """By solving again with one side of one row moved; of the rows, those that laws give a kind."""
    plan = no.solve(dynamic_economy(seed, whole=False))
    if plan.status is not Status.OPTIMAL:
        return
    program, rng = plan.program, np.random.default_rng([seed, 7])
    towards = 1.0 if program.sense == "max" else -1.0
    blocks = [block for block in program.rows if getattr(block.declared, "kind", "")]
    asked = [block for block in blocks if len(block.index)]
    with Session(program, SolveOptions()) as session:
        for block in (asked[k] for k in rng.choice(len(asked), min(4, len(asked)), replace=False)):
            at = int(rng.integers(len(block.index)))
            row = block.start + at
            side = program.row_lower[row] if np.isfinite(program.row_lower[row]) else program.row_upper[row]
            if not np.isfinite(side):
                continue
            step = 1e-5 * max(abs(side), 1.0)
            found = []
            for by in (step, -step):
                session.change_rhs(block.name, side + by, [block.index[at]])
                verdict = session.solve()
                found.append(verdict.certificate.objective if verdict.status is Status.OPTIMAL else -towards * np.inf)
            session.change_rhs(block.name, side, [block.index[at]])
            more, less = (towards * (objective - plan.objective) / step for objective in found)
            valuation = towards * plan.dual[row]
            slack = 1e-8 * max(abs(plan.objective), 1.0) / step + 1e-6 * abs(valuation)
            assert more - slack <= valuation <= -less + slack, (block.name, block.index[at])


def test_the_seeds_use_every_part_and_every_objective_and_most_have_a_plan() -> None:
    economies = [dynamic_economy(seed) for seed in range(60)]
    used = set().union(*(economy.tables for economy in economies))
    speaking = {
        "period_length", "period_weights", "inputs_ahead", "resource_use_ahead", "prepared_activities",
        "least_activities", "exhaustible_stocks", "renewable_stocks", "regrowth_rates", "renewable_capacity",
        "labour_force", "labour_entering", "labour_leaving", "training", "import_limits", "export_limits",
        "import_prices", "export_prices", "foreign_exchange", "shifting", "shifting_use", "service_life",
        "retirements", "investment_units", "storage", "storage_capacity", "salvage_values", "pollutant_stocks",
        "pollutant_decay", "pollutant_stock_caps", "stock_damage_weights", "damage_weights", "baskets", "populations",
    }  # fmt: skip
    assert speaking <= used
    assert {economy.question().objective for economy in economies} == set(OBJECTIVES)
    assert len(PARTS) == 17
