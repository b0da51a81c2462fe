"""Draw tested videos with their predictions: ``python tools/analysis/draw_gallery.py REPORT OUT``."""

from argparse import ArgumentParser, Namespace

import mmaction_vt.utils.program_start  # noqa: F401

import numpy as np
import torch
from rich.console import Console

from mmaction_vt.class_names import name_classes
from mmaction_vt.cli import add_overwrite_option, read_labels, run
from mmaction_vt.errors import InputError
from mmaction_vt.evaluation import read_report
from mmaction_vt.evaluation.predictions import Report
from mmaction_vt.evaluation.probabilities import as_probabilities
from mmaction_vt.models.heads import CLASS
from mmaction_vt.utils.option_types import integer, positive_frame_rate
from mmaction_vt.utils.outputs import check_output
from mmaction_vt.visualization import draw_gallery, read_clip, write_clip
from mmaction_vt.visualization.draw.clips import check_clip_name


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Draw tested videos of all classes with their predictions.')
    parser.add_argument('report', help='report of tools/test.py --out')
    parser.add_argument('out', help='.gif or .mp4 to write')
    parser.add_argument('--label-file', help="class names, one per line, instead of the report's")
    parser.add_argument('--videos', type=integer(1, 1000), default=8, help='number of videos (default: %(default)s)')
    parser.add_argument('--columns', type=integer(1, 1000), default=4, help='videos per row (default: %(default)s)')
    parser.add_argument(
        '--side', type=integer(32, 2048), default=176, help='longer side of a video in pixels (default: %(default)s)'
    )
    parser.add_argument('--fps', type=positive_frame_rate, default=12, help='frames per second (default: %(default)s)')
    add_overwrite_option(parser)
    return parser


def interleave_classes(videos: list[dict], count: int) -> list[dict]:
    """The first video of each class, then the second of each, and so on, up to ``count`` videos."""
    seen: dict[int, int] = {}
    ranked = []
    for video in videos:
        rank = seen.get(video['label'], 0)
        seen[video['label']] = rank + 1
        ranked.append((rank, video['label'], video))
    return [video for _, _, video in sorted(ranked, key=lambda item: item[:2])[:count]]


def in_own_time(clip: np.ndarray, rate: float, fps: float) -> np.ndarray:
    """The frames (T, H, W, 3) that a clip of a frame rate shows at times 1 / fps apart."""
    count = max(round(len(clip) * fps / rate), 1)
    return clip[(np.arange(count) * rate / fps).astype(int).clip(max=len(clip) - 1)]


def as_probability(scores: list[float]) -> float:
    """Probability of the best class."""
    return as_probabilities(torch.tensor(scores)).max().item()


def class_names_for(labels: list[str] | None, report: Report, num_classes: int) -> list[str] | None:
    """Names of the classes from a label file, or else from the report.

    Raises:
        InputError: If the label file has another number of them.
    """
    if labels is None:
        return (report.class_names or {}).get(CLASS)
    return name_classes(labels, {CLASS: num_classes})[CLASS]


def main(args: Namespace) -> None:
    check_clip_name(args.out)
    check_output(args.out, 'OUT', args.overwrite, [args.report, args.label_file])
    report = read_report(args.report)
    readable = [video for video in report.videos if 'broken' not in video]
    if not readable or isinstance(readable[0]['predicted'], (dict, list)):
        kinds = {dict: 'verbs and nouns', list: 'several labels per video'}
        what = kinds[type(readable[0]['predicted'])] if readable else 'no video that could be read'
        raise InputError(f'{args.report} has {what}: a gallery shows videos with one label each')
    names = class_names_for(read_labels(args.label_file), report, len(readable[0]['scores']))
    videos = interleave_classes(readable, args.videos)
    clips = [in_own_time(*read_clip(video['video'], args.fps), args.fps) for video in videos]
    captions = [
        f'{names[video["predicted"]] if names else video["predicted"]} {100 * as_probability(video["scores"]):.0f} %'
        for video in videos
    ]
    right = [video['predicted'] == video['label'] for video in videos]
    write_clip(args.out, draw_gallery(clips, captions, right, args.columns, args.side), args.fps)
    Console(soft_wrap=True, markup=False).print(f'Wrote {args.out}')


if __name__ == '__main__':
    run(main, build_parser())
