"""Pack listed videos into tar shards: ``python tools/data/make_shards.py LIST ROOT OUT``.

LIST has a path below ROOT and a label per line. OUT gets ``shard-000000.tar`` and so on, with the videos and labels of
all samples in random order, and ``shards.json`` with the number of samples of each, for ``mmaction_vt.VideoShards``. An
interrupted run is resumed where it stopped.
"""

import io
import json
import random
import tarfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from common import write_text
from rich.console import Console
from rich.progress import track

from mmaction_vt.cli import run
from mmaction_vt.datasets import VideoDataset
from mmaction_vt.datasets.video_shards import INDEX
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import COMMON_VIDEO_SUFFIXES, atomic_path, check_suffix


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Pack listed videos into tar shards.')
    parser.add_argument('list', help='list with a path and a label per line')
    parser.add_argument('root', help='root folder of the paths')
    parser.add_argument('out', type=Path, help='folder for the shards')
    parser.add_argument('--samples', type=int, default=1000, help='samples per shard (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='seed of the order (default: %(default)s)')
    return parser


def add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def write_shard(path: Path, samples: list[tuple[int, dict]]) -> None:
    """Write a shard atomically.

    Raises:
        InputError: If a video cannot be read or its suffix is not that of a video.
    """
    with atomic_path(path) as part, tarfile.open(part, 'w') as tar:
        for number, info in samples:
            suffix = Path(info['filename']).suffix.lower()
            check_suffix('the name of a video', info['filename'], COMMON_VIDEO_SUFFIXES)
            try:
                content = Path(info['filename']).read_bytes()
            except OSError as error:
                raise InputError(f'{info["filename"]} cannot be read: {error.strerror}') from error
            add(tar, f'{number:09}{suffix}', content)
            add(tar, f'{number:09}.cls', str(info['label']).encode())


def main(args: Namespace) -> None:
    if args.samples < 1:
        raise InputError(f'--samples must be at least 1, not {args.samples}')
    dataset = VideoDataset(args.list, pipeline=[], data_prefix=dict(video=args.root))
    samples = [(number, dataset.get_data_info(number)) for number in range(len(dataset))]
    if any('filename' not in info or 'start_time' in info for _, info in samples):
        raise InputError(f'{args.list} has segments or frames, but shards have complete videos: cut them out first')
    random.Random(args.seed).shuffle(samples)
    args.out.mkdir(parents=True, exist_ok=True)
    counts = {}
    for start in track(range(0, len(samples), args.samples), description='packing'):
        path = args.out / f'shard-{start // args.samples:06}.tar'
        part = samples[start : start + args.samples]
        if not path.exists():
            write_shard(path, part)
        counts[path.name] = len(part)
    write_text(args.out / INDEX, json.dumps(counts, indent=1) + '\n')
    Console(soft_wrap=True).print(f'{args.out} has {len(samples)} videos in {len(counts)} shards')


if __name__ == '__main__':
    run(main, build_parser())
