"""Train with submitit, requeued after preemption: ``python tools/submit.py CONFIG [options of train.py]``.

Submits a job to a Slurm cluster (or with ``--cluster local`` to this machine) that trains on all its GPUs. When it is
preempted or reaches its time limit it writes a checkpoint, is requeued and resumes. Its output is in
``WORK_DIR/jobs``.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console

from mmaction_vt.cli import read_config, run
from mmaction_vt.errors import InputError
from mmaction_vt.utils.boundary import ERROR_FILE
from mmaction_vt.utils.config import config_path
from mmaction_vt.utils.option_types import integer, number

TOOLS = Path(__file__).resolve().parent
PORT = 29500
SIGNALLED = 128  # added to the number of a signal in the exit status


class Training:
    """One job: training on a node; submitit pickles it and runs it there.

    Args:
        arguments: Arguments of ``train.py``.
        processes: Processes per node.
    """

    def __init__(self, arguments: list[str], processes: int) -> None:
        self.arguments = arguments
        self.processes = processes

    def __call__(self) -> str:
        """Train, on the node of the job."""
        import submitit

        job = submitit.JobEnvironment()
        error_file = error_file_of(job.paths.folder, job.job_id, job.node)
        error_file.unlink(missing_ok=True)
        # Slurm itself starts a job again after its node has failed.
        arguments = resuming(self.arguments) if int(os.environ.get('SLURM_RESTART_COUNT', '0')) else self.arguments
        command = [sys.executable, str(TOOLS / 'train.py'), *arguments]
        if self.processes * job.num_nodes > 1:
            launch = ['--nnodes', job.num_nodes, '--node_rank', job.node, '--master_addr', job.hostnames[0]]
            launch += ['--master_port', PORT, '--nproc_per_node', self.processes]
            command[1:2] = [str(TOOLS / 'launch.py'), *map(str, launch), str(TOOLS / 'train.py')]
            command += ['--launcher', 'pytorch']
        self.child = subprocess.Popen(command, env={**os.environ, ERROR_FILE: str(error_file)})
        while (status := self.child.poll()) is None:  # a signal may call ``checkpoint``, which waits too
            time.sleep(0.5)
        if status:  # its own sentence is in the job's output
            raise SystemExit(status if status > 0 else SIGNALLED - status)
        return 'done'

    def checkpoint(self) -> object:
        """The resumed job, which submitit submits after preemption or a time limit."""
        import submitit

        if getattr(self, 'child', None) is not None:
            self.child.terminate()  # training writes a checkpoint and exits
            self.child.wait()
        return submitit.helpers.DelayedSubmission(Training(resuming(self.arguments), self.processes))

    def __getstate__(self) -> dict:
        return dict(arguments=self.arguments, processes=self.processes)


def resuming(arguments: list[str]) -> list[str]:
    """Arguments of ``train.py`` that continue what the same arguments began."""
    if any(word.partition('=')[0] == '--resume' for word in arguments):
        return arguments
    return [*(word for word in arguments if word != '--overwrite'), '--resume']


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Train with submitit. Other options are passed to train.py.')
    parser.add_argument('config', help="config file, or a model's name")
    parser.add_argument('--work-dir', help='folder for checkpoints, logs and jobs (default: as for train.py)')
    parser.add_argument('--cluster', choices=('slurm', 'local'), default='slurm', help='default: %(default)s')
    parser.add_argument('--partition', help="Slurm's partition")
    parser.add_argument('--nodes', type=integer(1, 10000), default=1, help='machines (default: %(default)s)')
    parser.add_argument(
        '--gpus-per-node', type=integer(0, 256), default=8, help='0 to train on the CPU (default: %(default)s)'
    )
    parser.add_argument('--cpus-per-gpu', type=integer(1, 1024), default=8, help='CPUs per GPU (default: %(default)s)')
    parser.add_argument(
        '--hours', type=number(0.02, 10000), default=24, help='time limit of a job (default: %(default)s)'
    )
    parser.add_argument(
        '--requeues', type=integer(0), default=20, help='maximum number of requeues (default: %(default)s)'
    )
    parser.add_argument('--name', help="job's name (default: the config's)")
    parser.add_argument('--wait', action='store_true', help='wait for the job to finish')
    return parser


def main(args: object) -> None:
    try:
        import submitit
    except ImportError as error:
        raise InputError('tools/submit.py needs the package submitit (pip install submitit)') from error
    work_dir = Path(read_config(args.config, None, args.work_dir, 'file').work_dir).resolve()
    if args.cluster == 'slurm' and shutil.which('sbatch') is None:
        raise InputError('this machine has no sbatch of Slurm; --cluster local runs the job on this machine')
    executor = submitit.AutoExecutor(
        folder=work_dir / 'jobs', cluster=args.cluster, slurm_max_num_timeout=args.requeues
    )
    executor.update_parameters(
        name=args.name or Path(args.config).stem,
        nodes=args.nodes,
        tasks_per_node=1,
        timeout_min=int(60 * args.hours),
        slurm_signal_delay_s=180,
        **(dict(gpus_per_node=args.gpus_per_node) if args.gpus_per_node else {}),
        cpus_per_task=args.cpus_per_gpu * max(args.gpus_per_node, 1),
        **(dict(slurm_partition=args.partition) if args.partition else {}),
    )
    arguments = [str(config_path(args.config).resolve()), '--work-dir', str(work_dir), *args.train_options]
    try:
        job = executor.submit(Training(arguments, max(args.gpus_per_node, 1)))
    except (submitit.core.utils.FailedJobError, submitit.core.utils.FailedSubmissionError, RuntimeError) as error:
        raise InputError(f'the {args.cluster} cluster does not accept the job: {error}') from error
    console = Console(soft_wrap=True)
    console.print(f'Submitted job {job.job_id}; its output is in {work_dir / "jobs"}')
    if args.wait:
        wait(job)
        console.print(f'Job {job.job_id}: done')


def error_file_of(folder: Path, job_id: str, node: int) -> Path:
    """Where the training of a node writes why it failed."""
    return Path(folder) / f'{job_id}_{node}_error.json'


def wait(job: Any) -> None:
    """Wait for a job to finish.

    Raises:
        InputError: If it failed, with the sentence of its training.
    """
    import submitit

    job.wait()
    folder = job.paths.folder
    for path in sorted(folder.glob(f'{job.job_id}_*_error.json')):
        sentence = json.loads(path.read_text(encoding='utf-8'))['message']['message']
        raise InputError(f'job {job.job_id} failed: {sentence} (its output is in {folder})')
    try:
        job.result()
    except (submitit.core.utils.UncompletedJobError, OSError) as error:
        raise InputError(f'job {job.job_id} did not finish ({job.state}): its output in {folder} says why') from error


class KnownOptions(ArgumentParser):
    """A parser that keeps unknown options for ``train.py``."""

    def __init__(self, parser: ArgumentParser) -> None:
        super().__init__(add_help=False)
        self.parser = parser

    def parse_args(self) -> object:
        """Known options, and the others as ``train_options``."""
        args, args.train_options = self.parser.parse_known_args()
        return args


if __name__ == '__main__':
    run(main, KnownOptions(build_parser()))
