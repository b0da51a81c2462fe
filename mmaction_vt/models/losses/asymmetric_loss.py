"""A loss for several labels, of which most are absent."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS

LEAST = 1e-8  # of a shifted probability, whose powers then have a gradient


@MODELS.register_module()
class AsymmetricLoss(nn.Module):
    """Focal losses of present and of absent labels with different exponents (Ridnik et al., 2021, equations 2 to 7).

    A present label of probability p costs -(1 - p)^g+ log p, an absent one -q^g- log(1 - q) with q = max(p - m, 0):
    easy absent labels count little, and those below the margin m not at all. The costs of a video's classes are summed,
    and the sums averaged over the videos. The published code also sums over the videos of a batch.

    Without exponents and margin it is the binary cross entropy times the number of classes.

    Args:
        gamma_negative: The exponent g- of absent labels.
        gamma_positive: The exponent g+ of present labels.
        margin: The shift m of the probability of absent labels.
        detach_focus: Whether the powers are constants in the backward pass, as in the published training.
        loss_weight: Factor of the loss.
        class_weight: Factors of the classes.

    Raises:
        InputError: If an exponent is negative, or the margin not in [0, 1).
    """

    class_weight: Tensor | None

    def __init__(
        self,
        gamma_negative: float = 4.0,
        gamma_positive: float = 0.0,
        margin: float = 0.05,
        detach_focus: bool = False,
        loss_weight: float = 1.0,
        class_weight: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        if min(gamma_negative, gamma_positive) < 0 or not 0 <= margin < 1:
            raise InputError(
                'AsymmetricLoss needs exponents of at least 0 and a margin in [0, 1), got '
                f'gamma_negative={gamma_negative}, gamma_positive={gamma_positive} and margin={margin}'
            )
        self.gamma_negative = gamma_negative
        self.gamma_positive = gamma_positive
        self.margin = margin
        self.detach_focus = detach_focus
        self.loss_weight = loss_weight
        self.class_weight = None if class_weight is None else torch.tensor(class_weight)

    def forward(self, scores: Tensor, labels: Tensor) -> Tensor:
        """The loss.

        Args:
            scores: Raw scores (N, classes).
            labels: (N, classes) from 0, absent, to 1, present.
        """
        scores, labels = scores.float(), labels.float()
        absent = (scores.sigmoid() - self.margin).clamp(min=LEAST)
        log_not = torch.log1p(-absent) if self.margin else F.logsigmoid(-scores)
        focus_positive = scores.neg().sigmoid().clamp(min=LEAST) ** self.gamma_positive
        focus_negative = absent**self.gamma_negative
        if self.detach_focus:
            focus_positive, focus_negative = focus_positive.detach(), focus_negative.detach()
        costs = -labels * focus_positive * F.logsigmoid(scores) - (1 - labels) * focus_negative * log_not
        if self.class_weight is not None:
            costs = costs * self.class_weight.to(costs)
        return self.loss_weight * costs.sum(1).mean()
