"""Decoding the frames of a clip on the CPU, by decord and PyAV, and on the GPU (NVDEC) through torchcodec."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from mmaction_vt.datasets.video_readers import open_video
from mmaction_vt.errors import InputError

FRAMES = np.arange(100, 164, 4)  # 16 of them, every fourth
TASK = '16 frames, every fourth, from 100 on'


def decode_rows(nvdec: bool, runs: int) -> tuple[list[str], list[str]]:
    """Rows of the table of decoders, and what was skipped and why.

    Args:
        nvdec: Whether to decode on the GPU, too.
        runs: Runs whose median is taken, after one that is not counted.
    """
    from decode import make_video

    with tempfile.TemporaryDirectory() as folder:
        video = make_video(Path(folder) / 'made_640x480.mp4')
        works: dict[str, Callable[[], object]] = {
            name: on_cpu(video, name) for name in ('decord', 'pyav', 'torchcodec')
        }
        if nvdec:
            works['torchcodec, NVDEC'] = on_gpu(video)
        rows, skipped = [], [] if nvdec else ['decoding on the GPU, which --nvdec adds']
        for name, work in works.items():
            try:
                work()
                seconds = [time_of(work) for _ in range(runs)]
            except (InputError, ImportError, OSError, RuntimeError) as error:
                reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
                skipped.append(f'decoding by {name}: {reason[:200]}')
                continue
            rows.append(f'| made_640x480 | {TASK} | {name} | {1e3 * statistics.median(seconds):.1f} |')
    return rows, skipped


def time_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def on_cpu(video: str, backend: str) -> Callable[[], object]:
    """Open the video and decode the frames, in one thread."""

    def work() -> None:
        reader = open_video(video, backend)
        for _ in reader.read(FRAMES):
            pass
        reader.close()

    return work


def on_gpu(video: str) -> Callable[[], object]:
    """The same by the GPU's decoder; the frames stay on the GPU."""

    def work() -> None:
        from torchcodec.decoders import VideoDecoder

        VideoDecoder(video, device='cuda').get_frames_at(FRAMES.tolist())
        torch.cuda.synchronize()

    return work
