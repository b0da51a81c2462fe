"""What heads with a loss of their own need: smooth labels, and the accuracies that training logs."""

from collections.abc import Sequence

import torch.nn.functional as F
from mmaction.evaluation import top_k_accuracy
from torch import Tensor


def smooth_labels(labels: Tensor, num_classes: int, eps: float) -> Tensor:
    """Labels (N,) or (N, num_classes) with ``eps`` of each spread over all classes; as they are if ``eps`` is 0."""
    if not eps:
        return labels
    if labels.ndim == 1:
        labels = F.one_hot(labels, num_classes)
    return labels * (1 - eps) + eps / num_classes


def log_accuracies(scores: Tensor, labels: Tensor, topk: Sequence[int], prefix: str = '') -> dict[str, Tensor]:
    """Top-k accuracies of scores (N, classes) for labels (N,), as ``top1_acc``; none for labels that are soft."""
    if labels.ndim > 1:
        return {}
    accuracies = top_k_accuracy(scores.detach().float().cpu().numpy(), labels.cpu().numpy(), topk)
    return {f'{prefix}top{k}_acc': scores.new_tensor(value) for k, value in zip(topk, accuracies, strict=True)}
