"""A plan that maximises harmony: what a plan knows, and how harmonious it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ...base.errors import QuestionError
from ...base.labels import name_of
from ...base.status import Status
from ...laws.law import Law
from ...objectives import OBJECTIVES
from ...plan.plan import Plan
from ...proof.sensitivity import Sensitivity
from .concave import ConcaveProblem
from .gap import proven_gap, proves_bound
from .trace import TracePoint

_SHOWN = 5


@dataclass(frozen=True, eq=False, repr=False)
class HarmonyPlan(Plan):
    """A plan for harmony. ``objective`` is total harmony less damage; the certificate's gap is per unit of weight.

    Attributes
    ----------
    economy, question : what was asked.
    problem : the concave program it answers.
    trace : how far the method had come, by passes over the data; historical algorithms count harmony in their own way.
    course : the same recomputed as of any other plan, up to the plan itself; what breaks a law has a residual.
    passes : products with the matrix of coefficients, as the method counts them.
    reason : why this road was taken.
    """

    problem: ConcaveProblem[Any] | None = None
    trace: tuple[TracePoint, ...] = ()
    course: tuple[TracePoint, ...] = ()
    passes: int = 0
    reason: str = ""

    @cached_property
    def laws(self) -> list[Law]:
        """The laws it keeps; harmony stands in the place of the question's objective."""
        return [law for law in super().laws if law is not OBJECTIVES[self.question.objective]]

    @property
    def harmony(self) -> float:
        """Total harmony: the weighted sum over goods with a target and periods."""
        assert self.problem is not None
        self._require_point()
        return self.problem.harmony(self.primal)

    @cached_property
    def objective_name(self) -> str:
        """What is to be best, in words."""
        assert self.problem is not None
        damage = ", less damage" if self.asked.has("damage_weights") else ""
        return f"total harmony (function {self.problem.function.name}){damage}"

    @property
    def mean_harmony(self) -> float:
        """Harmony per unit of weight (per good and period, where weights are one)."""
        assert self.problem is not None
        return self.harmony / self.problem.size

    @property
    def gap(self) -> float:
        """The most by which total harmony falls short of the best plan's, as proved; infinite where nothing is, and
        where more is said to be attained than the bound allows: then one of the two is wrong."""
        assert self.problem is not None
        size, found = self.problem.size, self.certificate
        return size * proven_gap(found.objective, self.bound, size, found.tolerance)

    @property
    def bound(self) -> float:
        """The most total harmony less damage that any plan can have; infinite where the multipliers prove none."""
        proved = proves_bound(self.certificate) and self.status is not Status.UNBOUNDED
        return self.certificate.dual_objective if proved else float("inf")

    @property
    def gap_per_good(self) -> float:
        """The gap per unit of weight."""
        assert self.problem is not None
        return self.gap / self.problem.size

    @cached_property
    def delivered(self) -> pd.DataFrame:
        """Goods delivered to the targets: goods x periods."""
        return self._column_table("delivered")

    @cached_property
    def consumption(self) -> pd.DataFrame:
        """Goods delivered to the targets: goods x periods."""
        return self.delivered

    @cached_property
    def fulfilment_by_good(self) -> pd.DataFrame:
        """Delivered over target: goods x periods; empty (NaN) where there is no target."""
        targets = np.column_stack([self.asked.vector("targets", t) for t in range(len(self.economy.periods))])
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(targets > 0, self.delivered.to_numpy() / targets, np.nan)
        return pd.DataFrame(ratio, index=self.economy.goods, columns=self.economy.periods)

    @cached_property
    def fulfilment(self) -> pd.Series:
        """Fulfilment of each period's targets: that of its worst-served good."""
        return self.fulfilment_by_good.min(axis=0).rename("fulfilment")

    @property
    def worst_fulfilment(self) -> float:
        """The least fulfilment of any good in any period."""
        return float(np.nanmin(self.fulfilment_by_good.to_numpy()))

    @property
    def has_intervals(self) -> bool:
        """False: valuations of a harmony plan are proved to its gap, not to the last digit that an interval needs."""
        return False

    def sensitivity(self) -> Sensitivity:
        """Refuse: ranges belong to a basis of a linear program, and harmony has none."""
        raise QuestionError("a harmony plan has no ranges of sides and costs: they belong to a linear program's basis")

    def valuation_interval(self, block: str, label: Any) -> tuple[float, float]:
        """Refuse: valuations of a harmony plan are proved to its gap, not to the last digit that an interval needs."""
        raise QuestionError(
            "a harmony plan has valuations, and no intervals of them: they are proved only to the plan's gap"
        )

    def summary(self) -> dict[str, Any]:
        """Return what the command line prints as JSON."""
        facts = super().summary()
        if self.status not in (Status.INFEASIBLE, Status.UNBOUNDED):
            numbers = {
                "harmony": self.harmony,
                "mean_harmony": self.mean_harmony,
                "bound": self.bound,
                "gap_per_good": self.gap_per_good,
                "worst_fulfilment": self.worst_fulfilment,
            }
            facts |= {name: value if np.isfinite(value) else None for name, value in numbers.items()}
            facts["harmony_function"] = self.problem.function.name if self.problem else None
        return facts | {"passes": self.passes, "reason": self.reason}

    def __repr__(self) -> str:
        lines = [f"Harmony plan of {self.economy.name!r} by {self.method}: {self.status}"]
        if self.impossibility is not None:
            return "\n".join([*lines, f"  {self.impossibility}"])
        assert self.problem is not None
        lines.append(f"  {self.certificate}")
        lines.append(
            f"  harmony     {self.harmony:.9g} (mean {self.mean_harmony:.6g}, function {self.problem.function.name})   "
            f"bound {self.bound:.9g}, {self.gap_per_good:.1e} per good"
        )
        ratio = self.fulfilment_by_good
        values = ratio.to_numpy()
        served = np.argsort(values, axis=None, kind="stable")[:_SHOWN]  # without a target (NaN): last
        places = [divmod(int(at), ratio.shape[1]) for at in served]
        worst = [(ratio.index[i], ratio.columns[t], float(values[i, t])) for i, t in places]
        lines.append(
            "  worst served "
            + ", ".join(f"{name_of(i)} {value:.4g} ({name_of(t)})" for i, t, value in worst if np.isfinite(value))
        )
        lines.append(f"  {self.reason}; {self.passes:,} passes over the data, {sum(self.seconds.values()):.3f} s")
        return "\n".join(lines)
