"""Videos in tar shards, for data sets of millions of clips, read sequentially by the ``webdataset`` library."""

import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import torch
from mmengine.dataset import Compose
from mmengine.dist import get_dist_info
from torch.utils.data import IterableDataset, get_worker_info

from ..errors import InputError
from ..registry import DATASETS
from ..utils.file_kinds import check_regular_file
from ..utils.files import COMMON_VIDEO_SUFFIXES
from ..utils.text_files import parse_digits
from ..utils.time_limit import call_in_time, video_timeout
from .broken_videos import FailuresInARow, black_sample, reason_of
from .stand_in import shape_of

INDEX = 'shards.json'
SHARD = re.compile(r'[\w+=@-][\w .+=@-]*')  # the name of one, without a folder, and nothing that webdataset expands


class Part(NamedTuple):
    """Consecutive samples of a shard: ``start`` to ``stop``, exclusive."""

    shard: int
    start: int
    stop: int


@DATASETS.register_module()
class VideoShards(IterableDataset):
    """Labelled videos in tar shards, in a folder or on a server, as written by ``tools/data/make_shards.py``.

    A shard has a video and a label for each sample, ``clip1.mp4`` and ``clip1.cls``. ``shards.json`` has the number of
    samples of each shard. In every epoch the shards are shuffled, and their samples are divided among processes and
    workers, each exactly once; only if the number of samples is not a multiple of the number of processes do some
    processes repeat one. A shard that two of them share is read by both. A broken video is replaced by the sample
    before it, and reported as in ``VideoDataset``.

    The data loader needs ``sampler=None``; ``SameRunHook`` sets the epoch.

    Args:
        folder: Folder of the shards and ``shards.json``: a path, or an address for webdataset (``https://...``).
        pipeline: Transforms, the first of which takes ``video``, such as ``mmaction_vt.VideoToClips``.
        batch_size: That of the loader, so that batches are divided among workers as a unit.
        num_classes: Number of classes. If given, labels outside [0, num_classes) are errors.
        shuffle: Size of the shuffle buffer; 0 keeps the order of shards and samples.
        seed: Seed of the order.
        test_mode: Whether processes may have different numbers of samples, without repetitions.

    Raises:
        InputError: If there is no list of shards, or (on use) a sample without a video or a valid label.
    """

    def __init__(
        self,
        folder: str,
        pipeline: list,
        batch_size: int = 1,
        num_classes: int | None = None,
        shuffle: int = 256,
        seed: int = 0,
        test_mode: bool = False,
    ) -> None:
        self.folder = folder
        self.counts = read_index(folder)
        if not self.num_samples:
            raise InputError(f'{folder} has no samples: {INDEX} lists {len(self.counts)} shards')
        self.pipeline = Compose(pipeline)
        self.batch_size = batch_size
        self.num_classes = num_classes
        self.shuffle = shuffle
        self.seed = seed
        self.test_mode = test_mode
        self._seconds = video_timeout()
        self.epoch = torch.zeros((), dtype=torch.int64).share_memory_()  # shared with the workers

    def set_epoch(self, epoch: int, seed: int = 0) -> None:
        """Set the epoch that the order of samples depends on; the seed is the data set's own."""
        self.epoch.fill_(epoch)

    @property
    def num_samples(self) -> int:
        """Number of samples of all shards."""
        return sum(self.counts.values())

    def __len__(self) -> int:
        """Number of samples of this process."""
        rank, world = get_dist_info()
        start, stop = self._own_range(rank, world)
        return stop - start if self.test_mode else -(-self.num_samples // world)

    def _own_range(self, rank: int, world: int) -> tuple[int, int]:
        return self.num_samples * rank // world, self.num_samples * (rank + 1) // world

    def parts(self, rank: int, world: int, worker: int = 0, num_workers: int = 1) -> list[Part]:
        """What a worker of a process reads in this epoch, in order."""
        rng = np.random.default_rng([self.seed, int(self.epoch)])
        order = rng.permutation(len(self.counts)) if self.shuffle else np.arange(len(self.counts))
        start, stop = self._own_range(rank, world)
        batches = -(-(stop - start) // self.batch_size)
        first, last = (start + self.batch_size * (batches * part // num_workers) for part in (worker, worker + 1))
        last = min(last, stop)
        out, offset = [], 0
        counts = list(self.counts.values())
        for shard in order:
            low, high = max(first - offset, 0), min(last - offset, counts[shard])
            if low < high:
                out.append(Part(int(shard), low, high))
            offset += counts[shard]
        return out

    def __iter__(self) -> Iterator[dict]:
        rank, world = get_dist_info()
        info = get_worker_info()
        worker, num_workers = (info.id, info.num_workers) if info else (0, 1)
        samples = self._samples(self.parts(rank, world, worker, num_workers))
        rng = np.random.default_rng([self.seed, int(self.epoch), rank, worker])
        last, broken, failures = None, {}, FailuresInARow()
        for sample in shuffled(samples, self.shuffle, rng):
            name = sample['filename']
            try:
                packed = last = call_in_time(self.pipeline, dict(sample), name, self._seconds)
                failures = FailuresInARow()
            except Exception as error:  # noqa: BLE001  whatever a decoder or a transform raises costs one sample
                if last is None or not self.test_mode:
                    failures.add(name, error)
                if self.test_mode:
                    packed = black_sample(self.pipeline, sample, error, shape_of(last))
                else:
                    broken[name] = reason_of(name, error)
                    if last is None:
                        continue
                    packed = last
            if broken and not self.test_mode:
                packed['data_samples'].set_metainfo(dict(broken_videos=broken))
                broken = {}
            yield packed
        if last is None and broken:
            raise InputError(f'none of {len(broken)} videos can be decoded, e.g. {next(iter(broken.values()))}')
        start, stop = self._own_range(rank, world)
        short = len(self) - (stop - start)
        if last is not None and worker == num_workers - 1:
            yield from [last] * short

    def _samples(self, parts: list[Part]) -> Iterator[dict]:
        webdataset = import_webdataset()

        names = list(self.counts)
        for part in parts:
            name = f'{self.folder}/{names[part.shard]}'
            if '://' not in name:
                check_regular_file('the shard', name)
            shard = webdataset.WebDataset([name], shardshuffle=False, nodesplitter=None, workersplitter=None)
            for number, sample in enumerate(_read(shard, name)):
                if number >= part.stop:
                    break
                if number >= part.start:
                    yield self._unpack(sample, name)

    def _unpack(self, sample: dict, shard: str) -> dict:
        where = f'{shard}, sample {sample["__key__"]}'
        suffixes = [suffix[1:] for suffix in COMMON_VIDEO_SUFFIXES if suffix[1:] in sample]
        if not suffixes or 'cls' not in sample:
            raise InputError(f'{where}: a sample needs a video ({", ".join(COMMON_VIDEO_SUFFIXES)}) and a label (.cls)')
        text = sample['cls'].decode(errors='replace').strip()
        label = parse_digits(text)
        if label is None or (self.num_classes is not None and label >= self.num_classes):
            allowed = 'from 0' if self.num_classes is None else f'from 0 to {self.num_classes - 1}'
            raise InputError(f'{where}: the label {text!r} is not allowed; labels run {allowed}')
        name = f'{shard}/{sample["__key__"]}.{suffixes[0]}'
        return dict(video=sample[suffixes[0]], filename=name, label=label, start_index=0, modality='RGB')


def _read(shard: Iterable[dict], name: str) -> Iterator[dict]:
    """The samples of a shard.

    Raises:
        InputError: If it is not a tar file, or is truncated.
    """
    try:
        yield from shard
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f'the shard {name} cannot be read: {" ".join(str(error).split())}') from error


def import_webdataset() -> ModuleType:
    """The module webdataset.

    Raises:
        InputError: If it is not installed.
    """
    try:
        import webdataset
    except ImportError as error:
        raise InputError('VideoShards needs the package webdataset (pip install webdataset)') from error
    return webdataset


def read_index(folder: str) -> dict[str, int]:
    """Number of samples of each shard, by name.

    Raises:
        InputError: If there is no valid list.
    """
    gopen = import_webdataset().gopen
    try:
        if '://' in folder:
            with gopen(f'{folder}/{INDEX}') as file:
                counts = json.loads(file.read())
        else:
            check_regular_file('the list of shards', Path(folder) / INDEX)
            counts = json.loads((Path(folder) / INDEX).read_text(encoding='utf-8'))
        if not all(map(SHARD.fullmatch, counts)):
            raise ValueError('a shard is a file beside the list')
        return {str(name): int(count) for name, count in counts.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f'{folder} has no valid {INDEX}, the number of samples of each shard: see tools/data/make_shards.py'
        ) from error


def shuffled(samples: Iterator[dict], among: int, rng: np.random.Generator) -> Iterator[dict]:
    """The samples, shuffled by a buffer of ``among`` samples."""
    buffer = []
    for sample in samples:
        buffer.append(sample)
        if len(buffer) > among:
            yield buffer.pop(int(rng.integers(len(buffer))) if among else 0)
    while buffer:
        yield buffer.pop(int(rng.integers(len(buffer))) if among else 0)
