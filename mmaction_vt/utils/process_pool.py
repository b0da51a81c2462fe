"""Calls in several processes, which may crash: a decoder that dies ends one call and not the run.

Tensors come back through shared memory.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TypeVar

import cv2
import torch
import torch.multiprocessing  # teaches pickling to pass tensors through shared memory

Item = TypeVar('Item')
Result = TypeVar('Result')

AHEAD = 2  # calls for each process that are begun before their results are asked for

_function: Callable | None = None  # what a process calls


def call_in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    on_crash: Callable[[Item], Result],
) -> Iterator[Result]:
    """Call a function for each item; the results come in the order of the items.

    When a process dies, every call that was under way is made once more, each in a process of its own, so that it is
    known which one it died of.

    Args:
        function: What is called. It is inherited by the processes and need not be picklable.
        items: Its arguments.
        workers: Number of processes; with 0 the calls are made in this one.
        on_crash: Gives the result for an item whose process died.
    """
    items = iter(items)
    if not workers:
        yield from map(function, items)
        return
    while first := list(islice(items, 1)):
        under_way = deque()
        for result in _until_a_crash(function, _chain(first, items), workers, under_way):
            yield result
        for item in under_way:
            try:
                with _pool(function, 1) as alone:
                    result = alone.submit(_call, item).result()
            except BrokenProcessPool:
                result = on_crash(item)
            yield result


def _until_a_crash(function: Callable, items: Iterator, workers: int, under_way: deque) -> Iterator:
    """Results until all are there or a process dies; then ``under_way`` holds the items without a result."""
    futures = deque()
    pool = _pool(function, workers)
    try:
        while True:
            for item in islice(items, AHEAD * workers - len(under_way)):
                under_way.append(item)
                futures.append(pool.submit(_call, item))
            if not under_way:
                return
            result = futures[0].result()
            futures.popleft()
            under_way.popleft()
            yield result
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(cancel_futures=True)


def _chain(first: list, items: Iterator) -> Iterator:
    yield from first
    yield from items


def _pool(function: Callable, workers: int) -> ProcessPoolExecutor:
    context = torch.multiprocessing.get_context('fork')
    return ProcessPoolExecutor(workers, context, initializer=_start, initargs=(function,))


def _start(function: Callable) -> None:
    """Make a process ready: one thread each, Ctrl-C is the parent's, and it ends when the parent is gone."""
    global _function  # noqa: PLW0603  one for each process
    _function = function
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    parent = torch.multiprocessing.parent_process()
    threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()


def _call(item: object) -> object:
    return _function(item)
