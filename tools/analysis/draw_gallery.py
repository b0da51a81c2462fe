"""Draw tested videos with their predictions: ``python tools/analysis/draw_gallery.py REPORT OUT``."""

from argparse import ArgumentParser, Namespace

import torch
from rich.console import Console

from mmaction_vt.cli import read_labels, run
from mmaction_vt.evaluation import read_report
from mmaction_vt.evaluation.probabilities import as_probabilities
from mmaction_vt.models.heads import CLASS
from mmaction_vt.visualization import draw_gallery, read_clip, write_clip
from mmaction_vt.visualization.draw.clips import check_clip_name


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Draw tested videos of all classes with their predictions.')
    parser.add_argument('report', help='report of tools/test.py --out')
    parser.add_argument('out', help='.gif or .mp4 to write')
    parser.add_argument('--label-file', help="class names, one per line, instead of the report's")
    parser.add_argument('--videos', type=int, default=8, help='number of videos (default: %(default)s)')
    parser.add_argument('--columns', type=int, default=4, help='videos per row (default: %(default)s)')
    parser.add_argument('--fps', type=float, default=12, help='frames per second (default: %(default)s)')
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


def as_probability(scores: list[float]) -> float:
    """Probability of the best class."""
    return as_probabilities(torch.tensor(scores)).max().item()


def main(args: Namespace) -> None:
    check_clip_name(args.out)
    report = read_report(args.report)
    names = read_labels(args.label_file) or (report.class_names or {}).get(CLASS)
    videos = interleave_classes(report.videos, args.videos)
    clips = [read_clip(video['video'], args.fps)[0] for video in videos]
    captions = [
        f'{names[video["predicted"]] if names else video["predicted"]} {100 * as_probability(video["scores"]):.0f} %'
        for video in videos
    ]
    right = [video['predicted'] == video['label'] for video in videos]
    write_clip(args.out, draw_gallery(clips, captions, right, args.columns), args.fps)
    Console().print(f'Wrote {args.out}')


if __name__ == '__main__':
    run(main, build_parser())
