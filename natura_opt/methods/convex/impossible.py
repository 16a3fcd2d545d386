"""Why a convex program has no plan, or no best one, by the names of its rows and columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...backends.answer import Answer, Claim
from ...backends.clarabel import solve_cones
from ...backends.conic_model import CompiledConvex
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import NaturaError, listed
from ...base.labels import name_of
from ...proof.diagnose import Impossibility, prove_infeasible
from ...proof.unattainable import prove_endless, prove_no_plan
from .values import is_met, worth_of

#: Entries of a vector that are less than this beside the largest are none of what a sentence names.
_NAMED = 1e-6


def none_or_endless(compiled: CompiledConvex, answer: Answer, options: SolveOptions) -> Impossibility | None:
    """Return the proof that there is no plan, or none that is best; None where neither is proved."""
    if answer.claim is not Claim.UNBOUNDED:
        program = compiled.linear.program
        try:
            alone = prove_infeasible(program, replace(options, options={}, verbose=False))
            if alone.proved:  # the linear rows say it alone, by name
                return alone
            proof, multipliers = prove_no_plan(compiled.conic, answer.dual, options)
        except NaturaError:
            return None
        return _in_words(compiled, proof, multipliers) if proof.proved else None
    try:
        proof, ray = prove_endless(compiled.conic, answer.primal, options)
    except NaturaError:
        return None
    if not proof.proved or not _has_plan(compiled, options):
        return None
    direction = np.where(compiled.columns >= 0, ray[compiled.columns], 0.0)
    grows = np.argsort(-np.abs(direction), kind="stable")[:3]
    names = [_label(compiled, int(k)) for k in grows if abs(direction[k]) > _NAMED * np.abs(direction).max()]
    return replace(proof, vector=direction, sentence=f"nothing limits {listed(names)}")


def _in_words(compiled: CompiledConvex, proof: Impossibility, multipliers: Floats) -> Impossibility:
    """Return a proof with its vector on the model's linear rows, and a sentence that names what clashes."""
    vector = -multipliers[compiled.rows] * compiled.linear.factor
    rows = compiled.linear.program.rows
    largest = np.abs(vector).max(initial=0.0)
    clash = []
    for block in rows:
        part = np.abs(vector[block.span])
        if len(part) and part.max() > _NAMED * largest:
            clash.append(f"{block.name} {_said(block.index[int(part.argmax())], block.name)}".strip())
    own = listed(dict.fromkeys(name for name, _, _ in compiled.curved)) or "the objective"
    sentence = f"the rows that are not linear, {own}, cannot be met"
    if clash:
        sentence += f" together with {listed(clash)}"
    return replace(proof, vector=vector + 0.0, sentence=sentence)


def _has_plan(compiled: CompiledConvex, options: SolveOptions) -> bool:
    """Whether some plan meets every row, without any doubt."""
    conic = compiled.conic
    nothing = np.zeros(conic.shape[1])
    idle = replace(conic, cost=nothing, quadratic=nothing).tightened(1e-9 * (1.0 + np.abs(conic.side)))
    answer = solve_cones(idle, replace(options, verbose=False))
    primal = np.clip(answer.primal, *conic.bounds)
    worth_of(compiled, primal)  # gives the model its values
    return is_met(compiled, primal)


def _label(compiled: CompiledConvex, column: int) -> str:
    block, label = compiled.linear.program.column_label(column)
    return f"{block} {_said(label, block)}".strip()


def _said(label: object, block: str) -> str:
    return "" if label == block else " ".join(map(name_of, label if isinstance(label, tuple) else (label,)))
