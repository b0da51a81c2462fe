"""A video with fewer frames per second."""

from collections.abc import Iterator

import numpy as np

from ..datasets.video_readers import Reader


class EveryNth:
    """Every n-th frame of a video, from the first.

    Args:
        reader: The video.
        step: n.
    """

    def __init__(self, reader: Reader, step: int) -> None:
        self.reader, self.step, self.name = reader, step, reader.name
        self.num_frames = -(-reader.num_frames // step)
        self.fps = reader.fps / step

    def read(self, frames: np.ndarray) -> Iterator[np.ndarray]:
        """Frames, by their numbers among those that are left."""
        return self.reader.read(frames * self.step)

    def times(self) -> np.ndarray:
        """Presentation times of the frames in seconds."""
        return self.reader.times()[:: self.step]

    def close(self) -> None:
        """Close the video."""
        self.reader.close()
