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
    from .base.errors import DataError as DataError
    from .base.errors import NaturaError as NaturaError
    from .base.errors import NotProvedError as NotProvedError
    from .base.errors import OptionError as OptionError
    from .base.errors import OutputError as OutputError
    from .base.errors import QuestionError as QuestionError
    from .base.input_files import ReadingLimits as ReadingLimits
    from .base.settings import Settings as Settings
    from .base.settings import setting as setting
    from .base.status import Status as Status
    from .checks import check as check
    from .comparison.comparing import compare as compare
    from .comparison.comparison import Comparison as Comparison
    from .economy.build import build_economy as build_economy
    from .economy.economy import Economy as Economy
    from .economy.files.catalog import read as read
    from .economy.files.catalog import shipped_models as shipped_models
    from .economy.files.folder_writer import write as write
    from .economy.national.bea import read_bea as read_bea
    from .economy.national.five_year import read_five_year as read_five_year
    from .economy.national.multiregional import from_pymrio as from_pymrio
    from .economy.national.supply_use import from_supply_use as from_supply_use
    from .economy.question import Question as Question
    from .economy.registry import TABLES as TABLES
    from .formulate import cvxpy_model as cvxpy_model
    from .formulate import linear_program as linear_program
    from .formulate import pyomo_model as pyomo_model
    from .generate.families import generate_economy as generate_economy
    from .input_output.solve import leontief as leontief
    from .laws.law import Given as Given
    from .laws.law import Law as Law
    from .methods.harmony.one_period import harmonise_outputs as harmonise_outputs
    from .methods.linear import ExtraLaw as ExtraLaw
    from .methods.solve import solve as solve
    from .objectives.harmony_functions import HarmonyFunction as HarmonyFunction
    from .objectives.objective import Demand as Demand
    from .objectives.objective import Objective as Objective
    from .objectives.objective import settings_of as settings_of
    from .objectives.registry import register_objective as register_objective
    from .plan.plan import Plan as Plan
    from .plan.program_solution import ProgramSolution as ProgramSolution
    from .program.builder import ProgramBuilder as ProgramBuilder
    from .program.declared import Columns as Columns
    from .program.declared import Rows as Rows
    from .program.linear import LinearProgram as LinearProgram
    from .program.named import NamedProgram as NamedProgram
    from .program.reading.read import read_program as read_program
    from .proof.certificate import Certificate as Certificate
    from .proof.certificate import certify as certify

__version__ = "0.1.0"

#: Where each public name lives; modules are imported when a name is first used, so that ``import natura_opt`` is quick.
_HOMES = {
    "Certificate": "proof.certificate",
    "certify": "proof.certificate",
    "Comparison": "comparison.comparison",
    "compare": "comparison.comparing",
    "read_bea": "economy.national.bea",
    "build_economy": "economy.build",
    "read": "economy.files.catalog",
    "shipped_models": "economy.files.catalog",
    "check": "checks",
    "Economy": "economy.economy",
    "ReadingLimits": "base.input_files",
    "read_five_year": "economy.national.five_year",
    "write": "economy.files.folder_writer",
    "generate_economy": "generate.families",
    "from_pymrio": "economy.national.multiregional",
    "Question": "economy.question",
    "TABLES": "economy.registry",
    "from_supply_use": "economy.national.supply_use",
    "DataError": "base.errors",
    "NaturaError": "base.errors",
    "NotProvedError": "base.errors",
    "OptionError": "base.errors",
    "OutputError": "base.errors",
    "QuestionError": "base.errors",
    "NamedProgram": "program.named",
    "Plan": "plan.plan",
    "cvxpy_model": "formulate",
    "linear_program": "formulate",
    "pyomo_model": "formulate",
    "LinearProgram": "program.linear",
    "ProgramBuilder": "program.builder",
    "read_program": "program.reading.read",
    "ProgramSolution": "plan.program_solution",
    "HarmonyFunction": "objectives.harmony_functions",
    "harmonise_outputs": "methods.harmony.one_period",
    "leontief": "input_output.solve",
    "Columns": "program.declared",
    "Rows": "program.declared",
    "Given": "laws.law",
    "Law": "laws.law",
    "ExtraLaw": "methods.linear",
    "solve": "methods.solve",
    "Objective": "objectives.objective",
    "Demand": "objectives.objective",
    "settings_of": "objectives.objective",
    "register_objective": "objectives.registry",
    "Settings": "base.settings",
    "setting": "base.settings",
    "Status": "base.status",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'natura_opt' has no attribute {name!r}")
    import_module(".objectives", __name__)  # so that a question's settings are checked as soon as it is made
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
