"""The plan problem of 1990: which industry gets which stocks.

One period, one industry per good. Every industry ties up stocks in fixed proportions and uses up goods in proportion to
its output; the stocks are given, and are shared out among the industries that use them (Cockshott 1990, "The plan
problem").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.errors import QuestionError, listed
from ...base.labels import holding_name, name_of
from ...economy.economy import Economy
from ...economy.makers import NONE, Makers
from ...laws.holdings import Holdings
from .accepting import refuse_what_is_not_stocks_and_flows

_NAME = "harmony-1990"
#: A good without a target is to be left over to this share of what serving the targets takes of it.
_SLACK = 0.02
_MOST_PASSES = 10_000


@dataclass(frozen=True, eq=False)
class StockProblem:
    """An economy as the 1990 algorithm sees it; industries are ordered like goods, industry j making good j.

    Attributes
    ----------
    economy : what it was made from.
    technique : position of the technique of each good, shape (goods,).
    makes : output of each industry per unit of activity, shape (goods,).
    flows : goods used up per unit of activity, csc, (goods, goods).
    ties : stocks tied up per unit of activity, csc, (stocks, goods); every column has a number.
    stocks : amount of each stock, shape (stocks,).
    stock_names : (kind, name) of each: a capital good, a resource, or a good on hand that nobody makes.
    on_hand : goods on hand that are also made, shape (goods,).
    targets : shape (goods,). goods : the goods that are made.
    """

    economy: Economy
    technique: Any
    makes: Any
    flows: Any
    ties: Any
    stocks: Any
    stock_names: pd.MultiIndex
    on_hand: Any
    targets: Any
    goods: pd.Index

    @classmethod
    def of(cls, economy: Economy) -> StockProblem:
        """Read an economy in this form.

        Raises
        ------
        QuestionError : several periods, several techniques for a good, joint products, a target nobody can serve, no
            stocks, an industry without a stock, or a table that this form does not know.
        """
        _refuse_other_forms(economy)
        makers = _one_industry_per_good(economy)
        produced = np.flatnonzero(makers >= 0)
        technique = makers[produced]
        inputs = sp.csr_array(economy.matrix("inputs", 0))[:, technique]
        outputs = sp.csr_array(economy.matrix("outputs", 0))
        makes = np.asarray(outputs[produced, technique]).ravel()
        flows = sp.csc_array(inputs[produced])
        own = makes - flows.diagonal()
        if (own <= 0).any():
            at = produced[int(np.argmin(own))]
            raise QuestionError(
                f"{economy.name}: {_NAME}: the industry of {name_of(economy.goods[at])!r} uses up as much of it as it "
                "makes, so it can have no net output; correct its inputs"
            )
        ties, stocks, names = _stocks(economy, technique, np.flatnonzero(makers < 0))
        idle = np.diff(ties.indptr) == 0
        if idle.any():
            raise QuestionError(
                f"{economy.name}: {_NAME}: industry {listed(map(name_of, economy.goods[produced[idle]]))} uses no "
                "stock and no limited resource, so nothing is its rate-limiting factor; give it one, or use 'harmony'"
            )
        on_hand = economy.vector("initial_stocks", 0)[produced]
        targets = economy.vector("targets", 0)[produced]
        return cls(
            economy, technique, makes, flows, ties, stocks, names, on_hand, targets, pd.Index(economy.goods[produced])
        )

    @property
    def own(self) -> Any:
        """Net output of each industry of its own good per unit of activity, shape (goods,)."""
        return self.makes - self.flows.diagonal()

    def goals(self, scale: str) -> Any:
        """Return each good's goal, shape (goods,): its target, where there is none a small one for the relative scale.

        A surplus relative to nothing has no meaning: a good without a target is to be left over to 2 % of what serving
        the targets takes of it through the whole chain (the 2018 program's .02, made independent of units). Goods of
        which nothing is needed keep 0 and are not counted.

        Raises
        ------
        QuestionError : the economy is not productive, so that serving the targets takes more and more.
        """
        if scale == "absolute" or (self.targets > 0).all():
            return self.targets.copy()
        needed = wanted = self.targets / self.own
        off = self.flows - sp.diags_array(self.flows.diagonal())
        for _ in range(_MOST_PASSES):
            wanted = (off @ wanted) / self.own
            needed = needed + wanted
            if (wanted <= 1e-9 * needed).all():
                return np.where(self.targets > 0, self.targets, _SLACK * (needed * self.own))
            if not np.isfinite(needed).all() or needed.max() > 1e200:
                break
        raise QuestionError(
            f"{self.economy.name}: {_NAME}: serving the targets takes ever more inputs: the economy is not productive; "
            "run natura_opt.check"
        )


def _refuse_other_forms(economy: Economy) -> None:
    if len(economy.periods) != 1:
        raise QuestionError(
            f"{economy.name}: {_NAME} shares out the stocks of one period, and here are {len(economy.periods)}; use "
            "'harmony-2018' or 'harmony'"
        )
    refuse_what_is_not_stocks_and_flows(economy, _NAME)


def _one_industry_per_good(economy: Economy) -> Any:
    """Return the technique that makes each good, -1 for none."""
    every = Makers.of(economy.matrix("outputs", 0))
    if len(every.joint):
        names = listed(map(name_of, economy.techniques[every.joint]))
        raise QuestionError(
            f"{economy.name}: {_NAME} needs one product per technique, and {names} makes several; use 'harmony-2018' "
            "or 'harmony'"
        )
    if len(every.contested):
        names = listed(map(name_of, economy.goods[every.contested]))
        raise QuestionError(
            f"{economy.name}: {_NAME} needs one technique per good, and several make {names}; use 'harmony-2018' or "
            "'harmony'"
        )
    makers = np.full(len(economy.goods), NONE)
    makers[every.made] = every.technique
    hopeless = np.flatnonzero((makers < 0) & (economy.vector("targets", 0) > 0))
    if len(hopeless):
        raise QuestionError(
            f"{economy.name}: {_NAME}: no technique makes {listed(map(name_of, economy.goods[hopeless]))}, which has a "
            "target; add one, or remove the target"
        )
    return makers


def _stocks(economy: Economy, technique: Any, not_made: Any) -> tuple[Any, Any, pd.MultiIndex]:
    """Return what is tied up, how much there is of it, and what it is called."""
    parts: list[tuple[Any, Any, list[tuple[str, Any]]]] = []
    if economy.has("capital"):
        capital = Holdings.of(economy)
        goods = economy.goods[capital.goods]
        of = goods if capital.techniques is None else zip(goods, economy.techniques[capital.techniques], strict=True)
        names = [("capital", holding_name(label) if capital.techniques is not None else name_of(label)) for label in of]
        parts.append((capital.tied_up(0), capital.given(0), names))
    if economy.has("resource_limits"):
        names = [("resource", name_of(label)) for label in economy.resources]
        parts.append((economy.matrix("resource_use", 0), economy.vector("resource_limits", 0), names))
    if len(not_made):
        names = [("good on hand", name_of(label)) for label in economy.goods[not_made]]
        use = sp.csr_array(economy.matrix("inputs", 0))[not_made]
        parts.append((use, economy.vector("initial_stocks", 0)[not_made], names))
    used = [(sp.csr_array(use)[:, technique], amount, names) for use, amount, names in parts if len(names)]
    if not used or not sum(use.nnz for use, _, _ in used):
        raise QuestionError(
            f"{economy.name}: {_NAME} shares out stocks, and no technique uses any: give 'capital' with "
            "'capital_pool', or 'resource_use' with 'resource_limits'"
        )
    ties = sp.csc_array(sp.vstack([use for use, _, _ in used]))
    ties.eliminate_zeros()
    labels = pd.MultiIndex.from_tuples([name for _, _, names in used for name in names], names=["kind", "stock"])
    return ties, np.concatenate([amount for _, amount, _ in used]).astype(float), labels
