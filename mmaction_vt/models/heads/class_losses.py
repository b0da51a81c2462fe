"""Label smoothing and logged accuracies, for heads with a loss of their own."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmaction.evaluation import top_k_accuracy
from torch import Tensor


def smooth_labels(labels: Tensor, num_classes: int, eps: float) -> Tensor:
    """Labels (N,) or (N, num_classes) with label smoothing ``eps``; unchanged if that is 0."""
    if not eps:
        return labels
    if labels.ndim == 1:
        labels = F.one_hot(labels, num_classes)
    return labels * (1 - eps) + eps / num_classes


def log_accuracies(scores: Tensor, labels: Tensor, topk: Sequence[int], prefix: str = '') -> dict[str, Tensor]:
    """Top-k accuracies of scores (N, classes) for labels (N,), as ``top1_acc``; none for soft labels."""
    if labels.ndim > 1:
        return {}
    accuracies = top_k_accuracy(scores.detach().float().cpu().numpy(), labels.cpu().numpy(), topk)
    return {f'{prefix}top{k}_acc': scores.new_tensor(value) for k, value in zip(topk, accuracies, strict=True)}
