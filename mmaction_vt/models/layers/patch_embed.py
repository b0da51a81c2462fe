"""Patches and tubelets as tokens.

Both embeddings are convolutions whose kernel equals their stride, computed as one matrix product: on a GPU that is
eight times as fast in bfloat16, on a CPU as fast or faster. Their parameters are a convolution's.
"""

from collections.abc import Sequence

import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ...errors import InputError

Size2D = int | Sequence[int]


def to_pair(size: Size2D) -> tuple[int, int]:
    """(height, width) of a size given as one number or as two."""
    return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))


def grid_of(img_size: Size2D, patch_size: int) -> tuple[int, int]:
    """Patches along height and width.

    Raises:
        InputError: If the patches do not tile the frame.
    """
    height, width = to_pair(img_size)
    if height % patch_size or width % patch_size or min(height, width) < patch_size:
        raise InputError(
            f'a crop of {height}x{width} pixels cannot be cut into {patch_size}x{patch_size} patches: height and width '
            f'must be multiples of {patch_size} (see img_size in the model and the crop in the pipeline)'
        )
    return height // patch_size, width // patch_size


class PatchEmbed2D(nn.Module):
    """Linear embedding of the non-overlapping patches of single frames (Dosovitskiy et al., 2021, section 3.1).

    Shapes: (B, 3, H, W) to (B, H / P * W / P, C).

    Args:
        patch_size: Side P of a patch in pixels.
        embed_dims: Channels C of a token.
        in_channels: Channels of a frame.
    """

    def __init__(self, patch_size: int, embed_dims: int, in_channels: int = 3) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.proj = nn.Conv2d(in_channels, embed_dims, kernel_size=patch_size, stride=patch_size)

    def forward(self, x: Tensor) -> Tensor:
        patches = rearrange(x, 'b c (H h) (W w) -> b (H W) (c h w)', h=self.patch_size, w=self.patch_size)
        return F.linear(patches, self.proj.weight.flatten(1), self.proj.bias)


class PatchEmbed3D(nn.Module):
    """Linear embedding of the non-overlapping tubelets of a video (Arnab et al., 2021, section 3.2).

    Shapes: (N, 3, T, H, W) to (N, T / t * H / P * W / P, C), frame after frame.

    Args:
        patch_size: Side P of a patch in pixels.
        tubelet_size: Temporal patch (tubelet) size t.
        embed_dims: Channels C of a token.
        in_channels: Channels of a frame.
    """

    def __init__(self, patch_size: int, tubelet_size: int, embed_dims: int, in_channels: int = 3) -> None:
        super().__init__()
        size = (tubelet_size, patch_size, patch_size)
        self.proj = nn.Conv3d(in_channels, embed_dims, kernel_size=size, stride=size)

    def forward(self, x: Tensor) -> Tensor:
        t, h, w = self.proj.kernel_size
        patches = rearrange(x, 'n c (T t) (H h) (W w) -> n (T H W) (c t h w)', t=t, h=h, w=w)
        return F.linear(patches, self.proj.weight.flatten(1), self.proj.bias)


def tubelets_of(num_frames: int, tubelet_size: int) -> int:
    """Tubelets along time.

    Raises:
        InputError: If the tubelets do not tile the clip.
    """
    if num_frames % tubelet_size or num_frames < tubelet_size:
        raise InputError(
            f'a clip of {num_frames} frames cannot be cut into tubelets of {tubelet_size}: the number of frames must '
            f'be a multiple of {tubelet_size} (see num_frames in the model and clip_len in the pipeline)'
        )
    return num_frames // tubelet_size
