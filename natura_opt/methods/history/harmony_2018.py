r"""The harmony program of 2018, as it is.

Technologies run at intensities that start at .1 and are changed in a fixed number of rounds. A round

1. takes the harmony H of every product's net output beside its target, and its derivative h'; for resources and
   capital h' is a mean of its own and five times the best use's: (own + 5 max over users of the marginal product's
   worth)/6, twice;
2. multiplies the intensities of those who make final good i by :math:`1 - \sigma(\theta (H_i - \bar H)/h'_i/y_i)`,
   with :math:`\sigma(v) = v/(1 + |v|)`, temperature θ, net output y and the mean over everything that is produced;
3. multiplies every intensity by :math:`1 + .4\,\theta\,\sigma(\text{gain})`, the gain being what outputs are worth (by
   h') beyond what inputs are worth, per worth of inputs;
4. rescales all intensities so that the scarcest thing not produced is used to 98 %, and then shrinks the users of
   everything that is lacking, once, by .98 times supply over use.

Zero targets count as .02, resources and capital have a target of .03. There is no test of convergence and no bound.
An intensity of 1 is a technique's activity in a base year, as in the program's four files; an accumulation's is one
unit of its good. So the plan depends on the units of goods, by .02, .03 and that unit.

Step 2 divides by y: where a good is lacking (y < 0), its makers are shrunk because it is lacking. Together with the
shrinking of step 4 this can bring a whole economy to a standstill, from which multiplying intensities never leads back.
That is the program's, and is kept.

This is own code after those steps; beside the program, h' is exact instead of a difference over 1e-6. Where the last
plan uses what is not there, it is shrunk until it does not, and ``shortage`` says what was lacking.

Source: Cockshott, ``5yearplan`` (2018), its Java program; the model-4 section of the design notes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...base.arrays import Floats
from ...base.errors import OptionError, QuestionError
from ...economy.economy import Economy
from ...objectives.harmony_functions import HarmonyFunction, harmony_function
from ...plan.trace import Watch
from ..harmony.shrinking import largest_shortage, shrink_to_feasible
from .settings import Settings2018
from .technologies import Technologies

_FIRST = 0.1
_CAPACITY = 0.98
_USE_WEIGHT = 5.0
_SLOWER = 0.4
_SWEEPS = 2
#: Slopes are kept between these, so that functions with a slope of 0 or infinity have quotients.
_LEAST_SLOPE, _MOST_SLOPE = 1e-9, 1e9


@dataclass(frozen=True, eq=False)
class Harmony2018Result:
    """What the 2018 program arrived at.

    Attributes
    ----------
    technologies : the economy in the program's form.
    intensities : activity levels, shape (techniques, periods).
    investment : shape (holdings, periods), as :class:`natura_opt.laws.capital.Holdings` lists them.
    net_outputs : what is left of each good after inputs and investment, shape (goods, periods).
    total_harmony : unweighted sum of H over goods and periods, zero targets taken as .02, as the program counts it.
    harmony, mean_harmony : the same, and the program's mean over all that is produced, at the start and after each
        round.
    shortage : largest shortage in the program's own last plan, as a share of the use; the plan was shrunk until
        there is none, and only then does ``total_harmony`` differ from the last of ``harmony``.
    iterations : rounds. seconds : time taken after reading the economy. passes : times the coefficients were read.
    """

    technologies: Technologies
    function: str
    intensities: Floats
    investment: Floats
    net_outputs: Floats
    total_harmony: float
    harmony: Floats
    mean_harmony: Floats
    shortage: float
    iterations: int
    seconds: float
    passes: int

    def activities(self) -> pd.DataFrame:
        """Return the activity levels with their labels."""
        economy = self.technologies.economy
        return pd.DataFrame(self.intensities, economy.techniques, economy.periods)

    def outputs(self) -> pd.DataFrame:
        """Return the net outputs with their labels."""
        economy = self.technologies.economy
        return pd.DataFrame(self.net_outputs, economy.goods, economy.periods)


def harmony_2018(
    economy: Economy,
    *,
    rounds: int = 100,
    temperature: float = 0.23,
    function: str | HarmonyFunction = "2018",
    base_year: Any = None,
    watch: Watch | None = None,
) -> Harmony2018Result:
    """Plan by the harmony program of 2018.

    Parameters
    ----------
    economy : any number of periods and of techniques per good, joint products, capital held by techniques or pooled.
    rounds : how many. temperature : how far a round goes. function : harmony function.
    base_year : activity level of each technique that its intensity counts in, shape (techniques,), all above 0; by
        default what its own stocks of the start allow, else what serving the first targets takes.
    watch : called at the start and after each round.

    Raises
    ------
    QuestionError : no targets, nothing that limits production, nothing that can run, or a table that the program does
        not know.
    OptionError : an unknown function, or an option out of its range.

    >>> import natura_opt as no
    >>> found = harmony_2018(no.read("five_year_plan"))
    >>> round(found.total_harmony, 1), bool(found.outputs().loc["bread"].max() < 1e-3)
    (-15.3, True)
    """
    chosen = harmony_function(function)
    Settings2018(rounds, temperature)
    technologies = Technologies.of(economy, _checked_base_year(economy, base_year))
    begun = time.perf_counter()
    program = _Program(technologies, chosen, temperature)
    net = technologies.makes - technologies.takes
    trace: list[tuple[float, float]] = []
    for step in range(rounds + 1):
        if step:
            program.round()
        trace.append(program.harmonies())
        if watch is not None:
            lacking = largest_shortage(net, technologies.given, program.x)
            watch(
                technologies.activities(program.x), technologies.investment(program.x), float(program.passes), lacking
            )
    shortage = largest_shortage(net, technologies.given, program.x)
    if shortage > 0:
        program.x = shrink_to_feasible(net, technologies.given, program.x)
    goods, periods = len(economy.goods), len(economy.periods)
    left = technologies.net_outputs(program.x)[: goods * periods]
    return Harmony2018Result(
        technologies=technologies,
        function=chosen.name,
        intensities=technologies.activities(program.x),
        investment=technologies.investment(program.x),
        net_outputs=left.reshape(periods, goods).T.copy(),
        total_harmony=program.harmonies()[0],
        harmony=np.array([total for total, _ in trace]),
        mean_harmony=np.array([mean for _, mean in trace]),
        shortage=shortage,
        iterations=rounds,
        seconds=time.perf_counter() - begun,
        passes=program.passes,
    )


def _checked_base_year(economy: Economy, given: Any) -> Floats | None:
    if given is None:
        return None
    levels = np.asarray(given, dtype=np.float64)
    if levels.shape != (len(economy.techniques),) or not (np.isfinite(levels) & (levels > 0)).all():
        raise OptionError(
            f"base_year must have one activity level above 0 for each of the {len(economy.techniques)} techniques"
        )
    return levels


class _Program:
    """The state of the program: one intensity per technology."""

    def __init__(self, technologies: Technologies, function: HarmonyFunction, temperature: float) -> None:
        self.tech, self.function, self.temperature = technologies, function, temperature
        self.passes = 0
        takes = technologies.takes
        self.user = takes.indices
        self.used = np.repeat(np.arange(takes.shape[0]), np.diff(takes.indptr))
        internal = np.flatnonzero(~technologies.final & (np.diff(takes.indptr) > 0))
        self.internal, self.best_uses = internal, takes[internal]
        self.fixed = np.flatnonzero(~technologies.produced & (technologies.given > 0))
        self.adjusted = technologies.final & technologies.produced
        self.x = np.full(takes.shape[1], _FIRST)
        self._stop_what_cannot_run()
        self.rescale()

    def _stop_what_cannot_run(self) -> None:
        """Stop technologies that take something of which there is nothing and never will be, or that make nothing."""
        absent = ~self.tech.produced & (self.tech.given <= 0)
        self.x[self.user[absent[self.used]]] = 0.0
        self.x[self.tech.main < 0] = 0.0
        producing = len(self.x) - self.tech.investing
        if not (self.x[:producing] > 0).any():
            raise QuestionError(
                f"{self.tech.economy.name}: harmony-2018: every technique needs a stock or resource of which there is "
                "nothing, so none can run"
            )

    def surpluses(self, net: Floats) -> Floats:
        return (net - self.tech.targets) / self.tech.targets

    def value(self, s: Floats) -> Floats:
        """Return H; below -1 (negative net outputs), where functions of the user's need not be known, along its tangent
        unless it is one of Cockshott's."""
        if self.function.name in ("2018", "1993"):
            return self.function.value(s)
        inside = np.maximum(s, -1.0)
        return self.function.value(inside) + self.function.slope(inside) * (s - inside)

    def slope(self, s: Floats) -> Floats:
        inside = s if self.function.name in ("2018", "1993") else np.maximum(s, -1.0)
        return np.clip(self.function.slope(inside), _LEAST_SLOPE, _MOST_SLOPE)

    def harmonies(self) -> tuple[float, float]:
        """Return total harmony over goods and years, and the program's mean."""
        h = self.value(self.surpluses(self.net_outputs()))
        return float(h[self.tech.final].sum()), float(h[self.tech.produced].mean())

    def net_outputs(self) -> Floats:
        self.passes += 1
        return self.tech.net_outputs(self.x)

    def derivatives(self, net: Floats) -> Floats:
        """Return dH per unit of each product; what is internal is worth also what its best user makes of it."""
        valuations = self.slope(self.surpluses(net)) / self.tech.targets
        for _ in range(_SWEEPS):
            self.passes += 1
            revenue = self.tech.makes.T @ valuations
            best = np.maximum.reduceat(
                revenue[self.best_uses.indices] / self.best_uses.data, self.best_uses.indptr[:-1]
            )
            valuations[self.internal] = (valuations[self.internal] + _USE_WEIGHT * best) / (_USE_WEIGHT + 1.0)
        return valuations

    def round(self) -> None:
        """Change all intensities once."""
        net = self.net_outputs()
        h = self.value(self.surpluses(net))
        excess = h - h[self.tech.produced].mean()
        change = np.zeros(len(h))
        makers = self.adjusted
        step = self.temperature * excess[makers] / self.derivatives(net)[makers]
        change[makers] = _sigmoid(step, np.where(net[makers] == 0, 1.0, net[makers]))
        self.x = self.x * (1.0 - np.where(self.tech.main >= 0, change[self.tech.main], 0.0))
        valuations = self.derivatives(self.net_outputs())
        self.passes += 1
        gained, spent = self.tech.makes.T @ valuations, self.tech.takes.T @ valuations
        self.x = self.x * (1.0 + _sigmoid(gained - spent, spent) * self.temperature * _SLOWER)
        self.rescale()

    def rescale(self) -> None:
        """Use the scarcest thing that is not produced to 98 %; then shrink the users of what is lacking, once."""
        given = self.tech.given
        self.passes += 1
        supply, use = self.tech.makes @ self.x, self.tech.takes @ self.x
        greatest = float((use[self.fixed] / given[self.fixed]).max(initial=0.0))
        if greatest > 0:
            grown = _CAPACITY / greatest
            self.x, supply, use = self.x * grown, supply * grown, use * grown
        supply = given + supply
        lacking = supply < use
        if lacking.any():
            share = np.ones(len(given))
            share[lacking] = _CAPACITY * supply[lacking] / use[lacking]
            factor = np.ones(len(self.x))
            others = self.tech.main[self.user] != self.used  # who makes a thing is not shrunk for using it
            np.minimum.at(factor, self.user[others], share[self.used[others]])
            self.x = self.x * factor


def _sigmoid(above: Floats, below: Floats) -> Floats:
    """Return ``v/(1 + |v|)`` of the quotients v, which may be too large for a number; 0 of 0/0."""
    size = np.abs(above) + np.abs(below)
    quotient: Floats = np.divide(above * np.where(below < 0, -1.0, 1.0), size, out=np.zeros(len(size)), where=size > 0)
    return quotient
