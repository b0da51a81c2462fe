"""From a file to clips, compared with mmaction2's own pipeline: ``python benchmarks/decode.py [VIDEO ...]``.

One process and one thread; the pipelines take turns with the same random numbers. ``bare`` is decord's decoding of the
same frames, each once and in order, and nothing else. A video of 640x480 is generated and measured too.
"""

import statistics
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from measure import describe_machine
from mmaction.registry import TRANSFORMS
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from rich.console import Console
from rich.progress import track
from torch.utils.data import DataLoader, Dataset

from mmaction_vt.datasets.video_readers import DEFAULT_BACKEND, READERS, open_video
from mmaction_vt.errors import InputError

TASKS = {
    'training, 1 clip of 16x4': (dict(clip_len=16, frame_interval=4), True),
    'training, 1 clip of 8x32': (dict(clip_len=8, frame_interval=32), True),
    'testing, 10 clips x 3 crops of 16x4': (
        dict(clip_len=16, frame_interval=4, num_clips=10, test_mode=True),
        False,
    ),
}
STOCK, BARE = "mmaction2's stock pipeline", 'bare decoding by decord'


def stock(sampling: dict, training: bool) -> Compose:
    if training:
        crop = [dict(type='Resize', scale=(-1, 256)), dict(type='RandomResizedCrop')]
        crop += [dict(type='Resize', scale=(224, 224), keep_ratio=False), dict(type='Flip', flip_ratio=0.5)]
    else:
        crop = [dict(type='Resize', scale=(-1, 224)), dict(type='ThreeCrop', crop_size=224)]
    opening = [dict(type='DecordInit'), sampling, dict(type='DecordDecode')]
    return Compose([*opening, *crop, dict(type='FormatShape', input_format='NCTHW'), dict(type='PackActionInputs')])


def ours(sampling: dict, training: bool, backend: str = DEFAULT_BACKEND) -> Compose:
    crop = dict(crop='random_resized', flip=0.5) if training else dict(crop='three', short_side=224)
    clips = dict(type='mmaction_vt.VideoToClips', sampling=sampling, size=224, backend=backend, **crop)
    return Compose([clips, dict(type='PackActionInputs')])


def bare(sampling: dict) -> callable:
    sample = TRANSFORMS.build(sampling)

    def work(info: dict) -> None:
        reader = open_video(info['filename'], 'decord')
        frames = sample(dict(total_frames=reader.num_frames, avg_fps=reader.fps, start_index=0))['frame_inds']
        for _ in reader.read(np.unique(frames)):
            pass

    return work


def backends(video: str) -> list[str]:
    """The decoders that are installed."""
    found = []
    for name in READERS:
        try:
            open_video(video, name).close()
        except InputError as error:
            if 'needs the package' not in str(error):
                raise
        else:
            found.append(name)
    return found


def make_video(path: Path, seconds: int = 10) -> str:
    """Moving textures of 640x480, encoded by x264 with its default settings."""
    rng = np.random.default_rng(0)
    ground = cv2.resize(rng.integers(0, 255, (60, 200, 3), np.uint8), (1600, 480), interpolation=cv2.INTER_CUBIC)
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=30)
        stream.height, stream.width, stream.pix_fmt = 480, 640, 'yuv420p'
        for index in range(30 * seconds):
            frame = np.ascontiguousarray(ground[:, 3 * index : 3 * index + 640])
            cv2.circle(frame, (320 + int(200 * np.sin(index / 20)), 240), 60, (255, 80, 40), -1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format='rgb24')))
        container.mux(stream.encode())
    return str(path)


def compare(video: str, runs: int) -> list[tuple]:
    """Rows of task, code, milliseconds, ratio to the stock time, ratio to the bare time."""
    rows = []
    for task, (sampling, training) in TASKS.items():
        sampling = dict(type='SampleFrames', **sampling)
        works = {STOCK: stock(sampling, training), BARE: bare(sampling)}
        works.update({f'mmaction_vt, {name}': ours(sampling, training, name) for name in backends(video)})
        seconds = {name: [] for name in works}
        for turn in track(range(runs + 1), task, console=Console(stderr=True)):
            for name, work in works.items():
                np.random.seed(turn)
                start = time.perf_counter()
                work(dict(filename=video, start_index=0, modality='RGB', label=0))
                if turn:
                    seconds[name].append(time.perf_counter() - start)
        medians = {name: 1e3 * statistics.median(values) for name, values in seconds.items()}
        rows += [(task, name, value, value / medians[STOCK], value / medians[BARE]) for name, value in medians.items()]
    return rows


class Repeated(Dataset):
    """One video, repeated."""

    def __init__(self, video: str, pipeline: Compose, count: int) -> None:
        self.video, self.pipeline, self.count = video, pipeline, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict:
        return self.pipeline(dict(filename=self.video, start_index=0, modality='RGB', label=0))


def throughput(video: str, workers: int, pipeline: Compose, count: int) -> float:
    """Clips per second of a data loader after its first batch."""
    loader = DataLoader(Repeated(video, pipeline, count), 4, num_workers=workers, collate_fn=list)
    batches = iter(loader)
    next(batches)
    start, clips = time.perf_counter(), 0
    for batch in batches:
        clips += len(batch)
    return clips / (time.perf_counter() - start)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('videos', nargs='*')
    parser.add_argument('--runs', type=int, default=11)
    parser.add_argument('--clips', type=int, default=80, help='clips for measuring the throughput of a data loader')
    args = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    init_default_scope('mmaction')
    console = Console(soft_wrap=True)
    console.print(describe_machine())
    with tempfile.TemporaryDirectory() as folder:
        videos = [*args.videos, make_video(Path(folder) / 'made_640x480.mp4')]
        console.print('| video | task | code | ms (median) | of the stock time | of bare decoding |')
        console.print('| --- | --- | --- | --- | --- | --- |')
        for video in videos:
            for task, code, milliseconds, of_stock, of_bare in compare(video, args.runs):
                cells = (Path(video).stem, task, code, f'{milliseconds:.0f}', f'{of_stock:.2f}', f'{of_bare:.2f}')
                console.print(f'| {" | ".join(cells)} |')
        sampling = dict(type='SampleFrames', **TASKS['training, 1 clip of 16x4'][0])
        console.print('| video | workers | code | clips per second |')
        console.print('| --- | --- | --- | --- |')
        for video in videos:
            for workers in (1, 2):
                for name, pipeline in ((STOCK, stock(sampling, True)), ('mmaction_vt', ours(sampling, True))):
                    speed = throughput(video, workers, pipeline, args.clips)
                    console.print(f'| {Path(video).stem} | {workers} | {name} | {speed:.1f} |')


if __name__ == '__main__':
    main()
