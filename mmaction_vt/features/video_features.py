"""What is extracted from a video."""

from typing import NamedTuple

from torch import Tensor


class VideoFeatures(NamedTuple):
    """The features of a video.

    Attributes:
        video: Its path.
        features: Features in float32, whose first dimension is the row (a window or a frame); at the clip level with
            averaged views (C,). None if the video could not be read.
        times: Start and end of each row in seconds, (rows, 2); None if the frame rate is unknown.
        fps: Frames per second of the video; None if unknown.
        num_frames: Its number of frames; None if unknown.
        error: Why it could not be read; None if it could.
    """

    video: str
    features: Tensor | None
    times: Tensor | None = None
    fps: float | None = None
    num_frames: int | None = None
    error: str | None = None

    def __repr__(self) -> str:
        if self.features is None:
            return f'VideoFeatures({self.video!r}, error={self.error!r})'
        return f'VideoFeatures({self.video!r}, {tuple(self.features.shape)})'
