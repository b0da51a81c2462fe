"""Videos inside tar files, for sets of millions of clips: read in sequence, by the ``webdataset`` library."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import torch
from mmengine.dataset import Compose
from mmengine.dist import get_dist_info
from torch.utils.data import IterableDataset, get_worker_info

from ..errors import BrokenVideoError, InputError
from ..registry import DATASETS
from .broken_videos import black_sample

INDEX = 'shards.json'
VIDEO_SUFFIXES = ('mp4', 'avi', 'mkv', 'webm', 'mov')


class Part(NamedTuple):
    """A run of samples of one shard: from ``start`` to ``stop``, which is not included."""

    shard: int
    start: int
    stop: int


@DATASETS.register_module()
class VideoShards(IterableDataset):
    """Labelled videos in the shards of a folder or of a server, as ``tools/data/make_shards.py`` writes them.

    A shard is a tar file with, for each sample, a video and its label, ``clip1.mp4`` and ``clip1.cls``. The folder's
    ``shards.json`` says how many samples each holds. In every epoch the shards come in another order, and processes and
    workers share their samples, each exactly once; only where the samples are not a multiple of the processes do some
    processes see one of theirs twice. A shard that two share is read by both. In a broken video's place the sample
    before it is taken again; it is listed as in ``VideoDataset``.

    Its loader has ``sampler=None``; ``SameRunHook`` tells it the epoch.

    Args:
        folder: Where the shards and ``shards.json`` are: a path, or an address that webdataset opens (``https://...``).
        pipeline: Transforms, the first of which takes ``video``, such as ``mmaction_vt.VideoToClips``.
        batch_size: That of the loader: workers then share whole batches.
        num_classes: Number of classes; if it is given, labels outside [0, num_classes) are refused.
        shuffle: Samples among which the next one is drawn; 0 keeps the order of shards and samples.
        seed: From which the order follows.
        test_mode: Whether each process stops at its own samples, without repeating one to be even.

    Raises:
        InputError: If there is no list of shards, or (on use) a sample without a video or a usable label.
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
            raise InputError(f'{folder} holds no samples: {INDEX} lists {len(self.counts)} shards')
        self.pipeline = Compose(pipeline)
        self.batch_size = batch_size
        self.num_classes = num_classes
        self.shuffle = shuffle
        self.seed = seed
        self.test_mode = test_mode
        self.epoch = torch.zeros((), dtype=torch.int64).share_memory_()  # workers see what the main process sets

    def set_epoch(self, epoch: int, seed: int = 0) -> None:
        """Let the order of samples follow from an epoch; its seed is the data set's own."""
        self.epoch.fill_(epoch)

    @property
    def num_samples(self) -> int:
        """Samples of all shards."""
        return sum(self.counts.values())

    def __len__(self) -> int:
        """Samples of this process."""
        rank, world = get_dist_info()
        start, stop = self._own_range(rank, world)
        return stop - start if self.test_mode else -(-self.num_samples // world)

    def _own_range(self, rank: int, world: int) -> tuple[int, int]:
        return self.num_samples * rank // world, self.num_samples * (rank + 1) // world

    def parts(self, rank: int, world: int, worker: int = 0, num_workers: int = 1) -> list[Part]:
        """What one worker of one process reads in this epoch, in order."""
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
        last, broken = None, {}
        for sample in shuffled(samples, self.shuffle, rng):
            try:
                packed = last = self.pipeline(sample)
            except BrokenVideoError as error:
                if self.test_mode:
                    packed = black_sample(self.pipeline, sample, error)
                else:
                    broken[sample['filename']] = str(error)
                    if last is None:
                        continue
                    packed = last
            if broken and not self.test_mode:
                packed['data_samples'].set_metainfo(dict(broken_videos=broken))
                broken = {}
            yield packed
        start, stop = self._own_range(rank, world)
        short = len(self) - (stop - start)
        if last is not None and worker == num_workers - 1:
            yield from [last] * short

    def _samples(self, parts: list[Part]) -> Iterator[dict]:
        webdataset = library()

        names = list(self.counts)
        for part in parts:
            name = f'{self.folder}/{names[part.shard]}'
            shard = webdataset.WebDataset([name], shardshuffle=False, nodesplitter=None, workersplitter=None)
            for number, sample in enumerate(shard):
                if number >= part.stop:
                    break
                if number >= part.start:
                    yield self._unpack(sample, name)

    def _unpack(self, sample: dict, shard: str) -> dict:
        where = f'{shard}, sample {sample["__key__"]}'
        suffixes = [suffix for suffix in VIDEO_SUFFIXES if suffix in sample]
        if not suffixes or 'cls' not in sample:
            raise InputError(f'{where}: a sample is a video (.{", .".join(VIDEO_SUFFIXES)}) and a label (.cls)')
        text = sample['cls'].decode().strip()
        if not text.isdecimal() or (self.num_classes is not None and int(text) >= self.num_classes):
            allowed = 'from 0' if self.num_classes is None else f'from 0 to {self.num_classes - 1}'
            raise InputError(f'{where}: the label {text!r} is not allowed; labels run {allowed}')
        name = f'{shard}/{sample["__key__"]}.{suffixes[0]}'
        return dict(video=sample[suffixes[0]], filename=name, label=int(text), start_index=0, modality='RGB')


def library() -> ModuleType:
    """webdataset.

    Raises:
        InputError: If it is not installed.
    """
    try:
        import webdataset
    except ImportError as error:
        raise InputError('VideoShards needs the package webdataset (pip install webdataset)') from error
    return webdataset


def read_index(folder: str) -> dict[str, int]:
    """Samples of each shard by its name.

    Raises:
        InputError: If there is no such list, or it is none.
    """
    gopen = library().gopen
    try:
        if '://' in folder:
            with gopen(f'{folder}/{INDEX}') as file:
                counts = json.loads(file.read())
        else:
            counts = json.loads((Path(folder) / INDEX).read_text(encoding='utf-8'))
        return {str(name): int(count) for name, count in counts.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f'{folder} has no {INDEX} with the samples of each shard: see tools/data/make_shards.py'
        ) from error


def shuffled(samples: Iterator[dict], among: int, rng: np.random.Generator) -> Iterator[dict]:
    """The samples, each drawn from the ``among`` next ones."""
    waiting = []
    for sample in samples:
        waiting.append(sample)
        if len(waiting) > among:
            yield waiting.pop(int(rng.integers(len(waiting))) if among else 0)
    while waiting:
        yield waiting.pop(int(rng.integers(len(waiting))) if among else 0)
