"""Starting a DualFormer from an image model, or from a video model for clips of another length."""

from math import prod

import torch
from torch import Tensor, nn

from ..resize import resize_kernels_in_time
from .report import StartReport


def fit_backbone(state: dict[str, Tensor], backbone: nn.Module) -> tuple[dict[str, Tensor], StartReport]:
    """A full state dict for a DualFormer that starts from an image or a video model, and a report.

    Two-dimensional kernels are inflated by averaging over the frames of the video model's kernel, so that a still clip
    gives what the image gives. The second convolution of the pyramid's coarse level starts as a mean, also where the
    image model has one (Liang et al., 2021, section 3.4).

    Args:
        state: Parameters in the names of the DualFormer authors' code, without a prefix.
        backbone: The DualFormer.
    """
    expected = backbone.state_dict()
    fitted, report = dict(state), StartReport(copied=len(state))
    inflated = 0
    for key, kernel in state.items():
        if kernel.ndim == 4 and key in expected and expected[key].ndim == 5:
            frames = expected[key].shape[2]
            fitted[key] = kernel[:, :, None].expand(-1, -1, frames, -1, -1) / frames
            inflated += 1
    if inflated:
        report.resized.append(f'{inflated} two-dimensional kernels inflated')
        report.initialised.append('second convolutions of coarse levels as means')
        for key, kernel in expected.items():
            if key.endswith('.attn.lr.3.weight') and (key not in state or state[key].ndim == 4):
                fitted[key] = torch.full_like(kernel, 1 / prod(kernel.shape[1:]))
                fitted[key.replace('.weight', '.bias')] = torch.zeros_like(kernel[:, 0, 0, 0, 0])
    report.resized += resize_kernels_in_time(fitted, expected)
    return fitted, report
