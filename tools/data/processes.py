"""Calls in subprocesses that may crash: a decoder that crashes fails one call, not the run.

A subprocess has one call at a time, so it is known which one crashed, and another process replaces it. It imports only
the module of the function. Messages are lines of JSON.
"""

import importlib
import inspect
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

READY = 'ready'


class Answer(NamedTuple):
    """The outcome of a call: a result, or a description of the fault."""

    call: tuple
    result: object
    fault: str | None
    crashed: bool = False


class Helper:
    """A process that calls a function.

    Args:
        function: A module-level function with JSON arguments and result.
        timeout: Time limit of a call in seconds; None for no limit.
    """

    def __init__(self, function: Callable, timeout: float | None = None) -> None:
        module = Path(inspect.getfile(function))
        self.command = [sys.executable, __file__, str(module.parent), module.stem, function.__name__]
        self.timeout = timeout
        self.process = None
        self.stopped = False
        self.lock = threading.Lock()

    def call(self, call: tuple) -> Answer:
        """Call the function; again if the process crashes, which an earlier call may have caused.

        Raises:
            RuntimeError: If the process does not start.
        """
        answer = self._call(call)
        return self._call(call) if answer.crashed else answer

    def stop(self) -> None:
        """Kill the process."""
        with self.lock:
            self.stopped = True
            if self.process is not None:
                self.process.kill()
                self.process.wait()

    def _call(self, call: tuple) -> Answer:
        if self.process is None or self.process.poll() is not None:
            self._start()
        process, gave_up = self.process, threading.Event()

        def give_up() -> None:
            gave_up.set()
            process.kill()

        timer = threading.Timer(self.timeout or 0, give_up)
        timer.daemon = True
        if self.timeout:
            timer.start()
        line = self._ask(call)
        timer.cancel()
        if line:
            return Answer(call, *json.loads(line))
        status = process.wait()
        if gave_up.is_set():
            return Answer(call, None, f'no answer within {self.timeout:g} seconds')
        end = signal.Signals(-status).name if status < 0 else f'status {status}'
        return Answer(call, None, f'the process crashed ({end})', crashed=True)

    def _start(self) -> None:
        with self.lock:
            if self.stopped:
                raise RuntimeError('the helper was stopped')
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # messages of decoders about each corrupt frame
                encoding='utf-8',
            )
        word = self.process.stdout.readline()
        if not word or json.loads(word) != READY:
            raise RuntimeError(f'the process {" ".join(self.command)} does not start: {word.strip() or "it crashed"}')

    def _ask(self, call: tuple) -> str:
        """The response to a call; empty if the process crashed."""
        try:
            self.process.stdin.write(json.dumps(call) + '\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            return ''
        return self.process.stdout.readline()


def call_in_processes(
    function: Callable, calls: list[tuple], workers: int, timeout: float | None = None
) -> Iterator[Answer]:
    """Call a function in several processes; answers are yielded in order of completion.

    Args:
        function: A function of a module with few imports, with JSON arguments and result.
        calls: The arguments of each call.
        workers: Number of processes.
        timeout: Time limit of a call in seconds; None for no limit.

    Raises:
        RuntimeError: If a process does not start.
    """
    todo, answers = queue.SimpleQueue(), queue.SimpleQueue()
    for call in calls:
        todo.put(call)
    helpers = [Helper(function, timeout) for _ in range(min(workers, len(calls)))]
    for helper in helpers:
        threading.Thread(target=_serve, args=(helper, todo, answers), daemon=True).start()
    try:
        for _ in calls:
            answer = answers.get()
            if isinstance(answer, RuntimeError):
                raise answer
            yield answer
    finally:
        for helper in helpers:
            helper.stop()


def _serve(helper: Helper, todo: queue.SimpleQueue, answers: queue.SimpleQueue) -> None:
    """Let a helper work until the queue is empty."""
    while True:
        try:
            call = todo.get_nowait()
        except queue.Empty:
            return
        try:
            answers.put(helper.call(call))
        except RuntimeError as error:
            answers.put(error)
            return


def add_workers_option(parser: ArgumentParser) -> None:
    from mmaction_vt.utils.option_types import num_processes  # not in the subprocesses

    parser.add_argument(
        '--workers',
        type=num_processes,
        default=os.cpu_count() or 1,
        help='processes (default: number of CPUs, here %(default)s)',
    )


def serve_calls(folder: str, module: str, name: str) -> None:
    """Answer calls from standard input; runs in the subprocess."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and ends this process
    sys.stdin.reconfigure(encoding='utf-8')
    out = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    os.dup2(2, 1)  # output of libraries is not a response

    def say(message: object) -> None:
        out.write(json.dumps(message) + '\n')
        out.flush()

    sys.path.insert(0, folder)
    try:
        function = getattr(importlib.import_module(module), name)
    except ImportError as error:
        say(_describe(error))
        return
    say(READY)
    for line in sys.stdin:
        try:
            say([function(*json.loads(line)), None])
        except Exception as error:  # noqa: BLE001  any error is reported
            say([None, _describe(error)])


def _describe(error: Exception) -> str:
    """An error on one line."""
    text = ' '.join(str(error).split())[:300]
    if type(error) is ValueError and text:
        return text
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


if __name__ == '__main__':
    serve_calls(*sys.argv[1:])
