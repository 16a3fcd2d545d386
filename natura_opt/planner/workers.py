"""Who solves the blocks of a sweep: this process, several beside it, or a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from typing import Any

from ..base.errors import OptionError
from .blocks import Row, Task

Solved = tuple[int, tuple[list[Row], list[Row]]]
#: The task of a process that solves blocks of it.
_TASK: list[Task] = []


def solved_blocks(task: Task, numbers: Sequence[int], cores: int, cluster: str | None) -> Iterator[Solved]:
    """Yield (number of a block, its rows and efforts), as they are ready.

    Raises
    ------
    OptionError : the cluster cannot be used, or the processes end without a word.
    """
    if cluster is not None:
        yield from _on_cluster(task, numbers, cluster)
    elif cores == 1 or len(numbers) < 2:
        for number in numbers:
            yield number, task.solve_block(number)
    else:
        yield from _beside(task, numbers, min(cores, len(numbers)))


def _beside(task: Task, numbers: Sequence[int], cores: int) -> Iterator[Solved]:
    """Solve blocks in processes of their own, which end when this one does."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), _begin, (task,))
    try:
        futures = {pool.submit(_solve, number): number for number in numbers}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool:
        raise OptionError(
            "sweep: the processes that were to solve blocks ended; a script that asks for them must do so under "
            'if __name__ == "__main__":, or ask for cores=1'
        ) from None
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(task: Task) -> None:
    _TASK[:] = [task]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process at once when the one that began it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _solve(number: int) -> tuple[list[Row], list[Row]]:
    return _TASK[0].solve_block(number)


def _on_cluster(task: Task, numbers: Sequence[int], address: str) -> Iterator[Solved]:
    """Solve blocks on a Dask cluster."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise OptionError(
            "sweep: cluster= needs Dask's distributed, which is not installed; install natura-opt[cluster]"
        ) from None
    client: Any = None
    try:
        client = distributed.Client(address, timeout=20)
        shared = client.scatter(task, broadcast=True)
        futures = {client.submit(Task.solve_block, shared, number, pure=False): number for number in numbers}
        for future in distributed.as_completed(futures):
            yield futures[future], future.result()
    except (OSError, ValueError) as error:
        raise OptionError(f"sweep: the cluster at {address!r} does not answer: {error}") from None
    finally:
        if client is not None:
            client.close()
