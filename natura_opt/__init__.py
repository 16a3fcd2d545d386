"""Optimisation modelling for economic planning *in natura*.

State an economy once, in its own physical units; ask for the best plan; get the plan, the prices behind it, and a
certificate that nobody can do better.

>>> import natura_opt as no
>>> plan = no.solve("five_year_plan").assert_optimal()
>>> round(plan.objective, 6)
8.797299
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .certificate import Certificate as Certificate
    from .certificate import certify as certify
    from .checks import check as check
    from .comparing import compare as compare
    from .comparison import Comparison as Comparison
    from .economy.bea import read_bea as read_bea
    from .economy.build import build_economy as build_economy
    from .economy.catalog import read as read
    from .economy.catalog import shipped_models as shipped_models
    from .economy.economy import Economy as Economy
    from .economy.files import ReadingLimits as ReadingLimits
    from .economy.five_year import read_five_year as read_five_year
    from .economy.folder_writer import write as write
    from .economy.generate.families import generate_economy as generate_economy
    from .economy.multiregional import from_pymrio as from_pymrio
    from .economy.question import Question as Question
    from .economy.registry import TABLES as TABLES
    from .economy.supply_use import from_supply_use as from_supply_use
    from .errors import DataError as DataError
    from .errors import NaturaError as NaturaError
    from .errors import NotProvedError as NotProvedError
    from .errors import OptionError as OptionError
    from .errors import OutputError as OutputError
    from .errors import QuestionError as QuestionError
    from .harmony_plan import HarmonyPlan as HarmonyPlan
    from .named_program import NamedProgram as NamedProgram
    from .plan import Plan as Plan
    from .plan_problem import cvxpy_model as cvxpy_model
    from .plan_problem import linear_program as linear_program
    from .plan_problem import pyomo_model as pyomo_model
    from .program import LinearProgram as LinearProgram
    from .program import ProgramBuilder as ProgramBuilder
    from .program_reading.read import read_program as read_program
    from .program_solution import ProgramSolution as ProgramSolution
    from .solvers.harmony_functions import HarmonyFunction as HarmonyFunction
    from .solvers.harmony_one_period import harmonise_outputs as harmonise_outputs
    from .solvers.leontief import leontief as leontief
    from .solving import ExtraLaw as ExtraLaw
    from .solving import solve as solve
    from .solving_harmony import solve_harmony as solve_harmony
    from .status import Status as Status

__version__ = "0.1.0"

#: Where each public name lives; modules are imported when a name is first used, so that ``import natura_opt`` is quick.
_HOMES = {
    "Certificate": "certificate",
    "certify": "certificate",
    "Comparison": "comparison",
    "compare": "comparing",
    "read_bea": "economy.bea",
    "build_economy": "economy.build",
    "read": "economy.catalog",
    "shipped_models": "economy.catalog",
    "check": "checks",
    "Economy": "economy.economy",
    "ReadingLimits": "economy.files",
    "read_five_year": "economy.five_year",
    "write": "economy.folder_writer",
    "generate_economy": "economy.generate.families",
    "from_pymrio": "economy.multiregional",
    "Question": "economy.question",
    "TABLES": "economy.registry",
    "from_supply_use": "economy.supply_use",
    "DataError": "errors",
    "NaturaError": "errors",
    "NotProvedError": "errors",
    "OptionError": "errors",
    "OutputError": "errors",
    "QuestionError": "errors",
    "HarmonyPlan": "harmony_plan",
    "NamedProgram": "named_program",
    "Plan": "plan",
    "cvxpy_model": "plan_problem",
    "linear_program": "plan_problem",
    "pyomo_model": "plan_problem",
    "LinearProgram": "program",
    "ProgramBuilder": "program",
    "read_program": "program_reading.read",
    "ProgramSolution": "program_solution",
    "HarmonyFunction": "solvers.harmony_functions",
    "harmonise_outputs": "solvers.harmony_one_period",
    "leontief": "solvers.leontief",
    "ExtraLaw": "solving",
    "solve": "solving",
    "solve_harmony": "solving_harmony",
    "Status": "status",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'natura_opt' has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
