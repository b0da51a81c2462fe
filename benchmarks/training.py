"""Peak memory and time of a training step with each option that saves memory: ``python benchmarks/training.py``.

Each option is measured in separate processes: a complete step of AdamW on one clip per process, with the recognizer of
a config and random weights. On a CPU, memory is that of the process, including PyTorch itself; on a GPU, what PyTorch
allocates.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace

import torch
from measure import describe_machine
from mmaction.structures import ActionDataSample
from mmengine.dist import all_gather_object, init_dist, is_main_process
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import OptimWrapper
from rich.console import Console
from rich.progress import track

from mmaction_vt import init_recognizer
from mmaction_vt.engine import FullyShardedModel, MixedPrecisionOptimWrapper, ZeroRedundancyOptimizer
from mmaction_vt.utils.config import load_config

CONFIG = 'configs/recognition/motionformer/motionformer_224_16x4_kinetics400.py'
# Name, processes, settings of the backbone, precision, parallelism.
OPTIONS = [
    ('plain', 1, {}, 'fp32', None),
    ('with_cp=2', 1, dict(with_cp=2), 'fp32', None),
    ('with_cp=True', 1, dict(with_cp=True), 'fp32', None),
    ('bf16', 1, {}, 'bf16', None),
    ('bf16, with_cp=True', 1, dict(with_cp=True), 'bf16', None),
    ('plain, 2 processes', 2, {}, 'fp32', 'ddp'),
    ('ZeRO, 2 processes', 2, {}, 'fp32', 'zero'),
    ('FSDP, 2 processes', 2, {}, 'fp32', 'fsdp'),
    ('FSDP, with_cp=True, 2 processes', 2, dict(with_cp=True), 'fp32', 'fsdp'),
]


def measure(args: Namespace) -> None:
    """Print memory and time of one option, measured in this process."""
    _, processes, settings, precision, split = OPTIONS[args.option]
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    torch.set_num_threads(max(1, args.threads // processes))
    if split:
        init_dist('pytorch', backend='nccl' if device == 'cuda' else 'gloo')
    config = load_config(args.config)
    config.model.backbone.update(settings, init_cfg=None)
    model = init_recognizer(config, device=device).train()
    clip = torch.zeros(1, 3, model.backbone.num_frames, *model.backbone.img_size, dtype=torch.uint8)
    parameters = list(model.parameters())
    kind = ZeroRedundancyOptimizer if split == 'zero' else torch.optim.AdamW
    wrapper = MixedPrecisionOptimWrapper if precision == 'bf16' else OptimWrapper
    optim = wrapper(optimizer=kind(parameters, lr=1e-4))
    if split == 'fsdp':
        model = FullyShardedModel(model)
        model.shard(optim.optimizer)
    elif split:
        model = MMDistributedDataParallel(model, broadcast_buffers=False)
    batch = dict(inputs=[clip], data_samples=[ActionDataSample().set_gt_label(0)])
    seconds = []
    for _ in range(args.runs + 1):
        start = time.perf_counter()
        model.train_step(batch, optim)
        if device == 'cuda':
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    peak = torch.cuda.max_memory_allocated() / 2**30 if device == 'cuda' else peak_of_process()
    peaks = all_gather_object(peak)
    if is_main_process():
        print(json.dumps(dict(gib=max(peaks), seconds=statistics.median(seconds[1:]))))


def peak_of_process() -> float:
    """GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    parser = ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--config', default=CONFIG)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--threads', type=int, default=2, help='total over all processes of an option')
    parser.add_argument('--option', type=int, help='measure this one in this process (used internally)')
    args = parser.parse_args()
    if args.option is not None:
        measure(args)
        return
    console = Console(soft_wrap=True)
    torch.set_num_threads(args.threads)
    console.print(describe_machine())
    console.print('| option | GiB per process | of plain | seconds per step (median) | of plain |')
    console.print('| --- | --- | --- | --- | --- |')
    plain = None
    for number, (name, processes, *_) in enumerate(track(OPTIONS, 'measuring', console=Console(stderr=True))):
        launcher = ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', str(processes)]
        options = [f'--config={args.config}', f'--runs={args.runs}', f'--threads={args.threads}', f'--option={number}']
        command = [sys.executable, *launcher, __file__, *options]
        environment = dict(os.environ, OMP_NUM_THREADS=str(max(1, args.threads // processes)))
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if result.returncode:
            sys.exit(result.stderr)
        figures = json.loads(result.stdout.splitlines()[-1])
        if name.startswith('plain'):  # what the options behind it are compared with
            plain = figures
        gib, seconds = figures['gib'], figures['seconds']
        ratios = gib / plain['gib'], seconds / plain['seconds']
        console.print(f'| {name} | {gib:.2f} | {ratios[0]:.2f} | {seconds:.2f} | {ratios[1]:.2f} |')


if __name__ == '__main__':
    main()
