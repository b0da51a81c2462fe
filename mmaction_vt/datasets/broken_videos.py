"""Handling of videos that cannot be decoded."""

from collections.abc import Callable
from contextlib import nullcontext

import torch
from mmaction.datasets import BaseActionDataset

from ..errors import BrokenVideoError
from .seeding import seeded

MOST_IN_A_ROW = 20


class ForgiveBrokenVideos(BaseActionDataset):
    """A data set that tolerates broken videos.

    In training a broken sample is replaced by another, drawn at random. The metainfo ``broken_videos`` of that data
    sample maps the videos it replaces to the reasons; ``BrokenVideosHook`` counts them. In testing nothing is replaced:
    the sample gets a black video and the metainfo ``broken_video``, the reason, for ``CountBrokenVideos``.

    After ``set_epoch`` (called by ``SameRunHook``) the random numbers of a training sample depend only on the epoch,
    the seed and its index, whichever worker loads it and whatever was loaded before.

    Raises:
        BrokenVideoError: In training, if many samples in a row are broken; in testing, if the pipeline does not support
            black videos, like mmaction2's own ``DecordInit``.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._epoch_and_seed = torch.full((2,), -1).share_memory_()  # shared with the workers
        super().__init__(*args, **kwargs)

    def set_epoch(self, epoch: int, seed: int) -> None:
        self._epoch_and_seed.copy_(torch.tensor([epoch, seed]))

    def __getitem__(self, index: int) -> dict:
        if self.test_mode:
            try:
                return super().__getitem__(index)
            except BrokenVideoError as error:
                return black_sample(self.pipeline, self.get_data_info(index), error)
        epoch, seed = self._epoch_and_seed.tolist()
        with seeded(seed, epoch, index) if epoch >= 0 else nullcontext():
            return self._training_sample(index)

    def _training_sample(self, index: int) -> dict:
        broken = {}
        for _ in range(MOST_IN_A_ROW):
            try:
                packed = super().__getitem__(index)
            except BrokenVideoError as error:
                broken[name_of(self.get_data_info(index))] = reason = str(error)
                index = self._rand_another()
            else:
                if isinstance(packed, dict) and 'data_samples' in packed:  # otherwise the pipeline does not pack
                    about = dict(video_name=name_of(self.get_data_info(index)))
                    packed['data_samples'].set_metainfo(about | (dict(broken_videos=broken) if broken else {}))
                return packed
        raise BrokenVideoError(f'{MOST_IN_A_ROW} videos in a row cannot be decoded; the last one: {reason}')


def black_sample(pipeline: Callable[[dict], dict], info: dict, error: BrokenVideoError) -> dict:
    """The test sample of a broken video: a black one, marked for ``CountBrokenVideos``."""
    packed = pipeline(dict(info, blank=True))
    packed['data_samples'].set_metainfo(dict(broken_video=str(error), video_name=name_of(info)))
    return packed


def name_of(info: dict) -> str:
    """Path of a sample's video or frame folder."""
    return info.get('filename') or info.get('frame_dir') or 'an unnamed video'
