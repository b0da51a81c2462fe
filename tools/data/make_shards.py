"""Pack listed videos into tar shards: ``python tools/data/make_shards.py LIST ROOT OUT``.

LIST has a path below ROOT and a label per line. OUT gets ``shard-000000.tar`` and so on, with the videos and labels of
all samples in random order, and ``shards.json`` with the number of samples of each, for ``mmaction_vt.VideoShards``. An
interrupted run is resumed where it stopped.
"""

import hashlib
import io
import json
import random
import tarfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from common import read_json
from rich.console import Console
from rich.progress import track

from mmaction_vt.cli import run
from mmaction_vt.datasets import VideoDataset
from mmaction_vt.datasets.video_shards import INDEX
from mmaction_vt.errors import InputError
from mmaction_vt.utils.files import COMMON_VIDEO_SUFFIXES, check_suffix
from mmaction_vt.utils.option_types import integer, seed
from mmaction_vt.utils.outputs import check_output_folder, output_path, write_output
from mmaction_vt.utils.video_files import check_video_file

SETTINGS = 'make_shards.json'


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Pack listed videos into tar shards.')
    parser.add_argument('list', help='list with a path and a label per line')
    parser.add_argument('root', help='root folder of the paths')
    parser.add_argument('out', type=Path, help='folder for the shards')
    parser.add_argument('--samples', type=integer(), default=1000, help='samples per shard (default: %(default)s)')
    parser.add_argument('--seed', type=seed, default=0, help='seed of the order (default: %(default)s)')
    return parser


def add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def write_shard(path: Path, samples: list[tuple[int, dict]]) -> None:
    """Write a shard atomically.

    Raises:
        InputError: If a video cannot be read, its suffix is not that of a video, or the shard cannot be written.
    """
    with output_path(path) as part, tarfile.open(part, 'w') as tar:
        for number, info in samples:
            suffix = Path(info['filename']).suffix.lower()
            check_suffix('the name of a video', info['filename'], COMMON_VIDEO_SUFFIXES)
            try:
                content = Path(check_video_file(info['filename'])).read_bytes()
            except OSError as error:
                raise InputError(f'{info["filename"]} cannot be read: {error.strerror}') from error
            add(tar, f'{number:09}{suffix}', content)
            add(tar, f'{number:09}.cls', str(info['label']).encode())


def check_settings(args: Namespace, samples: list[tuple[int, dict]]) -> None:
    """Store in OUT what its shards are made of, or compare it with what is stored there.

    Raises:
        InputError: If they differ, or OUT has other files.
    """
    content = [(info['filename'], info['label']) for _, info in samples]
    digest = hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()[:16]
    path, settings = args.out / SETTINGS, dict(samples=args.samples, seed=args.seed, content=digest)
    if path.exists():
        found = read_json(path, dict, 'the settings that make_shards.py has stored')
        if found != settings:
            raise InputError(f'{args.out} has shards of another list, or with other options: choose another folder')
        return
    if args.out.is_dir() and any(args.out.iterdir()):
        raise InputError(f'{args.out} is not empty and was not written by this program: choose another folder')
    write_output(path, json.dumps(settings) + '\n')


def main(args: Namespace) -> None:
    if args.samples < 1:
        raise InputError(f'--samples must be at least 1, not {args.samples}')
    check_output_folder(args.out, 'OUT', [args.root])
    dataset = VideoDataset(args.list, pipeline=[], data_prefix=dict(video=args.root))
    samples = [(number, dataset.get_data_info(number)) for number in range(len(dataset))]
    if any('filename' not in info or 'start_time' in info for _, info in samples):
        raise InputError(f'{args.list} has segments or frames, but shards have complete videos: cut them out first')
    random.Random(args.seed).shuffle(samples)
    check_settings(args, samples)
    counts = {}
    for start in track(range(0, len(samples), args.samples), description='packing'):
        path = args.out / f'shard-{start // args.samples:06}.tar'
        part = samples[start : start + args.samples]
        if not path.exists():
            write_shard(path, part)
        counts[path.name] = len(part)
    write_output(args.out / INDEX, json.dumps(counts, indent=1) + '\n')
    Console(soft_wrap=True).print(f'{args.out} has {len(samples)} videos in {len(counts)} shards')


if __name__ == '__main__':
    run(main, build_parser())
