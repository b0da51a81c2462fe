"""Start a program in several processes: ``python tools/launch.py [OPTIONS OF TORCHRUN] PROGRAM [ARGUMENTS]``.

torchrun, with the error of the process that failed first as one sentence instead of its own report. ``dist_train.sh``,
``dist_test.sh`` and ``submit.py`` call it.
"""

import logging
import os
import re
from argparse import Namespace

import mmaction_vt.utils.program_start  # noqa: F401

from torch.distributed import DistError
from torch.distributed.elastic.multiprocessing import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure
from torch.distributed.run import get_args_parser
from torch.distributed.run import run as torchrun

from mmaction_vt.cli import run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.boundary import LAUNCHED
from mmaction_vt.utils.signals import SIGNALLED

MAX_PORT = 65536
MAX_PROCESSES = 256


def is_secondary(failure: ProcessFailure) -> bool:
    """Whether a process failed only because it lost another one."""
    message = failure.message
    return isinstance(message, dict) and bool(message.get('extraInfo', {}).get('secondary'))


def sentence_of(rank: int, failure: ProcessFailure) -> str:
    message = failure.message
    if isinstance(message, dict):
        return str(message.get('message'))
    if failure.exitcode < 0:
        why = ', mostly for lack of memory' if failure.signal_name() == 'SIGKILL' else ''
        return f'process {rank} (pid {failure.pid}) was killed by {failure.signal_name()}{why}: --resume continues'
    return f'process {rank} (pid {failure.pid}) exited with status {failure.exitcode}: its output says why'


def check(args: Namespace) -> None:
    """Check numbers, which ``launch.sh`` takes from the environment.

    Raises:
        InputError: If the number of machines, of this machine, of processes or of the port is none.
    """
    if not re.fullmatch('[1-9][0-9]{0,4}', args.nnodes):
        raise InputError(f'the number of machines (NNODES) must be a positive integer, not {args.nnodes!r}')
    if not 0 <= args.node_rank < int(args.nnodes):
        raise InputError(f'NODE_RANK must be in 0 to {int(args.nnodes) - 1} (NNODES - 1), not {args.node_rank}')
    if not 0 < args.master_port < MAX_PORT:
        raise InputError(f'PORT must be in 1 to {MAX_PORT - 1}, not {args.master_port}')
    if not re.fullmatch('[1-9][0-9]*', args.nproc_per_node) or int(args.nproc_per_node) > MAX_PROCESSES:
        raise InputError(
            f'the number of processes on this machine, one for each GPU, must be in 1 to {MAX_PROCESSES}, not '
            f'{args.nproc_per_node}'
        )


def main(args: Namespace) -> None:
    check(args)
    logging.disable(logging.ERROR)  # torchrun's own report of what is said below
    os.environ[LAUNCHED] = '1'
    try:
        torchrun(args)
    except ChildFailedError as error:
        failures = sorted(error.failures.items(), key=lambda item: (is_secondary(item[1]), item[1].timestamp))
        rank, failure = failures[0]
        if failure.exitcode > SIGNALLED:  # a signal, after which a checkpoint was written
            raise SystemExit(failure.exitcode) from error
        raise InputError(sentence_of(rank, failure)) from error
    except SignalException as error:
        raise SystemExit(SIGNALLED + error.sigval) from error
    except (DistError, TimeoutError, OSError) as error:
        if 'eaddrinuse' in str(error).lower() or 'address already in use' in str(error).lower():
            raise InputError(
                f'port {args.master_port} is in use, probably by another training: set another with PORT=29501'
            ) from error
        if args.nnodes == '1':
            raise
        raise InputError(
            f'the {args.nnodes} machines did not meet at {args.master_addr}:{args.master_port} within 10 minutes: run '
            'the same command on each, with NODE_RANK from 0, and the MASTER_ADDR and PORT of machine 0'
        ) from error
    finally:
        del os.environ[LAUNCHED]


if __name__ == '__main__':
    run(main, get_args_parser())
