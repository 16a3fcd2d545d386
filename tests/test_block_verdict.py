"""The search for a block's spectral radius: proven bounds at every step, against eigenvalues and fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.input_output import block_verdict as block_verdict_module
from natura_opt.input_output.block_verdict import Verdict, _Search, collatz_wielandt, judge_block
from natura_opt.input_output.productivity import judge_productivity
from natura_opt.input_output.unproductive import error_without_witness, sentence_on

from . import rational


def web(seed: int, size: int = 12, radius: float = 0.8) -> Any:
    """Goods that all need each other, in units over six powers of ten."""
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((size, size)) < 0.3, rng.lognormal(size=(size, size)), 0.0)
    dense[np.arange(size), (np.arange(size) + 1) % size] += 0.1
    unit = 10.0 ** rng.uniform(-3, 3, size)
    return dense * (radius / np.abs(np.linalg.eigvals(dense)).max()) * unit[:, None] / unit


def ratios(dense: Any, verdict: Verdict) -> list[Fraction]:
    """``(B x)_i / x_i`` of the vector that is handed out, in fractions."""
    x = [
        value * Fraction(2) ** int(k)
        for value, k in zip(rational.vector(verdict.vector), verdict.exponents, strict=True)
    ]
    return [top / bottom for top, bottom in zip(rational.times(rational.matrix(dense), x), x, strict=True)]


@pytest.mark.parametrize("radius", [0.3, 0.999, 1 - 1e-9, 1 + 1e-9, 1.5])
@pytest.mark.parametrize("seed", range(4))
def test_verdicts_and_bounds_are_those_of_eigenvalues(seed: int, radius: float) -> None:
    dense = web(seed, radius=radius)
    found = judge_block(sp.csr_array(dense))
    assert found.productive == (radius < 1)
    assert found.radius == pytest.approx(radius, rel=1e-8)
    assert (found.radius < 1) == (radius < 1)
    if found.productive:
        assert max(ratios(dense, found)) < 1
    else:
        assert min(ratios(dense, found)) >= 1


@pytest.mark.parametrize("way", ["_DENSE", "_SPARSE", "none"])
@pytest.mark.parametrize("seed", range(3))
def test_small_thin_and_large_blocks_are_stepped_in_their_own_way_to_the_same(
    seed: int, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dense factors, sparse factors of what is hardly more than a ring, and Krylov steps after a few of power."""
    size = 40
    dense = np.roll(np.eye(size), 1, axis=1) * np.random.default_rng(seed).uniform(0.5, 2, size)
    dense[0, 5] = 0.1
    dense *= 0.9 / np.abs(np.linalg.eigvals(dense)).max()
    if way != "_DENSE":
        monkeypatch.setattr(block_verdict_module, "_DENSE", 3)
    if way == "none":
        monkeypatch.setattr(block_verdict_module, "_SPARSE", 3)
    found = judge_block(sp.csr_array(dense))
    assert found.productive and found.radius == pytest.approx(0.9, rel=1e-6)
    assert max(ratios(dense, found)) <= Fraction(found.most)


@pytest.mark.parametrize("seed", range(6))
def test_the_bounds_of_every_step_hold_in_fractions_and_narrow(seed: int) -> None:
    dense = web(seed, size=7)
    search = _Search(sp.csr_array(dense))
    truth = np.abs(np.linalg.eigvals(dense)).max()
    widths = []
    for step in range(15):
        high = search._bounds(search._in_units())
        parts, exponents = search._parts, search._exponents
        exact = ratios(dense, Verdict(None, 0.0, 0.0, parts, exponents))
        assert max(exact) <= Fraction(high)
        assert search.least <= truth * (1 + 1e-12) and truth <= search.most * (1 + 1e-12)
        widths.append(search.most - search.least)
        search._rescale(search._step(search._in_units(), high, step))
    assert widths == sorted(widths, reverse=True) and widths[-1] < 1e-6 * widths[0]
    for bound, (parts, exponents), extreme in ((search.least, search.lowest, min), (search.most, search.highest, max)):
        exact = extreme(ratios(dense, Verdict(None, 0.0, 0.0, parts, exponents)))
        assert (exact >= Fraction(bound)) if extreme is min else (exact <= Fraction(bound))


def test_one_good_alone_is_what_it_takes_of_itself() -> None:
    for own, productive in ((0.0, True), (1 - 2.0**-53, True), (1.0, False), (3.0, False)):
        found = judge_block(sp.csr_array([[own]]))
        assert found.productive == productive and found.least == found.most == own


@pytest.mark.parametrize("seed", range(6))
def test_power_iteration_proves_a_lower_bound_in_fractions(seed: int) -> None:
    dense = web(seed, size=6, radius=0.7)
    for steps in (1, 5, 5_000):
        least, x = collatz_wielandt(sp.csr_array(dense), steps)
        exact = [
            a / b
            for a, b in zip(rational.times(rational.matrix(dense), rational.vector(x)), rational.vector(x), strict=True)
        ]
        assert Fraction(least) <= min(exact)
    assert least == pytest.approx(0.7, rel=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_the_block_that_decides_is_the_one_of_the_largest_radius(seed: int) -> None:
    rng = np.random.default_rng(seed)
    radii = rng.permutation([0.2, 0.5, 0.9, 0.7])
    blocks = [web(10 * seed + k, size=4, radius=radius) for k, radius in enumerate(radii)]
    dense = np.kron(np.eye(4), np.zeros((4, 4)))
    for k, block in enumerate(blocks):
        dense[4 * k : 4 * k + 4, 4 * k : 4 * k + 4] = block
    dense += np.triu(np.kron(np.triu(np.ones((4, 4)), 1), np.ones((4, 4))), 1) * 1e3  # what blocks take from each other
    order = rng.permutation(16)
    found = judge_productivity(sp.csr_array(dense[np.ix_(order, order)]))
    worst = int(np.argmax(radii))
    assert sorted(order[found.block].tolist()) == list(range(4 * worst, 4 * worst + 4))
    assert found.radius == pytest.approx(0.9, rel=1e-8) and found.productive


def test_single_goods_count_beside_blocks_and_an_empty_economy_is_sound() -> None:
    dense = np.diag([0.95, 0.0, 0.0])
    dense[1, 2] = dense[2, 1] = 0.5
    found = judge_productivity(sp.csr_array(dense))
    assert found.block.tolist() == [0] and found.radius == 0.95
    dense[1, 2] = 2.5
    assert judge_productivity(sp.csr_array(dense)).productive is False
    assert judge_productivity(sp.csr_array((0, 0))).productive


def test_what_is_said_of_the_block_that_is_to_blame() -> None:
    dense = np.array([[0.1, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 2.0, 0.0]])
    error = error_without_witness(sp.csr_array(dense), ["corn", "iron", "coal"])
    assert "not productive: the block 'iron', 'coal' use up" in str(error) and "radius 2, proven" in str(error)
    assert "at positions '1', '2'" in str(error_without_witness(sp.csr_array(dense), None)) or "1" in str(error)
    assert error.block.tolist() == [1, 2] and error.least > 1
    sound = sentence_on(judge_productivity(sp.csr_array(dense / 4)), "iron and coal")
    assert sound == "the block iron and coal have the largest spectral radius, 0.5"
    closed = judge_productivity(sp.csr_array([[0.5, 0.25], [0.5, 0.75]]))
    assert "exactly as much as they make of themselves" in sentence_on(closed, "all")
