"""The optimum lies between best and bound in every round, whatever the economy is like."""

from __future__ import annotations

import pytest

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.methods.prices.price_coordination import coordinate, solve_by_prices

from .price_economies import hostile_economy

#: What rounds and the simplex method may differ by, relative to the optimum.
CLOSE = 1e-9


def _seeds(plain: int, every: int) -> list[object]:
    return [*range(plain), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(plain, every))]


def encloses(economy: no.Economy) -> None:
    """Hold every round against the certified optimum, and both answers against each other."""
    exact = no.solve(economy, method="simplex", tolerance=CLOSE)
    assert exact.proved, str(exact.certificate)
    found = coordinate(economy, economy.question())
    assert found.claim is Claim.OPTIMAL
    for done in found.rounds:
        assert done.best <= exact.objective * (1 + CLOSE), done
        assert done.bound >= exact.objective * (1 - CLOSE), done
    plan = solve_by_prices(economy, economy.question())
    assert plan.proved, str(plan.certificate)
    assert plan.objective == pytest.approx(exact.objective, rel=plan.certificate.gap + CLOSE)


@pytest.mark.parametrize("seed", _seeds(12, 400))
def test_up_to_three_hundred_goods(seed: int) -> None:
    encloses(hostile_economy(seed, (2, 300)))


@pytest.mark.parametrize(("seed", "goods"), [(51, (2, 300)), (1027, (300, 2000))])
def test_a_good_of_no_value_that_comes_to_have_some(seed: int, goods: tuple[int, int]) -> None:
    """Systems were not solved where an estimate of nearly nothing was far below what the good now needs."""
    encloses(hostile_economy(seed, goods))


@pytest.mark.parametrize("seed", [pytest.param(s, marks=() if s < 1003 else pytest.mark.exhaustive)
                                  for s in range(1000, 1100)])  # fmt: skip
def test_hundreds_and_thousands_of_goods(seed: int) -> None:
    """Where systems are solved by shared steps, and prices found by the local model."""
    encloses(hostile_economy(seed, (300, 2000)))
