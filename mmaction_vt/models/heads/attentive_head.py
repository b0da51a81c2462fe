"""V-JEPA 2's attentive probe."""

from math import sqrt

import torch
from mmaction.models.heads import BaseHead
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from ...errors import InputError
from ...registry import MODELS
from ..layers import AttentivePooling, init_linear_layers, shrink_branches

NORM_EPS = 1e-5


@MODELS.register_module()
class AttentiveHead(BaseHead):
    """A classifier of what a learned query reads from all tokens (Assran et al., 2025, section 4).

    Shapes: features (N, C, T, H, W) of any backbone with ``out_type='featmap'`` to (N, num_classes). With
    ``num_segments`` S, in training and testing the query reads the tokens of S clips of a video together, which are one
    after the other in a batch of views; ``forward`` scores each clip by itself.

    Args:
        num_classes: Number of classes.
        in_channels: Channels C of the features.
        num_heads: Attention heads; they divide C.
        num_blocks: Blocks of self-attention before the query.
        mlp_ratio: Ratio of MLP hidden dimension to C.
        num_segments: Clips S that are read together.
        norm_eps: Epsilon of every LayerNorm. None: what a checkpoint from Hugging Face says, otherwise the authors'
            1e-5.
        init_std: Standard deviation of the initial weights.
        **kwargs: The other arguments of mmaction2's ``BaseHead``: ``loss_cls``, ``label_smooth_eps``, ``topk``,
            ``average_clips``, ``multi_class`` and ``init_cfg``.

    Raises:
        InputError: If C is not divisible by ``num_heads``.
    """

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        num_heads: int = 16,
        num_blocks: int = 3,
        mlp_ratio: float = 4.0,
        num_segments: int = 1,
        norm_eps: float | None = None,
        init_std: float = 0.02,
        **kwargs: object,
    ) -> None:
        super().__init__(num_classes, in_channels, **kwargs)
        if in_channels % num_heads:
            raise InputError(
                f'in_channels of AttentiveHead must be divisible by num_heads, and {in_channels} is not divisible by '
                f'{num_heads}'
            )
        self.num_segments = num_segments
        self.norm_eps = norm_eps
        self.init_std = init_std
        eps = NORM_EPS if norm_eps is None else norm_eps
        self.pooling = AttentivePooling(in_channels, num_heads, num_blocks, mlp_ratio, eps)
        self.fc_cls = nn.Linear(in_channels, num_classes)

    def init_weights(self) -> None:
        init_linear_layers(self, self.init_std)
        nn.init.trunc_normal_(self.pooling.query, std=self.init_std)
        shrink_branches(self.pooling.blocks)
        with torch.no_grad():
            self.pooling.mlp.fc2.weight /= sqrt(2.0 * max(len(self.pooling.blocks), 1))
        super().init_weights()

    def forward(self, x: Tensor, **kwargs: object) -> Tensor:
        if x.ndim != 5:
            raise InputError(
                f'AttentiveHead reads every token, and the backbone returns features of shape {tuple(x.shape)}: set '
                "out_type='featmap' of the backbone"
            )
        return self.fc_cls(self.pooling(x.flatten(2).transpose(1, 2)))

    def loss(self, feats: Tensor, data_samples: list[ActionDataSample], **kwargs: object) -> dict[str, Tensor]:
        return super().loss(self.join_segments(feats, len(data_samples)), data_samples, **kwargs)

    def predict(self, feats: Tensor, data_samples: list[ActionDataSample], **kwargs: object) -> list[ActionDataSample]:
        return super().predict(self.join_segments(feats, len(data_samples)), data_samples, **kwargs)

    def join_segments(self, feats: Tensor, num_samples: int) -> Tensor:
        """Features (N * V, C, T, H, W) of V views of each sample, with S clips of a view joined along time.

        A single clip stays as it is, as when a live stream is recognised.

        Args:
            feats: The features.
            num_samples: Number of samples N.

        Raises:
            InputError: If there are several views, and not a multiple of S.
        """
        views = len(feats) // num_samples
        if views == 1 or self.num_segments == 1 or feats.ndim != 5:
            return feats
        if views % self.num_segments:
            raise InputError(
                f'AttentiveHead reads {self.num_segments} clips together, and a video has {views}: set num_segments of '
                'the head to the number of clips of the pipeline, num_clips'
            )
        return feats.unflatten(0, (-1, self.num_segments)).movedim(1, 2).flatten(2, 3)
