"""The general family: a plan is chosen first, and what it needs is made to be there."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import OptionError
from ..base.settings import one_of, radius_of, real, whole
from ..economy.build import build_economy
from ..economy.economy import Economy
from ..economy.memory import Size
from ..input_output.spectrum import rounded, serving_levels
from ..objectives import OBJECTIVES
from ..program.pieces import with_arrays
from .held_capital import CAPITAL, capital_tables, tied_up
from .matrices import Pattern
from .natural_units import in_natural_units
from .sampling import stream, uniform_between
from .technology import USERS, resource_use, technology

#: How goods and techniques are labelled; names are given to so many goods unasked.
LABELS, MOST_NAMES = ("names", "numbers"), 100_000
#: Net output that the plan leaves of every good beyond its target, in units of value.
_BEYOND = 1e-3


def planned(
    *,
    goods: int = 100,
    inputs: int | None = None,
    pattern: str = "zipf",
    radius: float = 0.6,
    blocks: int | None = None,
    links_between: float | None = None,
    techniques: int = 1,
    resources: int = 1,
    capital: str = "none",
    periods: int = 1,
    wanted: float = 0.5,
    objective: str = "assortment",
    slack: float = 0.1,
    decades: int = 0,
    labels: str | None = None,
    seed: int = 0,
) -> Economy:
    """Return an economy with a plan that serves every target in every period, from what is there.

    The plan is ``x = (I − A − D)^{-1} d`` by the main techniques, d a little more than the targets and D the capital
    that wears out; limits and stocks are what it needs, times a factor between 1 and 1 + slack. So the optimum is at
    least one assortment, or a fulfilment of 1 in every period. Other techniques use other inputs, of no more labour
    value in all, and other amounts of resources: every choice of techniques is productive.

    Parameters
    ----------
    goods : number of goods.
    inputs : inputs per good and technique; by default 10, or as many as there are goods.
    pattern, blocks, links_between : as in :class:`natura_opt.generate.matrices.Pattern`.
    radius : spectral radius of the main techniques' inputs.
    techniques : techniques per good.
    resources : number of shared resources with limits: labour, which every technique uses, and others, used by half
        of the techniques each.
    capital : ``none``, ``pool`` (any technique may use the stocks) or ``techniques`` (each holds its own); a tenth of
        the goods are durable and wear out, and with several periods the plan replaces what does.
    periods : number of periods.
    wanted : share of goods with targets (at least one good has one).
    objective : ``assortment``, ``fulfilment`` or ``least-resources``.
    slack : most by which a limit or stock exceeds what the plan needs, as a share.
    decades : units of goods and resources are spread over so many powers of ten up and down.
    labels : ``names`` (good1, "good1 way 2", …) or ``numbers`` (1, 2, … as ranges, which cost nothing); by default
        names, of up to 100,000 goods.
    seed : a seed gives the same economy on every machine (limits and stocks have 24 binary digits).

    Raises
    ------
    OptionError : unknown names, settings out of range, nothing scarce or nothing to save.

    >>> import natura_opt as no
    >>> plan = no.solve(planned(goods=20, techniques=2, capital="pool", periods=3, seed=4))
    >>> plan.proved, bool(plan.objective >= 1.0)
    (True, True)
    """
    whole("seed", seed, 0)
    chosen = _pattern(goods, inputs, pattern, blocks, links_between)
    ways, kinds = whole("techniques", techniques, 1), whole("resources", resources, 0)
    count = whole("periods", periods, 1)
    one_of("capital", capital, CAPITAL)
    goal = OBJECTIVES[one_of("objective", objective, OBJECTIVES)]
    room = real("slack", slack, 0.0)
    spread = whole("decades", decades, 0)
    share = real("wanted", wanted, 0.0, above=True)
    if share > 1.0:
        raise OptionError(f"wanted is the share of goods with targets, at most 1, not {wanted!r}")
    if not kinds and (capital == "none" or goal.weighs_resources):
        raise OptionError("resources is 0, so nothing is scarce or to be saved; ask for 1 or more")

    drawn = technology(chosen, radius_of(radius), ways, seed)
    inputs_table = drawn.inputs
    targets = _targets(goods, count, share, seed)
    stocks = tied_up(drawn, seed) if capital != "none" else None
    main = _first_columns(inputs_table, goods)
    if stocks is not None and count > 1:
        main = main + sp.csr_array(stocks.replaced[:, :goods])
    levels = serving_levels(main, targets.max(axis=1) + _BEYOND)

    tables: dict[str, Any] = {"targets": targets, "inputs": inputs_table}
    if stocks is not None:
        tables |= capital_tables(stocks, capital, levels, room, seed)
    if ways > 1:
        tables["outputs"] = _one_each(drawn.makes, goods)
    if kinds:
        tables |= _resource_tables(resource_use(drawn, kinds, seed), levels, room, seed)
    if goal.weighs_resources:
        tables["resource_weights"] = np.concatenate([[1.0], uniform_between(stream(seed, 7), 0.1, 1.0, kinds - 1)])
    if spread:
        tables = in_natural_units(tables, spread, drawn.makes, stream(seed, 8))
    return build_economy(
        name=f"planned_{goods}_seed{seed}",
        title=f"{goods:,} goods, {len(drawn.makes):,} techniques, {pattern} inputs, seed {seed}",
        source="seeded",
        **_names(_labels_of(labels, goods), goods, ways),
        resources=["labour", *(f"resource{k}" for k in range(2, kinds + 1))][:kinds],
        periods=count,
        objective=objective,
        **tables,
    )


def _labels_of(labels: str | None, goods: int) -> str:
    """Return how goods and techniques are labelled."""
    usual = "names" if goods <= MOST_NAMES else "numbers"
    return usual if labels is None else one_of("labels", labels, LABELS)


def _first_columns(matrix: Any, count: int) -> Any:
    """Return the first columns of a csc array, on its own arrays."""
    last = matrix.indptr[count]
    arrays = (matrix.data[:last], matrix.indices[:last], matrix.indptr[: count + 1])
    return with_arrays(matrix, *arrays, (matrix.shape[0], count))


def _one_each(makes: Any, goods: int) -> Any:
    """Return outputs of one unit of the good that each technique makes, csc, shape (goods, techniques)."""
    count = len(makes)
    starts = np.arange(count + 1, dtype=makes.dtype)
    return with_arrays(sp.csc_array((goods, count)), np.ones(count), makes, starts, (goods, count))


def _names(labels: str, goods: int, ways: int) -> dict[str, Any]:
    """Return the labels of goods and techniques, or how many of them there are."""
    if labels == "numbers":
        return {"goods": goods, "techniques": goods * ways}
    names = [f"good{k + 1}" for k in range(goods)]
    return {
        "goods": names,
        "techniques": [*names, *(f"{name} way {way}" for way in range(2, ways + 1) for name in names)],
    }


def size_of(
    *,
    goods: int = 100,
    inputs: int | None = None,
    pattern: str = "zipf",
    techniques: int = 1,
    resources: int = 1,
    **others: Any,
) -> Size:
    """Return how large :func:`planned` makes an economy of these settings, before it is made.

    >>> size_of(goods=12_000_000, inputs=8, pattern="uniform", techniques=2, resources=10).inputs
    192000000
    """
    chosen = _pattern(goods, inputs, pattern, others.get("blocks"), others.get("links_between"))
    ways, kinds = whole("techniques", techniques, 1), whole("resources", resources, 0)
    count, periods = goods * ways, whole("periods", others.get("periods", 1), 1)
    use = round(count * (1 + USERS * (kinds - 1))) if kinds else 0
    held = {"none": 0, "pool": 1, "techniques": 3}.get(others.get("capital", "none"), 0)
    outputs = count if ways > 1 else 0
    return Size(goods, count, ways * chosen.coefficients, outputs, use, 36 * held * count + 8 * goods * periods)


def _pattern(goods: int, inputs: int | None, pattern: str, blocks: int | None, links_between: float | None) -> Pattern:
    """Return where the inputs stand; by default 10 per good, or as many as there are goods."""
    each = min(10, whole("goods", goods, 1)) if inputs is None else inputs
    return Pattern(pattern, goods, each, blocks, links_between)


def _resource_tables(use: Any, levels: Floats, slack: float, seed: int) -> dict[str, Any]:
    """Return resource use, shape (resources, techniques), and limits that the levels of the main techniques keep."""
    needed = _first_columns(use, len(levels)) @ levels
    limits = rounded(needed * (1.0 + slack * stream(seed, 6).random(use.shape[0])), up=True)
    return {"resource_use": use, "resource_limits": limits}


def _targets(size: int, count: int, share: float, seed: int) -> Floats:
    """Return targets, shape (goods, periods): between .5 and 1.5, each year's up to a fifth less."""
    rng = stream(seed, 4)
    number = max(1, round(share * size))
    with_target = np.zeros(size, dtype=bool)
    with_target[np.argsort(rng.random(size), kind="stable")[:number]] = True
    base = np.where(with_target, uniform_between(rng, 0.5, 1.5, size), 0.0)
    return base[:, None] * uniform_between(rng, 0.8, 1.0, size * count).reshape(size, count)
