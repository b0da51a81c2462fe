"""What becomes of videos that cannot be decoded."""

from collections.abc import Callable
from contextlib import nullcontext

import torch
from mmaction.datasets import BaseActionDataset

from ..errors import BrokenVideoError
from .seeding import seeded

MOST_IN_A_ROW = 20


class ForgiveBrokenVideos(BaseActionDataset):
    """A data set of which some videos are broken.

    In training another sample, drawn at random, stands in for a broken one; the metainfo ``broken_videos`` of its data
    sample names those that it stands for, with reasons, and ``BrokenVideosHook`` counts them. In testing nothing stands
    in: the sample gets a black video and the metainfo ``broken_video``, its reason, for ``CountBrokenVideos``.

    Once it is told an epoch and a seed (``SameRunHook`` does), the random numbers of a training sample follow from them
    and its index, whichever worker makes it and whatever was made before.

    Raises:
        BrokenVideoError: In training, if many samples in a row are broken; in testing, if the pipeline knows no black
            videos, as mmaction2's own ``DecordInit`` does not.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._epoch_and_seed = torch.full((2,), -1).share_memory_()  # workers see what the main process sets
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
                if isinstance(packed, dict) and 'data_samples' in packed:  # else the pipeline does not pack
                    about = dict(video_name=name_of(self.get_data_info(index)))
                    packed['data_samples'].set_metainfo(about | (dict(broken_videos=broken) if broken else {}))
                return packed
        raise BrokenVideoError(f'{MOST_IN_A_ROW} videos in a row cannot be decoded; of the last: {reason}')


def black_sample(pipeline: Callable[[dict], dict], info: dict, error: BrokenVideoError) -> dict:
    """A sample of a test whose video is broken: a black one, which ``CountBrokenVideos`` knows."""
    packed = pipeline(dict(info, blank=True))
    packed['data_samples'].set_metainfo(dict(broken_video=str(error), video_name=name_of(info)))
    return packed


def name_of(info: dict) -> str:
    """What lists call a sample's video."""
    return info.get('filename') or info.get('frame_dir') or 'a video without a name'
