"""DualFormer's image models, and video models of another length, as a start for a DualFormer."""

from math import prod

import torch
from torch import Tensor, nn

from .report import StartReport


def fit_backbone(state: dict[str, Tensor], backbone: nn.Module) -> tuple[dict[str, Tensor], StartReport]:
    """A full state dict for a DualFormer that starts from an image or a video model, and what was done.

    A two-dimensional kernel is spread evenly over the times of the video model's kernel, so that a still clip gives
    what the image gives. The second convolution of the pyramid's coarse level starts as a mean, also where the image
    model has one (Liang et al., 2021, section 3.4).

    Args:
        state: Parameters in the names of the DualFormer authors' code, without a prefix.
        backbone: The DualFormer.
    """
    wanted = backbone.state_dict()
    fitted, report = dict(state), StartReport(copied=len(state))
    inflated = 0
    for key, kernel in state.items():
        if kernel.ndim == 4 and key in wanted and wanted[key].ndim == 5:
            times = wanted[key].shape[2]
            fitted[key] = kernel[:, :, None].expand(-1, -1, times, -1, -1) / times
            inflated += 1
    if inflated:
        report.resized.append(f'{inflated} two-dimensional kernels spread over time')
        report.initialised.append('second convolutions of coarse levels as means')
        for key, kernel in wanted.items():
            if key.endswith('.attn.lr.3.weight') and (key not in state or state[key].ndim == 4):
                fitted[key] = torch.full_like(kernel, 1 / prod(kernel.shape[1:]))
                fitted[key.replace('.weight', '.bias')] = torch.zeros_like(kernel[:, 0, 0, 0, 0])
    report.resized += fit_time_of_kernels(fitted, wanted)
    return fitted, report


def fit_time_of_kernels(state: dict[str, Tensor], wanted: dict[str, Tensor], prefix: str = '') -> list[str]:
    """Make the pyramid's kernels longer or shorter in time, in place, where one length divides the other.

    A still clip gives the same with a kernel whose weights are summed over neighbouring times, or shared among them.

    Args:
        state: A state dict.
        wanted: The state dict of the model that it is for.
        prefix: What all keys start with.

    Returns:
        A sentence for each kernel.
    """
    sentences = []
    for key, kernel in state.items():
        if not (key.startswith(prefix) and key.endswith(('.attn.sr.weight', '.attn.lr.3.weight')) and key in wanted):
            continue
        old, new = kernel.shape[2], wanted[key].shape[2]
        if old == new or kernel.shape[3:] != wanted[key].shape[3:] or max(old, new) % min(old, new):
            continue
        if new < old:
            state[key] = kernel.unflatten(2, (new, -1)).sum(3)
        else:
            state[key] = kernel.repeat_interleave(new // old, 2) / (new // old)
        sentences.append(f'Fitted {key} from {old} to {new} times.')
    return sentences
