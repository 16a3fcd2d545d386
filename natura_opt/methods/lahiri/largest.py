"""The largest demand of an economy's own proportions that its curves can serve."""

from __future__ import annotations

from pathlib import Path

from ...base.entrance import checked_arguments
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import posed
from ...input_output.scale.largest import LargestDemand, largest_multiple
from .curved_system import systems_of


@checked_arguments()
def largest_demand(
    economy: Economy | str | Path, question: Question | str | None = None, *, tolerance: float = 1e-7
) -> LargestDemand:
    """Return how many times the targets can be served by the techniques' curves, and from where on they cannot.

    Limits of resources are left out of account: what is asked is how far the curves themselves reach.

    Parameters
    ----------
    economy, question : as in :func:`natura_opt.solve`; the objective is one of fixed demand (``least-resources``).
    tolerance : relative distance between what is proved to be served and what is proved not to be.

    Returns
    -------
    The largest multiple of the period in which it is least, enclosed from both sides by proofs.

    Raises
    ------
    CannotAnswerError : goods without a technique of their own, joint products, or tables that iteration cannot take
        into account. QuestionError : nothing is demanded. DataError : a total falls.

    >>> import natura_opt as no
    >>> e = no.build_economy(
    ...     goods=["x"],
    ...     curves={("x", "x"): (lambda q: 0.1 * q + 0.05 * q**2, 20.0)},
    ...     resources=["labour"],
    ...     resource_use=[[1.0]],
    ...     resource_weights=[1.0],
    ...     targets=[1.0],
    ...     objective="least-resources",
    ... )
    >>> round(largest_demand(e).times, 4)
    4.05
    """
    economy, asked = posed(economy, question)
    found = [
        largest_multiple(system.scale, system.demand, tolerance=tolerance) for system in systems_of(economy, asked)
    ]
    return min(found, key=lambda one: one.beyond)
