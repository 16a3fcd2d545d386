r"""A smaller economy: goods and techniques merged by a concordance.

With S the matrix of zeros and ones from old names to new ones and x the base-year activity levels, a table of
coefficients M becomes ``(S M diag(x) S') / (S x)``, column by column: what the merged technique used per unit in the
base year. Flows and stocks are added; rates of wear are averaged by the stocks they wear down. So a plan that
reproduces the base year reproduces it after merging, exactly; any other plan is that of an economy in which the merged
techniques keep their base-year proportions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import DataError, listed, shortened
from ..base.numbers import doubles
from ..tables.merging import AVERAGED_BY_ACTIVITY, SUMMED, Averaged, Refused
from ..tables.registry import taken_for_identity
from ..tables.rules import TERMS
from ..tables.spec import TableSpec
from .coerce import as_labels, matched
from .curve_table import CurveTable
from .data import EconomyData
from .rule_table import Rule, RuleTable, Term
from .table import Matrix, Table, as_csr, checked

E = TypeVar("E", bound=EconomyData)
Concordance = Mapping[Any, Any] | pd.Series


@dataclass(frozen=True, eq=False)
class _Merge:
    """Old names of an axis to new ones: ``codes`` gives the position in ``new`` of each of ``old``."""

    old: pd.Index
    new: pd.Index
    codes: npt.NDArray[np.intp]

    @classmethod
    def read(cls, old: pd.Index, concordance: Concordance | None, axis: str, where: str) -> _Merge:
        """Match a concordance with the names of an axis; without one, every name stays."""
        if concordance is None:
            return cls(old, old, np.arange(len(old)))
        place = f"{where}: concordance"
        if not isinstance(concordance, Mapping | pd.Series):
            raise DataError(f"{place}: must be a mapping or a Series by name, not {shortened(concordance)}")
        if isinstance(concordance, pd.Series):
            given, values = concordance.index, concordance.tolist()
        else:
            given, values = pd.Index(list(concordance), tupleize_cols=False), list(concordance.values())
        order = matched(as_labels(given, axis, place), old, axis, place)
        nameless = [name for name, value in zip(given, values, strict=True) if _is_missing(value)]
        if nameless:
            raise DataError(f"{place}: there is no new name for {listed(nameless)}")
        distinct = list(dict.fromkeys(_hashable(values[k], place) for k in order))
        new = as_labels(distinct, axis, f"{place}: the new names")
        at = {name: k for k, name in enumerate(distinct)}
        codes = np.array([at[values[k]] for k in order], dtype=np.intp)
        return cls(old, pd.Index(new, tupleize_cols=False).rename(old.name), codes)

    @property
    def merges(self) -> bool:
        """Whether any group has more than one member."""
        return len(self.new) < len(self.old)

    @cached_property
    def sums(self) -> Matrix:
        """S, new by old."""
        return sp.csr_array(
            (np.ones(len(self.old)), (self.codes, np.arange(len(self.old)))), shape=(len(self.new), len(self.old))
        )

    def alike(self, values: npt.NDArray[Any], what: str, where: str) -> npt.NDArray[Any]:
        """Return the one value of each group; members that differ are an error."""
        first = np.empty(len(self.new), dtype=values.dtype)
        first[self.codes[::-1]] = values[::-1]
        differ = np.flatnonzero(first[self.codes] != values)
        if len(differ):
            group = self.codes[differ[0]]
            raise DataError(
                f"{where}: the {what} of {listed(self.old[self.codes == group])} differ, so they cannot become "
                f"{str(self.new[group])!r}; make them equal, or keep them apart"
            )
        return first


def aggregate(
    economy: E,
    concordance: Concordance,
    base: pd.Series | None = None,
    techniques: Concordance | None = None,
) -> E:
    """Return the economy with goods and techniques merged; see :meth:`natura_opt.Economy.aggregate`."""
    where = economy.name
    same = economy.techniques.equals(economy.goods)
    goods = _Merge.read(economy.goods, concordance, "goods", where)
    chosen = concordance if techniques is None and same else techniques
    merges = {"goods": goods, "techniques": _Merge.read(economy.techniques, chosen, "techniques", where)}
    tables = dict(economy.tables)
    for spec in taken_for_identity(tables):
        rows, columns = (merges[axis].codes for axis in spec.axes)
        if not np.array_equal(rows, columns):
            tables[spec.name] = Table(spec, {None: economy.matrix(spec.name, 0)})
    level = _levels(economy, base, merges["techniques"], tables)
    axes = {**economy.axes, **{axis: merge.new for axis, merge in merges.items()}}
    done: dict[str, Table] = {}
    for name, table in tables.items():
        if isinstance(table, CurveTable):
            done[name] = _renamed_curves(table, merges, axes, where)
            continue
        if isinstance(table, RuleTable):
            done[name] = _merged_rules(table, merges, axes, where)
            continue
        slices = {key: _merged(economy, table.spec, part, key, merges, level) for key, part in table.slices.items()}
        done[name] = checked(table.spec, slices, axes, where)
    units = {
        axis: tuple(merges[axis].alike(np.array(strings, dtype=object), "units", where)) if axis in merges else strings
        for axis, strings in economy.units.items()
    }
    return replace(economy, axes=axes, tables=done, units=units)


def _renamed_curves(
    table: CurveTable, merges: Mapping[str, _Merge], axes: Mapping[str, pd.Index], where: str
) -> CurveTable:
    """Return curves under new names; where anything that has one is merged, they are refused."""
    if any(merge.merges for merge in merges.values()):
        assert isinstance(table.spec.merge, Refused)
        raise DataError(f"{where}: {table.spec.name!r} {table.spec.merge.why}; remove the table before merging")
    return table.renamed(axes)


def _merged_rules(
    table: RuleTable, merges: Mapping[str, _Merge], axes: Mapping[str, pd.Index], where: str
) -> RuleTable:
    """Return rules of what things become: a group counts as each of its members did, which must count alike."""
    return RuleTable.of([_merged_rule(rule, merges, where) for rule in table.placed], axes)


def _merged_rule(rule: Rule, merges: Mapping[str, _Merge], where: str) -> Rule:
    terms: dict[tuple[str, int], Term] = {}
    for term in rule.terms:
        merge = merges.get(TERMS[term.of])
        at = term.at if merge is None else int(merge.codes[term.at])
        terms[term.of, at] = replace(term, at=at)
    given = {(term.of, term.at): term.coefficients for term in rule.terms}
    for (of, at), term in terms.items():
        merge = merges.get(TERMS[of])
        for member in () if merge is None else np.flatnonzero(merge.codes == at).tolist():
            own = given.get((of, member), np.zeros(len(term.coefficients)))
            if merge is not None and (own != term.coefficients).any():
                raise DataError(
                    f"{where}: rule {rule.name!r} does not count {listed(merge.old[merge.codes == at])} alike "
                    f"({of}), so they cannot become {str(merge.new[at])!r}; keep them apart, or remove the rule"
                )
    return replace(rule, terms=tuple(terms.values()))


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _hashable(value: Any, place: str) -> Any:
    try:
        hash(value)
    except TypeError:
        raise DataError(f"{place}: {shortened(value)} cannot be a name; use text or a number") from None
    return value


def _levels(economy: EconomyData, base: pd.Series | None, merge: _Merge, tables: Mapping[str, Table]) -> Floats:
    """Return base-year levels; they matter only where techniques are merged."""
    coefficients = [name for name, table in tables.items() if table.spec.merge == AVERAGED_BY_ACTIVITY]
    if base is None:
        if merge.merges and coefficients:
            raise DataError(
                f"{economy.name}: the coefficients of merged techniques ({listed(coefficients)}) are averaged by how "
                "much of each ran in the base year; give base=, a Series of activity levels by technique"
            )
        return np.ones(len(merge.old))
    place = f"{economy.name}: base"
    if not isinstance(base, pd.Series):
        raise DataError(f"{place}: must be a Series of activity levels by technique, not {type(base).__name__}")
    order = matched(as_labels(base.index, "techniques", place), merge.old, "techniques", place)
    try:
        level = doubles(base)[order]
    except ValueError as error:
        raise DataError(f"{place}: not numbers: {error}") from None
    bad = ~np.isfinite(level) | (level < 0)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise DataError(f"{place}, row {merge.old[at]!r} is {level[at]}; give a finite number of at least 0")
    return np.asarray(level)


def _merged(
    economy: EconomyData, spec: TableSpec, part: Any, key: int | None, merges: Mapping[str, _Merge], level: Floats
) -> Any:
    """Return a slice of a table after merging, as its rule says."""
    if not any(axis in merges and merges[axis].merges for axis in spec.axes):
        return part
    if isinstance(spec.merge, Refused):
        raise DataError(f"{economy.name}: {spec.name!r} {spec.merge.why}; remove the table before merging")
    if spec.is_matrix:
        return _merged_matrix(economy, spec, part, key, merges, level)
    rows = merges[spec.axes[0]]
    if spec.merge == SUMMED:
        return rows.sums @ part
    if isinstance(spec.merge, Averaged):
        weights = economy.vector(spec.merge.stock, key or 0)
        total = rows.sums @ weights
        if (total[rows.codes][np.bincount(rows.codes)[rows.codes] > 1] > 0).all():
            alone = np.where(total[rows.codes] > 0, weights, 1.0)
            return (rows.sums @ (part * alone)) / (rows.sums @ alone)
    return rows.alike(part, f"entries of {spec.name!r}", economy.name)


def _merged_matrix(
    economy: EconomyData, spec: TableSpec, part: Matrix, key: int | None, merges: Mapping[str, _Merge], level: Floats
) -> Matrix:
    rows, columns = (merges.get(axis) for axis in spec.axes)
    if isinstance(spec.merge, Averaged):
        return _averaged(part, _matrix_weights(economy, spec.merge, part, key, level), merges)
    if columns is not None and spec.merge == AVERAGED_BY_ACTIVITY:
        part = part @ sp.diags_array(_shares(economy, columns, level))
    part = part if rows is None else rows.sums @ part
    return as_csr(part if columns is None else part @ columns.sums.T)


def _shares(economy: EconomyData, columns: _Merge, level: Floats) -> Floats:
    """Return each technique's share in the base-year level of its group, exactly 1 for a group of one."""
    totals = (columns.sums @ level)[columns.codes]
    alone = np.bincount(columns.codes)[columns.codes] == 1
    idle = (totals == 0) & ~alone
    if idle.any():
        group = columns.new[columns.codes[int(np.flatnonzero(idle)[0])]]
        raise DataError(
            f"{economy.name}: base: no technique of {str(group)!r} ran in the base year, so their coefficients cannot "
            "be averaged; give one of them a level"
        )
    return np.where(alone, 1.0, level / np.where(totals == 0, 1.0, totals))


def _matrix_weights(
    economy: EconomyData, rule: Averaged, rates: Matrix, key: int | None, level: Floats
) -> list[Matrix]:
    """Return what rates of wear are averaged by: the stocks there are; where none, what the base year, and then what a
    unit ties up; where nothing is tied up, every rate stated counts alike."""
    period = key or 0
    capital = economy.matrix(rule.tied_up_by, period)
    stated = sp.csr_array(rates, copy=True)
    stated.data = np.ones_like(stated.data)
    stock = economy.matrix(rule.stock, 0)
    return [stock, sp.csr_array(capital @ sp.diags_array(level)), capital, stated]


def _averaged(rates: Matrix, weights: list[Matrix], merges: Mapping[str, _Merge]) -> Matrix:
    """Average rates over the merged cells by the first of the weights that a merged cell has any of."""
    rows, columns = merges["goods"].sums, merges["techniques"].sums
    average = sp.csr_array((rows.shape[0], columns.shape[0]))
    settled = sp.csr_array(average.shape, dtype=bool)
    for weight in weights:
        total = as_csr(rows @ weight @ columns.T)
        worn = rows @ rates.multiply(weight) @ columns.T
        inverse = total.copy()
        inverse.data = 1.0 / inverse.data
        mean = sp.csr_array(worn.multiply(inverse))
        average = sp.csr_array(average + mean - mean.multiply(settled))
        settled = sp.csr_array(settled + total.astype(bool))
    return as_csr(average)
