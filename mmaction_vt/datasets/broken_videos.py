"""What becomes of videos that cannot be decoded."""

from mmaction.datasets import BaseActionDataset

from ..errors import BrokenVideoError

MOST_IN_A_ROW = 20


class ForgiveBrokenVideos(BaseActionDataset):
    """A data set of which some videos are broken.

    In training another sample, drawn at random, stands in for a broken one; the metainfo ``broken_videos`` of its data
    sample names those that it stands for, with reasons, and ``BrokenVideosHook`` counts them. In testing nothing stands
    in: the sample gets a black video and the metainfo ``broken_video``, its reason, for ``CountBrokenVideos``.

    Raises:
        BrokenVideoError: In training, if many samples in a row are broken; in testing, if the pipeline knows no black
            videos, as mmaction2's own ``DecordInit`` does not.
    """

    def __getitem__(self, index: int) -> dict:
        if self.test_mode:
            try:
                return super().__getitem__(index)
            except BrokenVideoError as error:
                return self._black(index, error)
        broken = {}
        for _ in range(MOST_IN_A_ROW):
            try:
                packed = super().__getitem__(index)
            except BrokenVideoError as error:
                broken[name_of(self.get_data_info(index))] = reason = str(error)
                index = self._rand_another()
            else:
                if broken:
                    packed['data_samples'].set_metainfo(dict(broken_videos=broken))
                return packed
        raise BrokenVideoError(f'{MOST_IN_A_ROW} videos in a row cannot be decoded; of the last: {reason}')

    def _black(self, index: int, error: BrokenVideoError) -> dict:
        info = dict(self.get_data_info(index), blank=True)
        packed = self.pipeline(info)
        packed['data_samples'].set_metainfo(dict(broken_video=str(error), video_name=name_of(info)))
        return packed


def name_of(info: dict) -> str:
    """What lists call a sample's video."""
    return info.get('filename') or info.get('frame_dir') or 'a video without a name'
