"""Run-length tokens: what does not move is one token (Choudhury et al., 2024, "Don't Look Twice")."""

import torch
from einops import reduce
from torch import Tensor


def changes_of(clips: Tensor, tubelet_size: int, patch_size: int) -> Tensor:
    """Mean absolute difference of each patch from the one before it in time, (N, F, H / P, W / P); infinite in frame 1.

    Args:
        clips: (N, 3, T, H, W).
        tubelet_size: Frames of a tubelet.
        patch_size: Side P of a patch in pixels.
    """
    before, after = clips[:, :, :-tubelet_size], clips[:, :, tubelet_size:]
    pattern = 'n c (f t) (h p) (w q) -> n f h w'
    changes = reduce((after - before).abs(), pattern, 'mean', t=tubelet_size, p=patch_size, q=patch_size)
    return torch.cat((torch.full_like(changes[:, :1], torch.inf), changes), dim=1)


def run_lengths(changes: Tensor, threshold: float) -> Tensor:
    """How many frames each patch lasts, (N, F, H', W'): 0 where it repeats the one before it.

    Args:
        changes: What ``changes_of`` returns.
        threshold: Changes up to it are none.
    """
    repeats = changes <= threshold
    lengths = torch.ones_like(changes)
    for frame in range(changes.shape[1] - 2, -1, -1):  # from the end: a run's length is kept where it begins
        lengths[:, frame] += repeats[:, frame + 1] * lengths[:, frame + 1]
    return lengths.masked_fill(repeats, 0)
