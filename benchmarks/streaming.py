"""Sliding windows against recomputing each of them: ``python benchmarks/streaming.py [NAME ...]``.

A stream of random frames is pushed into a ``StreamRecognizer`` with a window every 1, 4 or 16 frames; the comparison
reads and scores the same windows one by one, as a test would. Both take turns, window by window, as soon as what is
kept is complete: a tubelet's length after the first window. The weights are random: they do not change the time.
"""

import logging
import statistics
import time
from argparse import ArgumentParser

import numpy as np
import torch
from measure import describe_machine
from rich.console import Console
from rich.progress import track

from mmaction_vt import StreamRecognizer, VideoInferencer
from mmaction_vt.utils.option_types import positive

NAMES = (
    'vivit_b_16x2_fe_kinetics400',
    'timesformer_divST_8x32_224_kinetics400',
    'motionformer_224_16x4_kinetics400',
    'dualformer_tiny_patch244_window877_kinetics400_1k',
    'vivit_b_16x2_kinetics400',
)
STRIDES = (1, 4, 16)


def compare(infer: VideoInferencer, stride: int, windows: int) -> tuple[float, float, float, str]:
    """Median seconds for a window by streaming and by recomputing, the largest difference, and what is shared."""
    stream = StreamRecognizer(infer.model, stride=stride, one_view=True)
    backbone = infer.model.backbone
    tubelet = backbone.tubelet_size * stream.window // backbone.num_frames + 1  # frames of the video, rounded up
    first = stream.window + -(-tubelet // stride) * stride
    frames = np.random.default_rng(0).integers(0, 256, (first + stride * windows, 224, 298, 3), np.uint8)
    for frame in frames[:first]:
        stream.push(frame)
    shared, alone, worst = [], [], 0.0
    for index in track(range(windows), f'stride {stride}', console=Console(stderr=True)):
        stop = first + stride * (index + 1)
        start = time.perf_counter()
        predictions = [stream.push(frame) for frame in frames[stop - stride : stop]]
        shared.append(time.perf_counter() - start)
        start = time.perf_counter()
        expected = infer(frames[stop - stream.window : stop])
        alone.append(time.perf_counter() - start)
        prediction = next(each for each in reversed(predictions) if each is not None)
        worst = max(worst, *((prediction.scores[task] - expected.scores[task]).abs().max() for task in expected.scores))
    return statistics.median(shared), statistics.median(alone), float(worst), backbone.tubelet_step


def main() -> None:
    parser = ArgumentParser(description='Measure sliding windows against recomputing.')
    parser.add_argument('names', nargs='*', default=NAMES, help='models (default: one of each family)')
    parser.add_argument('--windows', type=positive, default=5, help='windows for each figure (default: %(default)s)')
    args = parser.parse_args()
    logging.disable(logging.INFO)
    torch.manual_seed(0)
    print(describe_machine())
    print(
        '| model | shared besides decoding and resizing | stride | streaming, s | recomputing, s | ratio | difference |'
    )
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for name in args.names:
        infer = VideoInferencer(name, device='cpu', one_view=True)
        for stride in STRIDES:
            shared, alone, worst, step = compare(infer, stride, args.windows)
            print(
                f'| {name} | {step} | {stride} | {shared:.3f} | {alone:.3f} | {shared / alone:.2f} | {worst:.1e} |',
                flush=True,
            )


if __name__ == '__main__':
    main()
