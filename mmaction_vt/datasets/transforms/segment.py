"""Segments of long videos."""

from mmcv.transforms import BaseTransform

from ...errors import BrokenVideoError
from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class TrimToSegment(BaseTransform):
    """Restrict sampling to a segment of the video.

    The segment's frames are those from its start to its stop, rounded to frames, at least one. ``total_frames`` becomes
    their number, and ``start_index`` the first of them, which sampling transforms, also mmaction2's, add to the frames
    they draw. Place it after the transform that opens the video.

    Required keys: ``filename``, ``total_frames``, ``avg_fps``; optional: ``start_time`` and ``stop_time`` in seconds
    (default: the whole video). Changed keys: ``total_frames``, ``start_index``.

    Raises:
        BrokenVideoError: If the segment starts after the end of the video.
    """

    def transform(self, results: dict) -> dict:
        if 'start_time' not in results or results.get('blank'):
            return results
        total_frames, fps = results['total_frames'], results['avg_fps']
        start, stop = results['start_time'], results['stop_time']
        if start * fps >= total_frames:
            raise BrokenVideoError(
                f'the video {results["filename"]} is {total_frames / fps:.2f} seconds long, but a segment of it starts '
                f'at {start:.2f}: it is truncated, or the annotations belong to another video'
            )
        first = min(round(start * fps), total_frames - 1)
        last = min(round(stop * fps), total_frames)  # exclusive
        results['start_index'] = results.get('start_index', 0) + first
        results['total_frames'] = max(last - first, 1)
        return results
