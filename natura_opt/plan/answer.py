"""What every answer says: what is claimed, by whom, and the proof of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Self

from ..backends.answer import Claim
from ..base.errors import NotProvedError
from ..base.status import Status
from ..proof.certificate import Certificate
from ..proof.diagnose import Impossibility


@dataclass(frozen=True)
class Attempt:
    """One solver's claim and what the recomputed proof says of it."""

    message: str
    claim: Claim
    certificate: Certificate


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Answered:
    """A claim and what is known about it.

    Attributes
    ----------
    status : what is known; ``optimal``, ``infeasible`` and ``unbounded`` only with a proof that passed.
    certificate : the recomputed proof (of the best point found).
    impossibility : the checked proof that there is no (best) point, where that is so.
    method : who answered.
    attempts : every claim with its certificate, in order.
    iterations, seconds : effort; seconds by stage (read, build, solve, prove).
    """

    status: Status
    certificate: Certificate
    impossibility: Impossibility | None
    method: str
    attempts: tuple[Attempt, ...]
    iterations: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        """Leave what is only remembered (laws, HiGHS) out of a pickle: it is made again when it is asked for."""
        return {name.name: self.__dict__[name.name] for name in fields(self)}

    @property
    def what(self) -> str:
        """What was asked for, in words: ``plan of 'x'``."""
        raise NotImplementedError

    @property
    def objective(self) -> float:
        """The objective, recomputed from the data, in the user's units, its constant included."""
        self.require_point()
        return self.certificate.objective

    @property
    def proved(self) -> bool:
        """Whether it is proved optimal."""
        return self.status is Status.OPTIMAL

    def assert_optimal(self) -> Self:
        """Return it if it is proved optimal.

        Raises
        ------
        NotProvedError : with the whole summary in the message.
        """
        if not self.proved:
            raise NotProvedError(str(self))
        return self

    def require_point(self) -> None:
        """Raise NotProvedError where there is no point to speak of."""
        if self.status in (Status.INFEASIBLE, Status.UNBOUNDED):
            raise NotProvedError(f"there is no best {self.what}: {self.impossibility}")
