"""The proof on a page: what is known in one sentence, and the figures that show it."""

from __future__ import annotations

import pandas as pd

from ..base.status import Status
from ..plan.plan import Plan
from ..proof.certificate import Certificate
from ..proof.diagnose import Impossibility
from .page import Section, Verdict
from .tables import Words, table_of

#: What each figure of a certificate is.
_FIGURES = (
    ("objective", "what the plan is worth, recomputed from the data"),
    ("dual_objective", "what no plan exceeds: the bound that the valuations prove, rounding taken off"),
    ("gap", "between objective and bound, relative"),
    ("primal_residual", "how far any law is missed, relative to its terms"),
    ("dual_residual", "what valuations of the wrong sign cost the bound, relative"),
    ("complementarity", "what is paid for limits that are not reached, relative"),
    ("tolerance", "the most that each of these may be in a plan that counts as proved"),
    ("reached", "what a plan is worth that meets every row exactly"),
    ("within", "how far data may be off for which the bound holds, relative to their terms"),
)


def verdict_of(plan: Plan) -> Verdict:
    """Say what is known of a plan, and how surely."""
    certificate = plan.certificate
    if plan.impossibility is not None:
        what = "There is no plan" if plan.status is Status.INFEASIBLE else "There is no best plan"
        surely = "proved" if plan.impossibility.proved else "claimed, and not proved"
        sure = "none" if plan.impossibility.proved else "open"
        return Verdict(sure, f"{what}: {surely}", [_sentence(plan.impossibility)])
    if not plan.proved:
        stopped = {
            Status.TIME_LIMIT: "The time that was allowed ran out: ",
            Status.INTERRUPTED: "The solver was interrupted: ",
        }.get(plan.status, "")
        sentence = (
            f"{stopped}there may be a better plan, and nobody knows how much better, beyond what the bound below says."
        )
        return Verdict("open", f"NOT proved: {plan.status}", [sentence, _sentence(certificate)])
    if certificate.bound == "solver":
        return Verdict("proved", "Proved, with a bound by the solver's word", [_sentence(certificate)])
    scope = (
        "The proof holds for the data exactly as they are written."
        if certificate.unconditional
        else "The proof holds for data within the last digits of those that are written."
    )
    return Verdict("proved", "Proved: no plan does better", [scope, _sentence(certificate)])


def _sentence(proof: Certificate | Impossibility) -> str:
    said = str(proof)
    return f"{said[:1].upper()}{said[1:]}."


def proof_section(plan: Plan, words: Words) -> Section:
    """Show the figures of the proof, what judged it, and every attempt."""
    certificate, nothing = plan.certificate, plan.impossibility
    if nothing is not None:
        judge = "exact arithmetic" if nothing.exact else "the recomputed residual"
        sentences = [_sentence(nothing), f"Judged by {judge}; by {plan.method}."]
        return Section("proof", "The proof", sentences=sentences)
    judged = {
        "recomputed": "Plan and bound are recomputed from the data; the solver's word counts for nothing.",
        "exact": "The bound was found in rational arithmetic, without any rounding.",
        "solver": "The plan is recomputed from the data; that nothing whole-numbered is better is the solver's word.",
    }[certificate.bound]
    sentences = [judged]
    if certificate.exactly:
        sentences.append(f"By their last digits alone the data as written are {certificate.exactly}.")
    if plan.bracket is not None:
        sentences.append(f"{plan.bracket}.")
    rows = [
        (name.replace("_", " ").replace("dual objective", "bound"), getattr(certificate, name), means)
        for name, means in _FIGURES
        if getattr(certificate, name) is not None
    ]
    figures = pd.DataFrame(rows, columns=["figure", "value", "means"])
    tables = [table_of("certificate", "The certificate", figures, words)]
    if len(plan.attempts) > 1:
        tried = [(one.message, str(one.claim), str(one.certificate)) for one in plan.attempts]
        frame = pd.DataFrame(tried, columns=["by", "claims", "is found to be"])
        tables.append(table_of("attempts", "Every attempt, in order", frame, words))
    effort = [(stage, seconds) for stage, seconds in plan.seconds.items()]
    frame = pd.DataFrame(effort, columns=["stage", "seconds"])
    caption = f"Effort: {plan.iterations:,} iterations by {plan.method}"
    return Section("proof", "The proof", sentences, tables=[*tables, table_of("effort", caption, frame, words)])
