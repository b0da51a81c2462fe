"""Parts of long videos."""

from mmcv.transforms import BaseTransform

from ...errors import BrokenVideoError
from ...registry import TRANSFORMS


@TRANSFORMS.register_module()
class TrimToSegment(BaseTransform):
    """Make every transform that samples frames take a segment for the whole video.

    The segment's frames are those from its start to its stop, rounded to frames, at least one. ``total_frames`` becomes
    their number, and ``start_index`` the first of them, to which transforms that sample, mmaction2's too, add what they
    draw. Place it behind the transform that opens the video.

    Required keys: ``filename``, ``total_frames``, ``avg_fps``; ``start_time`` and ``stop_time`` in seconds if they are
    there (without them the segment is the whole video). Changed keys: ``total_frames``, ``start_index``.

    Raises:
        BrokenVideoError: If the segment starts behind the end of the video.
    """

    def transform(self, results: dict) -> dict:
        if 'start_time' not in results or results.get('blank'):
            return results
        total_frames, fps = results['total_frames'], results['avg_fps']
        start, stop = results['start_time'], results['stop_time']
        if start * fps >= total_frames:
            raise BrokenVideoError(
                f'the video {results["filename"]} is {total_frames / fps:.2f} seconds long, and a segment of it starts '
                f'at {start:.2f}: it is cut off, or the annotations are those of another video'
            )
        first = min(round(start * fps), total_frames - 1)
        last = min(round(stop * fps), total_frames)  # not included
        results['start_index'] = results.get('start_index', 0) + first
        results['total_frames'] = max(last - first, 1)
        return results
