"""Videos in memory."""

import numpy as np
from torch import Tensor

from ..errors import InputError


def frames_of(video: np.ndarray | Tensor) -> np.ndarray:
    """Frames (T, H, W, 3) of an array, or of a tensor, whose channels may come second.

    Args:
        video: Frames in RGB, uint8.

    Raises:
        InputError: If there are none, or they have another type.
    """
    frames = video.cpu().numpy() if isinstance(video, Tensor) else video
    if isinstance(video, Tensor) and frames.ndim == 4 and frames.shape[1] == 3 != frames.shape[3]:
        frames = frames.transpose(0, 2, 3, 1)
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or not frames.size:
        raise InputError(f'frames must be (T, H, W, 3) in uint8; got {tuple(video.shape)} in {video.dtype}')
    return np.ascontiguousarray(frames)


def name_of_video(video: object) -> str:
    """How a video is called in a prediction: by its path, or by the shape of its frames."""
    return f'frames {tuple(video.shape)}' if isinstance(video, (np.ndarray, Tensor)) else str(video)
