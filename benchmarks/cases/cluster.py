"""Price coordination over a Dask cluster: the same answer, what goes over the wire, and a hundred workers on paper.

Measured: one machine against a cluster of processes of the same machine, which can only lose by the wire; the bytes of
each question, beside what a centre would have to be told for the whole linear program. Computed from that: seconds of a
round with up to a hundred workers, at the size that was measured and for twelve million goods.

On paper a round is its questions, one after another. Each costs a delay; the workers' reading of their coefficients,
which is divided among them; the centre's own arithmetic, which is not; and the bytes that pass the centre's one wire.
Of those, what every good is told and asked does not grow with the number of workers, but each worker must hear the
prices of all goods that its techniques need, and hands back orders for them, which the centre adds up. Inputs come from
anywhere, which is the worst case: goods that need mostly each other, kept by one worker, are not said over any wire.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from natura_opt.generate.planned import planned
from natura_opt.methods.prices.centre import Centre
from natura_opt.methods.prices.cheapest import Industries
from natura_opt.methods.prices.distributed_table import DistributedTable, blocks_for
from natura_opt.methods.prices.on_cluster import table_on_cluster
from natura_opt.methods.prices.own_units import OwnUnits, in_own_units
from natura_opt.methods.prices.priced_economy import priced_economy
from natura_opt.methods.prices.rounds import begun, coordinated_rounds
from natura_opt.methods.prices.technique_table import TechniqueTable
from natura_opt.plan.price_rounds import PriceRound

from ..measuring import Competitor, Result, race

TITLE = "the technique table kept by the workers of a cluster: bytes of a round, and a hundred workers on paper"
OURS = "one machine"
TOLERANCE = 1e-6
_GOODS = {"tiny": 700, "small": 5_000, "full": 100_000}
_INPUTS = {"tiny": 16, "small": 20, "full": 20}
_RESOURCES = {"tiny": 4, "small": 10, "full": 10}
_TECHNIQUES = 2
#: The economy on paper: goods, inputs of a technique.
_ON_PAPER = (12_000_000, 8)
_WORKERS = (1, 2, 4, 8, 16, 32, 64, 100)
#: Bytes a second of the centre's wire: a gigabit, ten, a hundred. Seconds that a question takes with nothing to say.
_WIRES = {"1 Gbit/s": 1.25e8, "10 Gbit/s": 1.25e9, "100 Gbit/s": 1.25e10}
_DELAY = 2e-3


@dataclass(frozen=True)
class Found:
    """What a run of rounds came to, and where its seconds went."""

    rounds: tuple[PriceRound, ...]
    prices: np.ndarray
    seconds: float
    in_table: float
    by_question: dict[str, tuple[int, int, int]]


@dataclass(frozen=True)
class Shape:
    """An economy in which every technique takes so many inputs, from anywhere."""

    goods: int
    techniques: int
    inputs: int
    things: int

    @property
    def coefficients(self) -> int:
        """Of the technique table."""
        return self.goods * self.techniques * self.inputs

    def needs(self, blocks: int) -> float:
        """Return how many goods all blocks together need, each counted for every block that does."""
        per_block = self.coefficients / blocks
        return blocks * self.goods * -math.expm1(per_block * math.log1p(-1.0 / self.goods))

    def bytes_of(self, question: str, blocks: int, rows: float = 0.0) -> tuple[float, float]:
        """Return bytes to and from the blocks of one question, without what they are reminded of.

        Parameters
        ----------
        rows : techniques that are asked for one by one.
        """
        n, m, needs = self.goods, self.goods * self.techniques, self.needs(blocks)
        one = 8 if n * self.things <= 4_000_000 else 4  # of contents
        return {
            "pay": (8 * self.things * blocks, 8 * m),
            "ask": (8 * needs, 9 * n),
            "spend": (8 * needs, 8 * n),
            "order": (8 * n, 8 * needs),
            "contain": (one * self.things * needs, one * self.things * n),
            "use": (0, one * self.things * n),
            "total": (8 * n, 16 * 64 * self.things),
            "survey": ((8 + one * self.things) * needs + 8 * self.things * blocks, one * self.things * m),
            "costs": (8 * rows + 8 * needs, 8 * rows),
        }.get(question, (0.0, 0.0))


def run(size: str) -> Result:
    """Run the same rounds at home and on clusters, which must agree to the last bit, and do the sums for more."""
    distributed: Any = __import__("distributed")
    goods, inputs, things = _GOODS[size], _INPUTS[size], _RESOURCES[size]
    economy = planned(
        goods=goods, inputs=inputs, techniques=_TECHNIQUES, resources=things, pattern="uniform", radius=0.8, seed=1
    )
    ours = in_own_units(priced_economy(economy, economy.question()))
    table = TechniqueTable(ours.inputs, ours.use, ours.laid.first, ours.laid.rows)
    ways = [Competitor(OURS, lambda: _rounds(ours, table), _answer, figures=_told)]
    figures: dict[str, Any] = {"coefficients": table.inputs.nnz, "blocks": blocks_for(table.inputs.nnz)}
    clusters = []
    try:
        for count in (1, 2):
            cluster = distributed.LocalCluster(
                n_workers=count, threads_per_worker=1, processes=size != "tiny", dashboard_address=":0"
            )
            clusters.append(cluster)
            name = f"cluster, {count} worker{'s' if count > 1 else ''}"
            ways.append(Competitor(name, _on(ours, table, cluster.scheduler_address), _answer, figures=_told))
        rows = race(ways, OURS, lambda one, other: one == other, repeats=1 if size == "full" else 2)
        measured = _rounds(ours, table)
        wired = _on(ours, table, clusters[-1].scheduler_address)()
    finally:
        for cluster in clusters:
            cluster.close()
    shape = Shape(goods, _TECHNIQUES, table.inputs.nnz / (goods * _TECHNIQUES), things)  # type: ignore[arg-type]
    figures |= _wire(wired, shape, figures["blocks"])
    figures["seconds of a round: reading"] = measured.in_table / len(measured.rounds)
    figures["seconds of a round: the centre"] = (measured.seconds - measured.in_table) / len(measured.rounds)
    large = Shape(_ON_PAPER[0], _TECHNIQUES, _ON_PAPER[1], things)
    for name, one in ((f"{goods:,} goods", shape), (f"{large.goods:,} goods, computed from that", large)):
        figures |= {f"{name}, {key}": value for key, value in _on_paper(measured, wired, shape, one).items()}
    return Result("cluster", TITLE, size, OURS, rows, figures)


def _rounds(ours: OwnUnits, table: TechniqueTable, address: str | None = None) -> Found:
    """Coordinate until the gap is closed, by a clock that stops whenever the table at hand is asked."""
    centre = Centre.of(len(ours.laid.amounts), len(ours.wanted))
    rounds: list[PriceRound] = []
    began = time.perf_counter()
    with nullcontext(_Clocked(table)) if address is None else table_on_cluster(table, address) as asked:
        industries = Industries.of(asked)
        for done in coordinated_rounds(ours, industries, centre, TOLERANCE, begun(ours, industries, centre)):
            rounds.append(done)
            if done.gap <= TOLERANCE:
                break
        seconds = time.perf_counter() - began
        by_question = asked.by_question if isinstance(asked, DistributedTable) else {}
        in_table = asked.seconds if isinstance(asked, _Clocked) else 0.0
    return Found(tuple(rounds), centre.prices, seconds, in_table, by_question)


def _on(ours: OwnUnits, table: TechniqueTable, address: str) -> Callable[[], Found]:
    return lambda: _rounds(ours, table, address)


class _Clocked(TechniqueTable):
    """A table at hand that counts the seconds it is read."""

    _QUESTIONS = frozenset(
        ("scarcity", "ask", "costs_of", "times", "transposed", "times_columns", "use_columns", "total_use", "survey")
    )

    def __init__(self, table: TechniqueTable) -> None:
        super().__init__(table.inputs, table.use, table.first, table.rows)
        self.seconds = 0.0

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in _Clocked._QUESTIONS:
            return found

        def timed(*given: Any) -> Any:
            began = time.perf_counter()
            answer = found(*given)
            self.seconds += time.perf_counter() - began
            return answer

        return timed


def _answer(found: Found) -> tuple[Any, ...]:
    """Everything a run found, to the last bit."""
    return tuple((done.bound, done.best) for done in found.rounds), found.prices.tobytes()


def _told(found: Found) -> dict[str, Any]:
    last = found.rounds[-1]
    return {"rounds": last.round, "passes": last.passes, "gap": last.gap, "bytes": last.wire}


def _wire(found: Found, shape: Shape, blocks: int) -> dict[str, Any]:
    """Return bytes of the run, and beside them those of the whole linear program."""
    ends = [done.wire for done in found.rounds]
    told: dict[str, Any] = {
        "bytes of each round": ", ".join(f"{part:,}" for part in np.diff([0, *ends])),
        "bytes in all": ends[-1],
        "bytes of the linear program": 12 * shape.coefficients + 12 * shape.goods * shape.techniques * shape.things,
        "questions": sum(calls for calls, _, _ in found.by_question.values()),
    }
    for question, (calls, sent, received) in found.by_question.items():
        computed = sum(shape.bytes_of(question, blocks)) * calls
        told[f"bytes of '{question}'"] = {"asked": calls, "sent": sent, "received": received, "computed": computed}
    return told


def _on_paper(measured: Found, wired: Found, shape: Shape, large: Shape) -> dict[str, Any]:
    """Return seconds of a round by number of workers, and what limits it, for each wire.

    Parameters
    ----------
    measured, wired : at home, where the seconds went; and on a cluster, what was asked. shape : of that economy.
    """
    rounds = len(wired.rounds)
    calls = {question: many / rounds for question, (many, _, _) in wired.by_question.items()}
    reading = measured.in_table / rounds * large.coefficients / shape.coefficients
    own = (measured.seconds - measured.in_table) / rounds * large.goods / shape.goods
    told = {}
    for name, speed in _WIRES.items():
        cells = []
        for workers in _WORKERS:
            over_wire = sum(many * sum(large.bytes_of(question, workers)) for question, many in calls.items())
            parts = {
                "reading": reading / workers,
                "centre": own,
                "wire": over_wire / speed,
                "delay": _DELAY * sum(calls.values()),
            }
            cells.append(f"{workers}: {sum(parts.values()):.3g} s ({max(parts, key=lambda part: parts[part])})")
        told[f"seconds of a round at {name}, by workers (and what limits them)"] = "; ".join(cells)
    return told
