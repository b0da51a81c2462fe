"""The loss of a student that learns the class of a clip and the label of each of its tokens."""

import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS
from .token_labels import TokenLabels, common_grid, soft_cross_entropy, soft_labels, to_grid


@MODELS.register_module()
class TokenLabelLoss(nn.Module):
    """gamma * CE(class) + (1 - gamma) * soft CE(tokens) (Jiang et al., 2021, equation 5, for video).

    Args:
        gamma: The share of the class in the loss, in [0, 1].
        num_top: Classes of each token that the teacher says something about.
        clean: Whether the other classes get no probability, instead of a logit of 0 as in the published training.

    Raises:
        InputError: If gamma lies outside [0, 1] or there is no class to label with.
    """

    def __init__(self, gamma: float = 0.5, num_top: int = 5, clean: bool = False) -> None:
        super().__init__()
        if not 0 <= gamma <= 1 or num_top < 1:
            raise InputError(
                f'TokenLabelLoss takes gamma from 0 to 1 and num_top of at least 1, not {gamma} and {num_top}'
            )
        self.gamma = gamma
        self.num_top = num_top
        self.clean = clean

    def forward(
        self, class_scores: Tensor, token_scores: Tensor, labels: Tensor, token_labels: TokenLabels
    ) -> dict[str, Tensor]:
        """The two parts of the loss, each with its share; their sum is the loss.

        Args:
            class_scores: (N, classes).
            token_scores: (N, T, H, W, classes); averaged over times if the labels have fewer.
            labels: Classes (N,), or probabilities (N, classes).
            token_labels: What the teacher says; its times may be fewer than those of the scores, not more.

        Returns:
            ``loss_cls`` and ``loss_token``.

        Raises:
            InputError: If scores and labels lie on grids that cannot be compared.
        """
        grid = common_grid(token_scores.shape[1:4], token_labels.grid)
        if grid != token_labels.grid:
            raise InputError(
                f'the token labels have {token_labels.grid[0]} times and the model has {grid[0]}: labels are averaged '
                'before the best are taken, so make them for this model'
            )
        wanted = soft_labels(token_labels, token_scores.shape[-1], self.clean)
        return dict(
            loss_cls=self.gamma * F.cross_entropy(class_scores.float(), labels),
            loss_token=(1 - self.gamma) * soft_cross_entropy(to_grid(token_scores, grid), wanted),
        )
