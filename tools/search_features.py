"""Find similar moments of videos: ``python tools/search_features.py FEATURES QUERY``.

FEATURES were written by ``tools/extract_features.py``. QUERY is one of their videos, a file of features, or another
video, whose features are extracted as theirs were. The most similar moments are printed with their cosine similarity;
those of the query itself are left out, and so are those that share half of their time with a better one.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

import mmaction_vt.utils.program_start  # noqa: F401

from rich.console import Console

from mmaction_vt.apis.prediction_file import printable
from mmaction_vt.cli import add_device_option, add_overwrite_option, run
from mmaction_vt.errors import InputError
from mmaction_vt.features import Entry, Moment, Query, best_moments, make_query, nearest, read_index
from mmaction_vt.features.faiss_index import build_index, find, load_index
from mmaction_vt.features.index import index_path
from mmaction_vt.features.queries import vectors_of
from mmaction_vt.utils.option_types import number, positive
from mmaction_vt.utils.outputs import check_output


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(description='Find similar moments of videos.')
    parser.add_argument('features', help='folder, or HDF5 file, that tools/extract_features.py wrote')
    parser.add_argument('query', help='video, or file of features')
    parser.add_argument(
        '--start', type=number(0), metavar='SECONDS', help='start of the query (default: the whole video)'
    )
    parser.add_argument('--end', type=number(0), metavar='SECONDS', help='end of the query')
    parser.add_argument('--top-k', type=positive, default=10, help='moments to print (default: %(default)s)')
    parser.add_argument(
        '--index', metavar='FILE', help='search an index of faiss, which is built if FILE does not exist'
    )
    add_overwrite_option(parser, 'FILE by an index that is built again')
    add_device_option(parser)
    return parser


def check(args: Namespace) -> None:
    """Check options before anything is loaded.

    Raises:
        InputError: If they cannot be used.
    """
    if args.end is not None and args.end <= (args.start or 0):
        raise InputError(f'--end must be after --start, {args.start or 0:g}; got {args.end:g}')
    if args.overwrite and args.index is None:
        raise InputError('--overwrite is for --index')
    if args.index is not None and (args.overwrite or not Path(args.index).exists()):
        check_output(args.index, '--index', args.overwrite, [args.query, index_path(args.features)])


def search_faiss(args: Namespace, entries: list[Entry], query: Query) -> list[Moment]:
    """The best moments by an index of faiss: more are requested until enough are left."""
    path = Path(args.index)
    is_there = path.exists() and not args.overwrite
    index = load_index(entries, path) if is_there else build_index(entries, path)
    wanted = 4 * args.top_k
    while True:
        best = best_moments(find(index, entries, query, wanted), query, args.top_k)
        if len(best) == args.top_k or wanted >= index.ntotal:
            return best
        wanted *= 4


def show(moments: Iterable[Moment]) -> None:
    for moment in moments:
        time = ' ' * 19 if moment.start is None else f'{moment.start:8.2f} - {moment.end:8.2f}'
        print(f'{moment.similarity:7.4f}  {time}  {printable(moment.video)}')


def main(args: Namespace) -> None:
    check(args)
    entries = read_index(args.features)
    with Console(stderr=True).status('reading the query'):
        vectors, times, video = vectors_of(args.query, entries, args.device)
    query = make_query(vectors, times, video, args.start, args.end)
    with Console(stderr=True).status('searching'):
        moments = nearest(entries, query, args.top_k) if args.index is None else search_faiss(args, entries, query)
    if not moments:
        raise InputError(f'{args.features} has no moments besides the query itself')
    show(moments)


if __name__ == '__main__':
    run(main, build_parser())
