r"""Leximin over years: no year can be raised without lowering one that is no better off.

Of all plans that make the least of the periods' fulfilments as high as it can be (``max-min``), those in which the next
least is as high as it can be, and so on. The first stage is the program of ``max-min``; what its optimum holds down is
proved and kept, and the rest is raised, stage by stage (:mod:`natura_opt.proof.leximin`). Only levels are compared, so
neither damage nor what is left at the end can be weighed against them: caps, budgets and stocks to be kept are the way.

The objective of the plan is the level of the last stage, and its valuations are those of that stage: what held levels
of earlier stages cost the last one stands among them (``above_least``). ``plan.stages`` tells the stages.

Sources: Rawls 1971; Sen 1970 on the lexicographic refinement; models 3 and 6 of the design notes.
"""

from __future__ import annotations

from dataclasses import replace

from .max_min import ABOVE, MAX_MIN

LEXIMIN = replace(
    MAX_MIN,
    name="leximin",
    law=replace(MAX_MIN.law, name="leximin of yearly fulfilment"),
    raises=ABOVE,
)
