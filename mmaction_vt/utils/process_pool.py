"""Calls in several processes that may crash: a decoder that crashes ends one call, not the run.

Where it is safe, the processes are forks, so that the function need not be picklable; elsewhere they are started anew
(``start_method``), and a function that cannot be pickled is called in this process. Tensors are returned through shared
memory.
``tools/data/processes.py`` is for the opposite case: hours of untrusted videos, in processes that import little,
exchange JSON and can be killed after a timeout.
"""

import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing.reduction import ForkingPickler
from typing import Any, TypeVar

import cv2
import torch
import torch.multiprocessing  # registers reductions for tensors in shared memory

from .systems import start_method
from .time_limit import has_abandoned

Item = TypeVar('Item')
Result = TypeVar('Result')

GRACE = 1.0  # seconds to send a result, and to end
AHEAD = 2  # calls per process that are submitted in advance

_function: Callable[[Any], Any]  # the function that a process calls


def call_in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    on_crash: Callable[[Item], Result],
) -> Iterator[Result]:
    """Call a function for each item; results are in the order of the items.

    When a process crashes, every pending call is repeated in a process of its own, to find the one that crashes.

    Args:
        function: The function. Where processes are not forks, it should be picklable, and so must be the items.
        items: Its arguments.
        workers: Number of processes; 0 calls it in this one.
        on_crash: Returns the result for an item whose process crashed.
    """
    items = iter(items)
    if not workers or not _is_sendable(function):
        yield from map(function, items)
        return
    while first := list(islice(items, 1)):
        pending: deque[Item] = deque()
        for result in _until_a_crash(function, _chain(first, items), workers, pending):
            yield result
        for item in pending:
            try:
                with _pool(function, 1) as alone:
                    result = alone.submit(_call, item).result()
            except BrokenProcessPool:
                result = on_crash(item)
            yield result


def _is_sendable(function: Callable) -> bool:
    """Whether other processes can get a function."""
    if start_method() == 'fork':
        return True
    try:
        ForkingPickler.dumps(function)
    except Exception as error:  # noqa: BLE001  whatever an object raises that cannot be pickled
        logging.getLogger(__name__).warning(
            'Videos are read by one process: others cannot get %s (%s: %s)', function, type(error).__name__, error
        )
        return False
    return True


def _until_a_crash(function: Callable, items: Iterator, workers: int, pending: deque) -> Iterator[Any]:
    """Yield results until the last, or until a process crashes; then ``pending`` has the items without a result."""
    futures: deque[Future] = deque()
    pool = _pool(function, workers)
    try:
        while True:
            for item in islice(items, AHEAD * workers - len(pending)):
                pending.append(item)
                futures.append(pool.submit(_call, item))
            if not pending:
                return
            result = futures[0].result()
            futures.popleft()
            pending.popleft()
            yield result
    except BrokenProcessPool:
        return
    finally:
        _shut_down(pool)


def _chain(first: list, items: Iterator) -> Iterator:
    yield from first
    yield from items


def _pool(function: Callable, workers: int) -> ProcessPoolExecutor:
    context = torch.multiprocessing.get_context(start_method())
    return ProcessPoolExecutor(workers, context, initializer=_start, initargs=(function,))


def _shut_down(pool: ProcessPoolExecutor) -> None:
    """End the processes; one that was killed while it waited for a call would leave the others waiting for ever."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    until = time.monotonic() + GRACE
    for process in processes:
        process.join(max(0, until - time.monotonic()))
        process.kill()  # nothing happens if it has ended
        process.join()


def _start(function: Callable) -> None:
    """Initialise a process: it uses one thread, ignores Ctrl-C and ends with its parent."""
    global _function  # noqa: PLW0603  one for each process
    _function = function
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    parent = torch.multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def _call(item: Any) -> Any:
    result = _function(item)
    if has_abandoned():  # a decoder that hangs goes on in this process, which ends once the result is sent
        threading.Timer(GRACE, os._exit, (1,)).start()
    return result
