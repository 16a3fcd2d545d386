"""Whether an economy is productive: decided with a proof either way, against exact rational arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.checks import spectral_radius
from natura_opt.input_output.block_verdict import judge_block
from natura_opt.input_output.directed import exact_surplus
from natura_opt.input_output.productivity import judge_productivity
from natura_opt.input_output.solve import METHODS, leontief
from natura_opt.input_output.unproductive import UndecidedError, UnproductiveError

from .hostile_inputs import chained, corner, hostile_inputs, rational, ring, staircase, truly_productive

#: Productive economies that were called unproductive.
PRODUCTIVE = {
    "ring of 100 at .9 in units 1e-8 to 1e8": ring(100, 0.9, 1),
    "20 goods, 5 above the diagonal and .5 on it": staircase(20),
    "150 goods, 2 above the diagonal, .9 2^-149 in the corner": corner(),
    "20 chained blocks at .99": chained(20, 10, 1),
    "40 chained blocks at .99": chained(40, 20, 2),
}


def outcome(inputs: np.ndarray, method: str, transpose: bool, demand: np.ndarray) -> str:
    """Solve, and say how it ended; the proof of what is said is checked on the way."""
    try:
        found = leontief(sp.csr_array(inputs), demand, method=method, transpose=transpose, max_passes=300)
    except UndecidedError as error:
        assert "undecided" in str(error)
        return {True: "productive, no answer", None: "undecided"}[error.productive]
    except UnproductiveError as error:
        assert error.least >= 1.0 and error.radius >= 1.0
        assert "not productive" in str(error)
        return "unproductive"
    left, _ = exact_surplus(sp.csr_array(inputs.T), found.witness.prices)
    assert (left > 0).all()
    return "proved" if found.proved else "not proved"


def judged_rightly(seed: int) -> str:
    """Hold every verdict on the economy of a seed against the exact one; return how the solve ended."""
    inputs, rng = hostile_inputs(seed), np.random.default_rng(seed)
    truth = truly_productive(inputs)
    found = judge_productivity(sp.csr_array(inputs))
    assert found.productive in (truth, None), (seed, truth, found.verdict)
    assert found.productive is None or (found.radius < 1.0) == truth
    assert (spectral_radius(sp.csr_array(inputs))[0] < 1.0) == truth or found.productive is None
    method = ("auto", *METHODS)[int(rng.integers(len(METHODS) + 1))]
    ended = outcome(inputs, method, bool(seed % 2), rng.random(len(inputs)))
    assert ended in (("proved", "not proved", "productive, no answer") if truth else ("unproductive",)) or (
        ended == "undecided"
    ), (seed, truth, ended)
    return ended if found.productive is not None else "undecided"


# ---- the known cases -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["auto", "lu", "gmres", "bicgstab", "block-triangular"])
@pytest.mark.parametrize("name", PRODUCTIVE)
def test_productive_economies_are_answered(name: str, method: str) -> None:
    inputs = PRODUCTIVE[name]
    for transpose in (False, True):
        found = leontief(sp.csr_array(inputs), np.ones(len(inputs)), method=method, transpose=transpose)
        assert found.proved or (name.startswith("150") and method in ("gmres", "bicgstab"))
        assert (found.witness.prices > 0).all() and (found.witness.margins > 0).all()


def test_the_long_chain_that_a_tiny_coefficient_closes() -> None:
    radius, block = spectral_radius(sp.csr_array(corner()))
    assert radius == pytest.approx(0.9 ** (1 / 150), rel=1e-12)
    assert len(block) == 150


@pytest.mark.parametrize("name", PRODUCTIVE)
def test_checks_say_so_too(name: str) -> None:
    inputs = PRODUCTIVE[name]
    economy = no.build_economy(inputs=sp.csr_array(inputs), targets=np.ones(len(inputs)))
    (finding,) = [finding for finding in no.check(economy) if finding.check == "productive"]
    assert finding.passed and "Hawkins-Simon holds" in finding.message


@pytest.mark.parametrize("seed", range(50))
def test_verdicts_are_those_of_rational_arithmetic(seed: int) -> None:
    judged_rightly(seed)


@pytest.mark.exhaustive
def test_verdicts_are_those_of_rational_arithmetic_by_the_thousands() -> None:
    ended: dict[str, int] = {}
    for seed in range(50, 5050):
        how = judged_rightly(seed)
        ended[how] = ended.get(how, 0) + 1
    assert ended.get("undecided", 0) == 0, ended


# ---- at one ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inputs",
    [
        np.array([[1.0]]),
        np.array([[0.5, 0.25], [0.5, 0.75]]),
        ring(100, 1.0, 0, 0.0),
        np.full((64, 64), 1 / 64),
        np.array([[0.0, 2.0**-40], [2.0**40, 0.0]]),
    ],
    ids=["alone", "columns", "ring", "full", "units"],
)
def test_exactly_one_is_seen(inputs: np.ndarray) -> None:
    verdict = judge_productivity(sp.csr_array(inputs)).verdict
    assert verdict.productive is truly_productive(inputs) is False
    with pytest.raises(UnproductiveError, match="not productive"):
        leontief(sp.csr_array(inputs), np.ones(len(inputs)))
    assert verdict.least == verdict.most == 1.0


def test_a_large_closed_economy_is_seen_to_be_at_one() -> None:
    """Columns of 2,000 goods that sum to one exactly, too many for rational arithmetic."""
    rng = np.random.default_rng(0)
    size = 2_000
    rows = rng.integers(size, size=(size, 16))
    inputs = sp.csr_array((np.full(size * 16, 1 / 16), (rows.ravel(), np.repeat(np.arange(size), 16))), (size, size))
    with pytest.raises(UnproductiveError, match="exactly 1"):
        leontief(inputs, np.ones(size))


def test_what_no_double_shows_is_called_undecided_and_not_unproductive() -> None:
    """Sraffa's table, in doubles: rational arithmetic sees 1e-18 of a surplus that no prices in doubles can show."""
    inputs = np.array([[240, 90, 120], [12, 6, 3], [18, 12, 30]]) / np.array([450.0, 21.0, 60.0])
    assert truly_productive(inputs)
    with pytest.raises(UndecidedError, match="undecided what serves a demand, although the economy is productive") as e:
        leontief(sp.csr_array(inputs), np.ones(3))
    assert e.value.productive is True and e.value.least <= 1.0


def test_prices_that_no_double_holds_are_called_that() -> None:
    with pytest.raises(UndecidedError, match="span more than double precision holds") as caught:
        leontief(sp.csr_array(staircase(800)), np.ones(800))
    assert caught.value.productive is True
    assert leontief(sp.csr_array(staircase(300)), np.eye(300)[0]).proved


# ---- the proofs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_bounds_of_a_block_hold_exactly(seed: int) -> None:
    """Collatz and Wielandt's ratios of the vector found, in rational numbers, lie within the bounds stated."""
    rng = np.random.default_rng(seed)
    inputs = rng.random((6, 6)) * 10.0 ** rng.uniform(-3, 3, (6, 6))
    verdict = judge_block(sp.csr_array(inputs))
    vector = [r * 2 ** int(k) if k >= 0 else r / 2 ** int(-k) for r, k in zip(
        rational(verdict.vector), verdict.exponents.tolist(), strict=True)]  # fmt: skip
    entries = rational(inputs)
    ratios = [
        sum((entries[6 * i + j] * vector[j] for j in range(6)), start=0 * vector[0]) / vector[i] for i in range(6)
    ]
    low, high = rational([verdict.least, verdict.most])
    assert low <= max(ratios) and high >= min(ratios)
    assert high >= max(ratios) or verdict.productive is not True
    assert low <= min(ratios) or verdict.productive is not False
    assert verdict.radius == pytest.approx(np.abs(np.linalg.eigvals(inputs)).max(), rel=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_signs_of_what_is_left_over_are_exact(seed: int) -> None:
    """Terms over 2000 binary orders of magnitude; what is charged only makes the bounds more cautious."""
    rng = np.random.default_rng(seed)
    inputs = np.ldexp(rng.random((8, 8)), rng.integers(-1000, 900, (8, 8)))
    vector, exponents = rng.uniform(0.5, 1.0, 8), rng.integers(-2000, 2000, 8)
    below, _ = exact_surplus(sp.csr_array(inputs), vector, exponents)
    above, _ = exact_surplus(sp.csr_array(inputs), vector, exponents, at_least=False)
    entries, parts = rational(inputs), rational(vector)
    two = parts[0] * 0 + 2
    x = [part * two ** int(k) for part, k in zip(parts, exponents, strict=True)]
    for i in range(8):
        exact = x[i] - sum((entries[8 * i + j] * x[j] for j in range(8)), start=0 * x[0])
        assert not (below[i] > 0 and exact <= 0)
        assert not (above[i] <= 0 and exact > 0)


def test_a_thousand_blocks_upstream_of_each_other() -> None:
    """Reducible, and sound: the radius is the blocks', whatever they take from each other."""
    rng = np.random.default_rng(3)
    inputs = sp.csr_array(chained(150, 4, 3))
    order = rng.permutation(600)
    turned = sp.csr_array(inputs[order][:, order])
    assert judge_productivity(turned).radius == pytest.approx(0.99, rel=1e-9)
    try:
        assert leontief(turned, np.eye(600)[0]).witness is not None
    except UndecidedError as error:  # prices may rise a million times from block to block
        assert error.productive is True
