"""What a plan for harmony knows besides: how harmonious it is, how far from the best, and how its method came along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import QuestionError
from ..base.labels import name_of
from ..base.status import Status
from ..objectives.harmony_functions import HarmonyFunction
from ..proof.concave_gap import proven_gap, proves_bound
from .trace import TracePoint

if TYPE_CHECKING:
    from .tables import PlanTables

_SHOWN = 5


@dataclass(frozen=True, eq=False)
class HarmonyCourse:
    """What the objective ``harmony`` adds to a plan, as data.

    Attributes
    ----------
    function : the harmony function.
    deliveries : positions of the deliveries among the program's columns, shape (k,).
    targets, weights : of each delivery, shape (k,), in the good's unit and as pure numbers.
    trace : how far the method had come, by passes over the data; historical algorithms count harmony in their own way.
    course : the same recomputed as of any other plan, up to the plan itself; what breaks a law has a residual.
    passes : products with the matrix of coefficients, as the method counts them.
    reason : why this road was taken.
    """

    function: HarmonyFunction
    deliveries: Any
    targets: Floats
    weights: Floats
    trace: tuple[TracePoint, ...] = ()
    course: tuple[TracePoint, ...] = ()
    passes: int = 0
    reason: str = ""

    @property
    def why_no_intervals(self) -> str:
        """Valuations of a harmony plan are proved to its gap, not to the last digit that an interval needs."""
        return (
            "a harmony plan has no ranges of sides and costs and no intervals of valuations: these belong to a linear "
            "program's basis, and its valuations are proved only to the plan's gap"
        )

    @property
    def objective_name(self) -> str:
        """Harmony is the question's own objective."""
        return ""

    @property
    def extra(self) -> dict[str, pd.DataFrame]:
        """Every row of a harmony plan is linear."""
        return {}

    def summary(self, plan: PlanTables) -> dict[str, Any]:
        """Return what the command line prints as JSON besides."""
        facts: dict[str, Any] = {}
        if plan.status not in (Status.INFEASIBLE, Status.UNBOUNDED):
            harmony = Harmony(plan, self)
            numbers = {
                "harmony": harmony.total,
                "mean_harmony": harmony.mean,
                "bound": harmony.bound,
                "gap_per_good": harmony.gap_per_good,
                "worst_fulfilment": harmony.worst_fulfilment,
            }
            facts |= {name: value if np.isfinite(value) else None for name, value in numbers.items()}
            facts["harmony_function"] = self.function.name
        return facts | {"passes": self.passes, "proofs": len(self.trace), "reason": self.reason}

    def text(self, plan: PlanTables) -> str:
        """Return the plan in words."""
        lines = [f"Harmony plan of {plan.economy.name!r} by {plan.method}: {plan.status}"]
        if plan.impossibility is not None:
            return "\n".join([*lines, f"  {plan.impossibility}"])
        harmony = Harmony(plan, self)
        lines.append(f"  {plan.certificate}")
        lines.append(
            f"  harmony     {harmony.total:.9g} (mean {harmony.mean:.6g}, function {self.function.name})   "
            f"bound {harmony.bound:.9g}, {harmony.gap_per_good:.1e} per good"
        )
        ratio = plan.fulfilment_by_good
        values = ratio.to_numpy()
        served = np.argsort(values, axis=None, kind="stable")[:_SHOWN]  # without a target (NaN): last
        places = [divmod(int(at), ratio.shape[1]) for at in served]
        worst = [(ratio.index[i], ratio.columns[t], float(values[i, t])) for i, t in places]
        lines.append(
            "  worst served "
            + ", ".join(f"{name_of(i)} {value:.4g} ({name_of(t)})" for i, t, value in worst if np.isfinite(value))
        )
        lines.append(f"  {self.reason}; {self.passes:,} passes over the data, {sum(plan.seconds.values()):.3f} s")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False, repr=False)
class Harmony:
    """How harmonious a plan is: ``plan.harmony``. The plan's objective is total harmony less damage."""

    plan: PlanTables
    of: HarmonyCourse

    @property
    def function(self) -> HarmonyFunction:
        """The harmony function."""
        return self.of.function

    @property
    def trace(self) -> tuple[TracePoint, ...]:
        """How far the method had come, by passes over the data."""
        return self.of.trace

    @property
    def course(self) -> tuple[TracePoint, ...]:
        """The same recomputed as of any other plan."""
        return self.of.course

    @property
    def passes(self) -> int:
        """Products with the matrix of coefficients."""
        return self.of.passes

    @property
    def reason(self) -> str:
        """Why this road was taken."""
        return self.of.reason

    @property
    def deliveries(self) -> Any:
        """Positions of the deliveries among the columns of the plan's program, shape (k,)."""
        return self.of.deliveries

    @property
    def size(self) -> float:
        """The sum of the weights: what gaps are measured against."""
        return float(self.of.weights.sum())

    @property
    def total(self) -> float:
        """Total harmony: the weighted sum over goods with a target and periods.

        Raises
        ------
        NotProvedError : there is no plan.
        """
        self.plan.require_point()
        surplus: Floats = np.maximum(self.plan.primal[self.of.deliveries], 0.0) / self.of.targets - 1.0
        values = self.of.function.value(surplus)
        return float(np.asarray(self.of.weights * values, dtype=np.longdouble).sum())

    @property
    def mean(self) -> float:
        """Harmony per unit of weight (per good and period, where weights are one)."""
        return self.total / self.size

    @property
    def bound(self) -> float:
        """The most total harmony less damage that any plan can have; infinite where the multipliers prove none."""
        proved = proves_bound(self.plan.certificate) and self.plan.status is not Status.UNBOUNDED
        return self.plan.certificate.dual_objective if proved else float("inf")

    @property
    def gap(self) -> float:
        """The most by which total harmony falls short of the best plan's, as proved; infinite where nothing is, and
        where more is said to be attained than the bound allows: then one of the two is wrong."""
        certificate = self.plan.certificate
        return self.size * proven_gap(certificate.objective, self.bound, self.size, certificate.tolerance)

    @property
    def gap_per_good(self) -> float:
        """The gap per unit of weight."""
        return self.gap / self.size

    @property
    def worst_fulfilment(self) -> float:
        """The least fulfilment of any good in any period."""
        return float(np.nanmin(self.plan.fulfilment_by_good.to_numpy()))

    def __repr__(self) -> str:
        return self.of.text(self.plan)


def harmony_of(plan: PlanTables) -> Harmony:
    """Return how harmonious a plan is.

    Raises
    ------
    QuestionError : harmony is not what it was made for.
    """
    if not isinstance(plan.added, HarmonyCourse):
        raise QuestionError(
            f"{plan.what}: its objective is {plan.question.objective!r}; only plans of the objective 'harmony' say how "
            "harmonious they are (natura_opt.compare recomputes it for all)"
        )
    return Harmony(plan, plan.added)
