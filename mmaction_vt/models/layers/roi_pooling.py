"""Features of boxes: RoIAlign on the feature map of a clip, and pooling over space and time."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torchvision.ops import roi_align

from .attentive_pooling import AttentivePooling

TEMPORAL_POOLS = ('mean', 'max', 'attention')
SPATIAL_POOLS = ('max', 'mean')


class RoIPooling(nn.Module):
    """RoIAlign (He et al., 2017) of a box in every time step of a feature map, then pooling.

    Shapes: maps (N, C, T, H, W) and boxes (K, 5) to (K, C). The first column of a box is the number of its clip, the
    others are left, top, right and bottom as shares of the map's width and height.

    Args:
        dims: Channels C.
        size: Side R of the grid that a box is resampled to.
        sampling_ratio: Points per cell of the grid along each side; 0 for as many as the box has patches per cell.
        temporal_pool: ``mean``, ``max``, or ``attention`` of a learned query over the time steps.
        spatial_pool: ``max`` or ``mean`` over the grid.
        num_heads: Heads of attention over time; they divide C.
    """

    def __init__(
        self,
        dims: int,
        size: int = 7,
        sampling_ratio: int = 2,
        temporal_pool: str = 'mean',
        spatial_pool: str = 'max',
        num_heads: int = 8,
    ) -> None:
        super().__init__()
        self.size = size
        self.sampling_ratio = sampling_ratio
        self.temporal_pool = temporal_pool
        self.spatial_pool = spatial_pool
        if temporal_pool == 'attention':
            self.over_time = AttentivePooling(dims, num_heads, num_blocks=0)

    def forward(self, maps: Sequence[Tensor], rois: Tensor) -> Tensor:
        """Features of boxes.

        Args:
            maps: A feature map (N, C, T, H, W), or one for each level of a pyramid, the finest first.
            rois: Boxes (K, 5).
        """
        cells = [self.align(each, rois) for each in maps]
        if len(cells) > 1:
            level = assign_levels(rois, len(cells), maps[0].shape[3:])[:, None, None, None, None]
            pooled = torch.stack([each * (level == number) for number, each in enumerate(cells)]).sum(0)
        else:
            pooled = cells[0]
        return self.pool(pooled)

    def align(self, x: Tensor, rois: Tensor) -> Tensor:
        """The grid of each box in each time step, (K, C, T, R, R); for a mean over time T is 1."""
        if self.temporal_pool == 'mean':  # RoIAlign is linear
            x = x.mean(2, keepdim=True)
        height, width = x.shape[3:]
        scale = rois.new_tensor([1, width, height, width, height])
        steps = x.shape[2]
        options = dict(spatial_scale=1.0, sampling_ratio=self.sampling_ratio, aligned=True)
        grid = roi_align(x.flatten(1, 2).float(), rois * scale, self.size, **options)
        return grid.to(x.dtype).unflatten(1, (-1, steps))

    def pool(self, cells: Tensor) -> Tensor:
        """(K, C, T, R, R) to (K, C)."""
        x = cells.amax((3, 4)) if self.spatial_pool == 'max' else cells.mean((3, 4))
        if self.temporal_pool == 'attention':
            pooled: Tensor = self.over_time(x.transpose(1, 2))
            return pooled
        return x.amax(2) if self.temporal_pool == 'max' else x.mean(2)


def assign_levels(rois: Tensor, count: int, finest: Sequence[int], size: float = 7.0) -> Tensor:
    """The level of a pyramid for each box: the finest for small ones, one coarser for each doubling of the side.

    Args:
        rois: Boxes (K, 5), as shares of the map.
        count: Number of levels; each has half the resolution of the one before.
        finest: Height and width of the finest map.
        size: Side of a box in cells of its level, above which the next is taken.

    Returns:
        (K,), from 0 for the finest.
    """
    sides = (rois[:, 3:] - rois[:, 1:3]) * rois.new_tensor([finest[1], finest[0]])
    cells = sides.clamp(min=1e-6).prod(1).sqrt()
    return torch.floor(torch.log2(cells / size)).clamp(0, count - 1)
