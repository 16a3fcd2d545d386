"""The options every solve takes, said once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..base.errors import OptionError, OutputError, unknown
from ..base.places import check_log

#: How HiGHS goes about it: its own choice, simplex, interior point (with crossover) or the first-order PDLP.
METHODS: dict[str, str] = {"auto": "choose", "simplex": "simplex", "ipm": "ipm", "pdlp": "pdlp"}
#: How an answer is proved.
CERTIFICATES: tuple[str, ...] = ("auto", "exact", "doubles")


@dataclass(frozen=True)
class SolveOptions:
    """How to solve.

    Attributes
    ----------
    method : ``auto``, ``simplex``, ``ipm`` or ``pdlp`` (a first-order method that leaves no basis to refine from: its
        answers are proved at about 1e-6, so ask for that tolerance).
    tolerance : largest relative residual and gap at which an answer counts as proved.
    verbose : show the solver's log (on standard error).
    log_file : also write the solver's log here.
    time_limit : seconds allowed for the solver, refinement included.
    options : HiGHS options by their own names; unknown ones are an error.
    certificate : ``auto`` (recomputed in doubles, in rational arithmetic where these cannot decide and the program is
        not large), ``exact`` (in rational arithmetic, whatever it takes) or ``doubles`` (in doubles alone: quick, and
        what they cannot decide stays open).
    """

    method: str = "auto"
    tolerance: float = 1e-9
    verbose: bool = False
    log_file: str | Path | None = None
    time_limit: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    certificate: str = "auto"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise OptionError(unknown("method", self.method, METHODS))
        if self.certificate not in CERTIFICATES:
            raise OptionError(unknown("certificate", self.certificate, CERTIFICATES))
        for name in ("tolerance", "time_limit"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise OptionError(f"{name} must be a number, not {value!r}")
        if not 0 < self.tolerance < 1:
            raise OptionError(f"tolerance must lie between 0 and 1, not {self.tolerance!r}")
        if self.time_limit is not None and not self.time_limit > 0:
            raise OptionError(f"time_limit must be a positive number of seconds, not {self.time_limit!r}")
        for name, instead in (("log_to_console", "verbose="), ("log_file", "log_file=")):
            if name in self.options:
                raise OptionError(f"say {instead}, not the HiGHS option {name!r}")
        if self.log_file is not None:
            try:
                check_log(self.log_file)
            except OutputError as error:
                raise OptionError(f"log_file {error}") from None
        for name in self.options:
            if name == "solution_file" or (name.startswith("write_") and "file" in name):
                raise OptionError(
                    f"the HiGHS option {name!r} writes over whatever is there; write the plan (to_csv, to_excel, "
                    "to_parquet) or its program (plan.program.to_mps, to_lp)"
                )
        if "solver" in self.options:
            raise OptionError("say method= (auto, simplex, ipm, pdlp), not the HiGHS option 'solver'")
