"""Blocks of the technique table on a Dask cluster, one actor each; who is lost is replaced, and asked again.

Every answer is a function of what is asked and of the block. So a worker that ends costs its blocks the time they take
to be made again by another worker, from where they came from, and one repeated question.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ...base.errors import OptionError
from .distributed_table import Answer, DistributedTable, Message, blocks_for
from .table_block import BlockKeeper, Blocks, Facts, TableBlock
from .technique_table import TechniqueTable

#: A block, or how a worker makes it (of something that every worker can read).
Recipe = TableBlock | Callable[[], TableBlock]
#: Seconds to wait for a first worker, or for one more when all were lost; between looks whether one is still there.
_WAIT, _LOOK = 60.0, 5.0
#: How often in a row a block may be lost.
_LOST = 5


class KeepersOnCluster:
    """Keepers of blocks on a Dask cluster.

    Parameters
    ----------
    client : of ``distributed``. recipes : of the blocks, in order.

    Attributes
    ----------
    facts : of every block. knows : what each keeper has been told and remembers.
    lost : how often a block had to be made again.

    Raises
    ------
    OptionError : the cluster has no workers, or loses them as they come.
    """

    def __init__(self, client: Any, recipes: Sequence[Recipe]) -> None:
        self._client, self._recipes = client, recipes
        self._keepers: list[Any] = [None] * len(recipes)
        self._futures: list[Any] = [None] * len(recipes)
        self.facts: list[Facts] = [None] * len(recipes)  # type: ignore[list-item]
        self.knows: list[dict[str, Any]] = [{} for _ in recipes]
        self.lost = 0
        self._begin(range(len(recipes)))

    def call(self, message: Callable[[int], Message]) -> list[Answer]:
        """Ask every keeper and return the answers in the order of blocks; whoever is lost is replaced and asked again.

        Parameters
        ----------
        message : what a block is asked; asked for again where the keeper is a new one, who knows nothing.
        """
        answers: dict[int, Any] = {}
        left = list(range(len(self._recipes)))
        for _ in range(_LOST):
            found = self._asked(left, lambda block: self._keepers[block].answer(*message(block)))
            answers |= {block: answer for block, answer in found.items() if not isinstance(answer, _Lost)}
            lost = [block for block in left if block not in answers]
            if not lost:
                return [answers[block] for block in range(len(self._recipes))]
            self.lost += len(lost)
            self._begin(lost)
            left = lost
        raise _losing(left, found)

    def _begin(self, blocks: Sequence[int]) -> None:
        """Let workers take blocks, in turn."""
        left = list(blocks)
        for _ in range(_LOST):
            workers, found = self._workers(), dict[int, Any]()
            for start in range(0, len(left), len(workers)):  # no more blocks on the way than there are workers
                taken = left[start : start + len(workers)]
                for address, block in zip(workers, taken, strict=False):
                    self.knows[block].clear()
                    self._futures[block] = self._client.submit(
                        BlockKeeper, actor=True, pure=False, workers=[address], allow_other_workers=True
                    )
                for block in taken:
                    self._keepers[block] = self._made(self._futures[block])
                found |= self._asked(taken, lambda block: self._keepers[block].keep(self._recipes[block]))
            for block, facts in found.items():
                if not isinstance(facts, _Lost):
                    self.facts[block] = facts
            left = [block for block in left if isinstance(found[block], _Lost)]
            if not left:
                return
        raise _losing(left, found)

    def _made(self, future: Any) -> Any:
        """Return an actor, or what stands for one that was lost as it was made."""
        try:
            return future.result(timeout=_WAIT)
        except Exception as error:
            return _Lost(error)

    def _asked(self, blocks: Sequence[int], ask: Callable[[int], Any]) -> dict[int, Any]:
        """Ask all at once, and wait for all."""
        asked = {block: _tried(ask, block) for block in blocks}
        return {block: self._heard(block, waiting) for block, waiting in asked.items()}

    def _heard(self, block: int, waiting: Any) -> Any:
        """Wait for an answer as long as the worker is there."""
        while not isinstance(waiting, _Lost):
            try:
                return waiting.result(timeout=_LOOK)
            except TimeoutError as error:
                if not waiting.done() and self._futures[block].status == "finished":
                    continue
                return _Lost(error)
            except (OSError, RuntimeError, KeyError) as error:
                return _Lost(error)
        return waiting

    def _workers(self) -> list[str]:
        """Return the addresses of the workers there are; wait for a first one."""
        until = time.monotonic() + _WAIT
        while True:
            workers = sorted(self._client.nthreads())
            if workers:
                return workers
            if time.monotonic() > until:
                raise OptionError(f"prices: the cluster has had no worker for {_WAIT:.0f} seconds; start some")
            time.sleep(0.1)


class _Lost:
    """What stands for the answer of a keeper that is gone."""

    def __init__(self, why: Exception) -> None:
        self.why = why


def _tried(ask: Callable[[int], Any], block: int) -> Any:
    try:
        return ask(block)
    except (AttributeError, OSError, RuntimeError, KeyError) as error:
        return _Lost(error)


def _losing(blocks: Sequence[int], found: dict[int, Any]) -> OptionError:
    return OptionError(
        f"prices: block {blocks[0] + 1} of the technique table was lost {_LOST} times in a row on the cluster, at last "
        f"with {type(found[blocks[0]].why).__name__}: {found[blocks[0]].why}; its workers may lack memory"
    )


@contextmanager
def table_on_cluster(table: TechniqueTable, address: str) -> Iterator[DistributedTable]:
    """Spread a table over the workers of a Dask cluster, for as long as it is asked.

    Parameters
    ----------
    table : its blocks are sent again should a worker be lost.
    address : of the cluster's scheduler.

    Raises
    ------
    OptionError : the cluster cannot be used.
    """
    with client_of(address) as client:
        blocks = Blocks(table, blocks_for(table.inputs.nnz))
        yield DistributedTable(KeepersOnCluster(client, blocks), table.rows)


@contextmanager
def client_of(address: str) -> Iterator[Any]:
    """Connect with a Dask cluster, and with its workers directly.

    Raises
    ------
    OptionError : Dask's distributed is not installed, or nobody answers.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise OptionError(
            "prices: cluster needs Dask's distributed, which is not installed; install natura-opt[cluster]"
        ) from None
    try:
        client = distributed.Client(address, timeout=20, direct_to_workers=True)
    except (OSError, ValueError) as error:
        raise OptionError(f"prices: the cluster at {address!r} does not answer: {error}") from None
    try:
        yield client
    finally:
        client.close()
