"""The loss of a student that learns the class of a clip and the labels of its tokens."""

import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS
from .token_labels import TokenLabels, common_grid, soft_cross_entropy, soft_labels, to_grid


@MODELS.register_module()
class TokenLabelLoss(nn.Module):
    """gamma * CE(class) + (1 - gamma) * soft CE(tokens) (Jiang et al., 2021, equation 5, for video).

    Args:
        gamma: Weight of the class loss, in [0, 1].
        num_top: Number of classes that the labels of a token have.
        clean: Whether the other classes have a probability of 0, instead of a logit of 0 as in the published training.

    Raises:
        InputError: If gamma is outside [0, 1] or ``num_top`` less than 1.
    """

    def __init__(self, gamma: float = 0.5, num_top: int = 5, clean: bool = False) -> None:
        super().__init__()
        if not 0 <= gamma <= 1 or num_top < 1:
            raise InputError(
                f'TokenLabelLoss needs gamma from 0 to 1 and num_top of at least 1, got {gamma} and {num_top}'
            )
        self.gamma = gamma
        self.num_top = num_top
        self.clean = clean

    def forward(
        self, class_scores: Tensor, token_scores: Tensor, labels: Tensor, token_labels: TokenLabels
    ) -> dict[str, Tensor]:
        """The two terms of the loss with their weights.

        Args:
            class_scores: (N, classes).
            token_scores: (N, T, H, W, classes); averaged over frames if the labels have fewer.
            labels: Classes (N,), or probabilities (N, classes).
            token_labels: The teacher's labels; they may have fewer frames than the scores, not more.

        Returns:
            ``loss_cls`` and ``loss_token``.

        Raises:
            InputError: If the grids of scores and labels cannot be compared.
        """
        grid = common_grid(token_scores.shape[1:4], token_labels.grid)
        if grid != token_labels.grid:
            raise InputError(
                f'the token labels have {token_labels.grid[0]} frames and the model has {grid[0]}: logits are averaged '
                'before the top classes are selected, so make labels for this model'
            )
        targets = soft_labels(token_labels, token_scores.shape[-1], self.clean)
        return dict(
            loss_cls=self.gamma * F.cross_entropy(class_scores.float(), labels),
            loss_token=(1 - self.gamma) * soft_cross_entropy(to_grid(token_scores, grid), targets),
        )
