"""ViViT's Model 2, the factorised encoder (Arnab et al., 2021, section 3.3.2)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..layers import drop_path_rates, keep_tubes, resize_grid_embed, resize_time_embed
from .vivit import ViViT


class FactorisedEncoderViViT(ViViT, builds=dict(attention_type='factorised_encoder')):
    """A spatial transformer for the patches of each frame, then a temporal one over frames.

    Built by ``ViViT(attention_type='factorised_encoder')``; shapes, arguments and errors as there. ``blocks`` is the
    spatial, ``temporal_blocks`` the temporal transformer.
    """

    tubelet_step = 'the spatial transformer'

    def build_embeddings(self, num_tubelets: int, num_patches: int) -> None:
        self.cls_token = nn.Parameter(torch.zeros(1, 1, self.embed_dims))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + num_patches, self.embed_dims))
        self.temporal_cls_token = nn.Parameter(torch.zeros(1, 1, self.embed_dims))
        self.temporal_embed = nn.Parameter(torch.zeros(1, 1 + num_tubelets, self.embed_dims))

    def build_blocks(
        self, block: Callable[..., nn.Module], num_layers: int, num_temporal_layers: int, drop_path_rate: float
    ) -> None:
        rates = drop_path_rates(drop_path_rate, num_layers + num_temporal_layers)
        self.spatial_norm: nn.Module = nn.LayerNorm(self.embed_dims, eps=self.norm_eps)
        self.temporal_blocks = nn.ModuleList(block(drop_path_rate=rate) for rate in rates[num_layers:])
        self.blocks = nn.ModuleList(block(drop_path_rate=rate) for rate in rates[:num_layers])

    def freeze_all_but(self, trainable_blocks: int | None) -> None:
        """Freeze as ``VideoTransformer`` does, and whatever a feature map does not need.

        Distributed training expects a gradient for every parameter that is not frozen.
        """
        super().freeze_all_but(trainable_blocks)
        if self.out_type == 'featmap':
            for name, parameter in self.named_parameters():
                if name.split('.')[0] in ('temporal_blocks', 'temporal_cls_token', 'temporal_embed', 'norm'):
                    parameter.requires_grad_(False)

    def embed_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """The spatial transformer: what the temporal one sees of each frame, (N, F, 1, C), or the patches.

        Patches, for ``out_type='featmap'``, are (N, F, H / P, W / P, C).
        """
        patches = super().embed_tubelets(x)
        num_tubelets, height, width = patches.shape[1:4]
        embed = resize_grid_embed(self.pos_embed, self.grid, (height, width), self.embed_resize_mode)
        tokens = self.prepend_cls_token(patches.flatten(2, 3).flatten(0, 1), self.cls_token, embed)  # (N * F, 1 + P, C)
        if keep is not None:
            tokens = keep_tubes(tokens, keep.repeat_interleave(num_tubelets, dim=0), cls_tokens=1)
            height, width = 1, keep.shape[1]
        featmap = self.out_type == 'featmap'
        tokens = self.run_blocks(self.blocks, tokens, cls_only=self.frame_token == 'cls' and not featmap)
        tokens = self.spatial_norm(tokens).unflatten(0, (-1, num_tubelets))
        return tokens[:, :, 1:].unflatten(2, (height, width)) if featmap else self.summarise_frames(tokens)

    def forward_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        if self.out_type == 'featmap':
            return x.permute(0, 4, 1, 2, 3)
        embed = self.resized_temporal_embed(x.shape[1])
        frames = self.prepend_cls_token(x[:, :, 0], self.start_token(x), embed)
        return self.norm(self.run_blocks(self.temporal_blocks, frames, cls_only=True))[:, 0]

    def summarise_frames(self, tokens: Tensor) -> Tensor:
        """What the temporal transformer sees of each frame, (N, F, K, C), the token of the frame first.

        Args:
            tokens: Normalised output of the spatial transformer, (N, F, 1 + P, C), or (N, F, 1, C).
        """
        return tokens[:, :, :1] if self.frame_token == 'cls' else tokens[:, :, 1:].mean(2, keepdim=True)

    def start_token(self, frames: Tensor) -> Tensor:
        """The temporal transformer's class token, (1, 1, C) or (N, 1, C).

        Args:
            frames: What ``summarise_frames`` returns.
        """
        return self.temporal_cls_token

    def resized_temporal_embed(self, num_tubelets: int) -> Tensor:
        """Embeddings (1, 1 + F, C) of the temporal transformer's class token and of F frames."""
        frames = resize_time_embed(self.temporal_embed[:, 1:], num_tubelets)
        return torch.cat((self.temporal_embed[:, :1], frames), dim=1)

    @property
    def stage_depths(self) -> list[int]:
        return [len(self.blocks), len(self.temporal_blocks)]

    def get_layer_depth(self, name: str) -> int:
        spatial = len(self.blocks)
        part, *rest = name.split('.')
        if part == 'temporal_blocks':
            return 1 + spatial + int(rest[0])
        if part == 'spatial_norm':
            return spatial
        if part in ('temporal_cls_token', 'temporal_embed'):
            return 1 + spatial
        return super().get_layer_depth(name)


BENCHMARK = dict(attention_type='factorised_encoder', frame_token='benchmark')


class BenchmarkFactorisedEncoderViViT(FactorisedEncoderViViT, builds=BENCHMARK):
    """Model 2 as the Video Transformer benchmark trained it: for its published weights.

    Two things differ: there is no norm between the transformers, and the temporal one starts from the first frame's
    class token instead of one of its own. A frame is the mean of its patches.
    """

    def build_embeddings(self, num_tubelets: int, num_patches: int) -> None:
        super().build_embeddings(num_tubelets, num_patches)
        del self.temporal_cls_token

    def build_blocks(
        self, block: Callable[..., nn.Module], num_layers: int, num_temporal_layers: int, drop_path_rate: float
    ) -> None:
        super().build_blocks(block, num_layers, num_temporal_layers, drop_path_rate)
        self.spatial_norm = nn.Identity()

    def summarise_frames(self, tokens: Tensor) -> Tensor:
        return torch.stack((tokens[:, :, 1:].mean(2), tokens[:, :, 0]), dim=2)

    def start_token(self, frames: Tensor) -> Tensor:
        return frames[:, 0, 1:]
