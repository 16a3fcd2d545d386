"""Optimisation modelling for economic planning *in natura*.

State an economy once, in its own physical units; ask for the best plan; get the plan, the prices behind it, and a
certificate that nobody can do better.

>>> import natura_opt as no
>>> plan = no.solve("five_year_plan").assert_optimal()
>>> round(plan.objective, 6)
8.797299

Public names, by what they are for (``natura-opt help names`` says more of each):
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .base.reported import write_reports_by
from .reference.public import HOMES, PUBLIC

if TYPE_CHECKING:
    from .base.errors import CannotAnswerError as CannotAnswerError
    from .base.errors import DataError as DataError
    from .base.errors import NaturaError as NaturaError
    from .base.errors import NotProvedError as NotProvedError
    from .base.errors import OptionError as OptionError
    from .base.errors import OutputError as OutputError
    from .base.errors import ProgramError as ProgramError
    from .base.errors import QuestionError as QuestionError
    from .base.errors import RefusedError as RefusedError
    from .base.errors import SettingError as SettingError
    from .base.errors import UnstatableError as UnstatableError
    from .base.input_files import ReadingLimits as ReadingLimits
    from .base.settings import Settings as Settings
    from .base.settings import setting as setting
    from .base.status import Status as Status
    from .checks import check as check
    from .comparison.comparing import compare as compare
    from .comparison.comparison import Comparison as Comparison
    from .comparison.orders import loss_of_order as loss_of_order
    from .curves.curve import Curve as Curve
    from .curves.fits import fitted_curve as fitted_curve
    from .curves.functions import curve_from_function as curve_from_function
    from .curves.making import curve_through as curve_through
    from .curves.stacking import stacked_curve as stacked_curve
    from .economy.build import build_economy as build_economy
    from .economy.economy import Economy as Economy
    from .economy.files.catalog import read as read
    from .economy.files.folder_writer import write as write
    from .economy.files.shipped import shipped_models as shipped_models
    from .economy.national.bea import read_bea as read_bea
    from .economy.national.five_year import read_five_year as read_five_year
    from .economy.national.flow_files import read_flows as read_flows
    from .economy.national.flows import from_flows as from_flows
    from .economy.national.multiregional import from_pymrio as from_pymrio
    from .economy.national.psut import read_psut as read_psut
    from .economy.national.supply_use import from_supply_use as from_supply_use
    from .economy.national.supply_use_sheets import read_supply_use as read_supply_use
    from .economy.question import Question as Question
    from .economy.separate import separate_units as separate_units
    from .formulate import cvxpy_model as cvxpy_model
    from .formulate import linear_program as linear_program
    from .formulate import pyomo_model as pyomo_model
    from .generate.families import generate_economy as generate_economy
    from .input_output.growth.turnpike import Turnpike as Turnpike
    from .input_output.growth.turnpike import turnpike as turnpike
    from .input_output.growth.von_neumann import VonNeumannGrowth as VonNeumannGrowth
    from .input_output.growth.von_neumann import von_neumann_growth as von_neumann_growth
    from .input_output.scale.outcome import UnmeetableError as UnmeetableError
    from .input_output.scale.outcome import UnsettledError as UnsettledError
    from .input_output.solve import leontief as leontief
    from .input_output.unproductive import UndecidedError as UndecidedError
    from .input_output.unproductive import UnproductiveError as UnproductiveError
    from .laws.law import Given as Given
    from .laws.law import Law as Law
    from .learning.inquiry import Inquiry as Inquiry
    from .learning.inquiry import answered as answered
    from .learning.next_question import next_question as next_question
    from .methods.harmony.found import UnlimitedError as UnlimitedError
    from .methods.harmony.outputs import harmonise_outputs as harmonise_outputs
    from .methods.harmony.standing_idle import PricesUndecidedError as PricesUndecidedError
    from .methods.lahiri.largest import largest_demand as largest_demand
    from .methods.linear import ExtraLaw as ExtraLaw
    from .methods.solve import solve as solve
    from .methods.why_not import why_not as why_not
    from .objectives.harmony_functions import HarmonyFunction as HarmonyFunction
    from .objectives.objective import Demand as Demand
    from .objectives.objective import Objective as Objective
    from .objectives.objective import settings_of as settings_of
    from .objectives.registry import register_objective as register_objective
    from .plan.plan import Plan as Plan
    from .plan.program_solution import ProgramSolution as ProgramSolution
    from .plan.terminal import salvage_values as salvage_values
    from .plan.why_not import WhyNot as WhyNot
    from .planner.carrying import carry_over as carry_over
    from .planner.horizon import receding_horizon as receding_horizon
    from .planner.planner import Planner as Planner
    from .planner.sweep import Sweep as Sweep
    from .planner.sweep import sweep as sweep
    from .program.builder import ProgramBuilder as ProgramBuilder
    from .program.declared import Columns as Columns
    from .program.declared import Rows as Rows
    from .program.linear import LinearProgram as LinearProgram
    from .program.named import NamedProgram as NamedProgram
    from .program.reading.read import read_program as read_program
    from .proof.certificate import Certificate as Certificate
    from .proof.certificate import certify as certify
    from .proof.session import Session as Session
    from .reference.look_up import look_up as look_up
    from .reports.write import report as report
    from .tables.registry import TABLES as TABLES

__version__ = "0.1.0"

__all__ = [*HOMES, "__version__"]
__doc__ += "".join(f"\n* {group}: {', '.join(names)}" for group, names in PUBLIC.items())


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'natura_opt' has no attribute {name!r}")
    import_module(".objectives", __name__)  # so that a question's settings are checked as soon as it is made
    value = getattr(import_module(f".{HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


@write_reports_by
def _write_report(answer: Any, path: Any, flows: bool | None) -> Any:
    """Write a plan, a comparison or a sweep as a page, by the room that stands above them all."""
    return __getattr__("report")(answer, path, flows)


def __dir__() -> list[str]:
    return list(__all__)
