"""A run of HiGHS that Ctrl-C ends."""

from __future__ import annotations

import atexit
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import highspy
import numpy as np

#: Seconds from Ctrl-C after which a run that has not stopped is left to itself.
_PATIENCE = 1.0
_left: list[threading.Thread] = []


def run_interruptibly(highs: Any) -> tuple[Any, bool]:
    """Run HiGHS in a thread that is asked to stop at Ctrl-C, and left to itself where it does not: PDLP never asks,
    interior point seldom.

    Returns
    -------
    (how the run ended, None where it was left to itself and its object is not to be touched again; whether Ctrl-C
    came.)
    """
    if threading.current_thread() is not threading.main_thread():
        return highs.run(), False
    if not highs.HandleUserInterrupt:  # said again, it is asked at every pivot as often as it was said
        highs.HandleUserInterrupt = True
    ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
    running = threading.Thread(target=_run_to_its_end, args=(highs, ended), daemon=True)
    until, interrupted, started = np.inf, False, False
    while True:
        try:
            if not started:
                started = True
                running.start()
            while time.monotonic() < until:
                with suppress(queue.Empty):
                    return ended.get(timeout=0.1), interrupted
            break
        except KeyboardInterrupt:
            interrupted = True
            highs.cancelSolve()
            until = min(until, time.monotonic() + _PATIENCE)
    _left.append(running)
    return None, interrupted


def _run_to_its_end(highs: Any, ended: queue.SimpleQueue[Any]) -> None:
    try:
        ended.put(highs.run())
    finally:
        highspy.Highs.resetGlobalScheduler(False)  # this thread's own


@atexit.register
def _end_with_those_left() -> None:
    """End the process, as interrupted, where a run left to itself still goes on: HiGHS would abort."""
    if any(running.is_alive() for running in _left):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(130)
