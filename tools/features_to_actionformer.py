"""Write features in ActionFormer's layout: ``python tools/features_to_actionformer.py FEATURES FOLDER``.

FEATURES were written by ``tools/extract_features.py --level window``. FOLDER gets ``features/ID.npy`` with (T, C) for
each video, ``annotations.json`` and ``dataset.yaml`` with what a config of ActionFormer says about the data set.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from mmaction_vt.cli import add_overwrite_option, run
from mmaction_vt.features.actionformer import (
    ANNOTATIONS,
    DEFAULT_SUBSET,
    FEATURES_DIR,
    SETTINGS,
    read_annotations,
    write_layout,
)
from mmaction_vt.features.index import index_path, read_index
from mmaction_vt.utils.outputs import check_whole_folder, write_folder


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description="Write features in ActionFormer's layout.")
    parser.add_argument('features', help='folder, or HDF5 file, that tools/extract_features.py wrote')
    parser.add_argument('folder', help='folder to write')
    parser.add_argument(
        '--annotations', metavar='FILE', help="JSON in ActivityNet's format, by the names of the videos without suffix"
    )
    parser.add_argument(
        '--subset', default=DEFAULT_SUBSET, help='subset of videos that have none (default: %(default)s)'
    )
    add_overwrite_option(parser, 'an existing folder')
    return parser


def main(args: Namespace) -> None:
    inputs = [args.features, index_path(args.features), args.annotations]
    contents = (FEATURES_DIR, ANNOTATIONS, SETTINGS)
    folder = check_whole_folder(args.folder, 'the folder', contents, args.overwrite, inputs)
    entries = read_index(args.features)
    annotations = read_annotations(args.annotations) if args.annotations else None
    layouts = []

    def write(part: Path) -> None:
        layouts.append(write_layout(entries, part, annotations, args.subset, named=folder))

    write_folder(folder, write)
    database = layouts[0]['database'].values()
    print(f'{folder}: {len(database)} videos, {sum(len(video["annotations"]) for video in database)} annotations')


if __name__ == '__main__':
    run(main, build_parser())
