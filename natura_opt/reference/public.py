"""The public names, by what they are for, and where each lives: read by the package itself, which imports no more."""

from __future__ import annotations

#: Every public name, by what it is for, and the module it lives in. A module is imported when one of its names is first
#: used, so that ``import natura_opt`` is quick.
PUBLIC: dict[str, dict[str, str]] = {
    "economies": {
        "read": "economy.files.catalog",
        "shipped_models": "economy.files.catalog",
        "build_economy": "economy.build",
        "generate_economy": "generate.families",
        "write": "economy.files.folder_writer",
        "check": "checks",
        "Economy": "economy.economy",
        "Question": "economy.question",
        "TABLES": "tables.registry",
        "ReadingLimits": "base.input_files",
        "look_up": "reference.look_up",
    },
    "needs that depend on scale": {
        "Curve": "curves.curve",
        "curve_through": "curves.making",
        "curve_from_function": "curves.functions",
        "fitted_curve": "curves.fits",
        "stacked_curve": "curves.stacking",
        "separate_units": "economy.separate",
        "loss_of_order": "comparison.orders",
        "largest_demand": "methods.lahiri.largest",
        "next_question": "learning.next_question",
        "answered": "learning.inquiry",
        "Inquiry": "learning.inquiry",
    },
    "national accounts": {
        "read_five_year": "economy.national.five_year",
        "read_bea": "economy.national.bea",
        "from_supply_use": "economy.national.supply_use",
        "from_pymrio": "economy.national.multiregional",
    },
    "plans": {
        "solve": "methods.solve",
        "harmonise_outputs": "methods.harmony.outputs",
        "compare": "comparison.comparing",
        "why_not": "methods.why_not",
        "Plan": "plan.plan",
        "WhyNot": "plan.why_not",
        "Comparison": "comparison.comparison",
        "Status": "base.status",
        "HarmonyFunction": "objectives.harmony_functions",
    },
    "input-output analysis": {
        "leontief": "input_output.solve",
    },
    "models by hand": {
        "pyomo_model": "formulate",
        "cvxpy_model": "formulate",
        "linear_program": "formulate",
        "ExtraLaw": "methods.linear",
        "Law": "laws.law",
        "Given": "laws.law",
        "Rows": "program.declared",
        "Columns": "program.declared",
        "ProgramBuilder": "program.builder",
    },
    "objectives of one's own": {
        "Objective": "objectives.objective",
        "Demand": "objectives.objective",
        "register_objective": "objectives.registry",
        "Settings": "base.settings",
        "setting": "base.settings",
        "settings_of": "objectives.objective",
    },
    "linear programs and proofs": {
        "read_program": "program.reading.read",
        "LinearProgram": "program.linear",
        "NamedProgram": "program.named",
        "ProgramSolution": "plan.program_solution",
        "Session": "proof.session",
        "certify": "proof.certificate",
        "Certificate": "proof.certificate",
    },
    "errors": {
        "NaturaError": "base.errors",
        "DataError": "base.errors",
        "OutputError": "base.errors",
        "RefusedError": "base.errors",
        "UnproductiveError": "input_output.unproductive",
        "UndecidedError": "input_output.unproductive",
        "UnmeetableError": "input_output.scale.outcome",
        "UnsettledError": "input_output.scale.outcome",
        "QuestionError": "base.errors",
        "UnstatableError": "base.errors",
        "CannotAnswerError": "base.errors",
        "PricesUndecidedError": "methods.harmony.standing_idle",
        "UnlimitedError": "methods.harmony.found",
        "OptionError": "base.errors",
        "SettingError": "base.errors",
        "ProgramError": "base.errors",
        "NotProvedError": "base.errors",
    },
}

#: Where each public name lives.
HOMES = {name: home for group in PUBLIC.values() for name, home in group.items()}
