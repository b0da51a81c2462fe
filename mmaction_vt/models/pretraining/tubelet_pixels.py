"""The pixels of tubelets, which a masked autoencoder predicts."""

from einops import rearrange
from torch import Tensor

STD_EPS = 1e-6  # added to a tubelet's standard deviation, of pixels in [0, 1]


def to_tubelets(clips: Tensor, tubelet_size: int, patch_size: int) -> Tensor:
    """The pixels of each tubelet.

    Args:
        clips: (N, 3, T, H, W).
        tubelet_size: Frames t of a tubelet.
        patch_size: Side P of a patch.

    Returns:
        (N, L, t * P * P, 3), the L tubelets frame after frame, row by row.
    """
    return rearrange(clips, 'n c (T t) (H h) (W w) -> n (T H W) (t h w) c', t=tubelet_size, h=patch_size, w=patch_size)


def to_clips(tubelets: Tensor, tubelet_size: int, patch_size: int, grid: tuple[int, int]) -> Tensor:
    """The inverse of ``to_tubelets`` for ``grid`` patches along height and width: (N, 3, T, H, W)."""
    sizes = dict(t=tubelet_size, h=patch_size, w=patch_size, H=grid[0], W=grid[1])
    return rearrange(tubelets, 'n (T H W) (t h w) c -> n c (T t) (H h) (W w)', **sizes)


def statistics(tubelets: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each tubelet's pixels, for each colour: both (N, L, 1, 3).

    The variance is the unbiased one, and a small constant is added to its root, as in VideoMAE's code.
    """
    mean = tubelets.mean(2, keepdim=True)
    return mean, tubelets.var(2, unbiased=True, keepdim=True).sqrt() + STD_EPS
