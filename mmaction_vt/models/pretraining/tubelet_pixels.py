"""What a masked autoencoder predicts of tubelets: their pixels, or how much these change."""

import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

STD_EPS = 1e-6  # added to a tubelet's standard deviation, of pixels in [0, 1]
MOTION_CELL = 2  # side of the squares of pixels whose change is averaged
LEAST_MOTION = 0.025  # of brightness in [0, 1]: noise of a clip in which nothing moves stays small


def to_tubelets(clips: Tensor, tubelet_size: int, patch_size: int) -> Tensor:
    """The pixels of each tubelet.

    Args:
        clips: (N, C, T, H, W).
        tubelet_size: Frames t of a tubelet.
        patch_size: Side P of a patch.

    Returns:
        (N, L, t * P * P, C), the L tubelets frame after frame, row by row.
    """
    return rearrange(clips, 'n c (T t) (H h) (W w) -> n (T H W) (t h w) c', t=tubelet_size, h=patch_size, w=patch_size)


def to_clips(tubelets: Tensor, tubelet_size: int, patch_size: int, grid: tuple[int, int]) -> Tensor:
    """The inverse of ``to_tubelets`` for ``grid`` patches along height and width: (N, C, T, H, W)."""
    sizes = dict(t=tubelet_size, h=patch_size, w=patch_size, H=grid[0], W=grid[1])
    return rearrange(tubelets, 'n (T H W) (t h w) c -> n c (T t) (H h) (W w)', **sizes)


def motion(clips: Tensor) -> Tensor:
    """How much the brightness of small squares changes from frame to frame, relative to the largest change of a clip.

    It has no sign, so that it is the same for a dark object on a bright background and for a bright one on a dark
    background.

    Args:
        clips: (N, 3, T, H, W) in [0, 1].

    Returns:
        (N, 1, T, H / 2, W / 2) in [0, 1): the change from the frame before; the first frame has that of the second.
    """
    change = clips.mean(1).diff(dim=1).abs()
    change = F.avg_pool2d(F.pad(change, (0, 0, 0, 0, 1, 0), mode='replicate'), MOTION_CELL)
    return (change / (change.amax((1, 2, 3), keepdim=True) + LEAST_MOTION))[:, None]


def statistics(tubelets: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each tubelet's pixels, for each colour: both (N, L, 1, 3).

    The variance is the unbiased one, and a small constant is added to its root, as in VideoMAE's code.
    """
    mean = tubelets.mean(2, keepdim=True)
    return mean, tubelets.var(2, unbiased=True, keepdim=True).sqrt() + STD_EPS
