"""V-JEPA 2's encoder (Assran et al., 2025, "V-JEPA 2: Self-Supervised Video Models Enable Understanding, ...")."""

from functools import partial

import torch
from torch import Tensor, nn

from ...errors import check_one_of
from ...registry import MODELS
from ..layers import (
    Block,
    PatchEmbed3D,
    RotaryAttention,
    drop_path_rates,
    grid_of,
    init_linear_layers,
    keep_tubes,
    rotary_table,
    shrink_branches,
    to_pair,
    tubelets_of,
)
from .base import VideoTransformer

OUT_TYPES = ('featmap', 'mean')
VERSIONS = ('2', '2.1')
TRAINED_SIDE = 256  # pixels, to whose patches version 2.1 scales the positions along height and width
NORM_EPS = 1e-6


@MODELS.register_module()
class VJEPA2(VideoTransformer):
    """A ViT over tubelets with rotary positions along time, height and width (section 2.1).

    Every token attends to every token; there is no class token. Positions are those of the input's own tubelets:
    videos may be longer, shorter, larger or smaller than those of the pre-training, and nothing is resized.

    Shapes: (N, 3, T, H, W) to the normalised tokens (N, C, T / t, H / P, W / P), for ``AttentiveHead``, or with
    ``out_type='mean'`` to their mean (N, C). T is a multiple of t, H and W of P.

    Sizes (``embed_dims``, ``num_layers``, ``num_heads``): B, of version 2.1, 768, 12, 12; L 1024, 24, 16; H 1280, 32,
    16; g 1408, 40, 22 with ``mlp_ratio=48 / 11``; G, of version 2.1, 1664, 48, 26 with ``mlp_ratio=64 / 13``.

    Args:
        img_size: Height and width of the frames, as one number or two.
        patch_size: Side P of a patch.
        num_frames: Frames of a clip.
        tubelet_size: Temporal patch (tubelet) size t.
        embed_dims: Channels C of a token.
        num_layers: Number of blocks.
        num_heads: Attention heads; they divide C.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        version: ``2``, whose paired channels turn at different rates, as published, or ``2.1``: they turn at the same
            rate, positions in the frame are scaled to those of 256 x 256 pixels, and an embedding of videos is added to
            every token.
        out_type: ``featmap`` or ``mean``.
        with_cp: Activation checkpointing of blocks; 2 for every second block, 3 for every third, and so on.
        norm_eps: Epsilon of every LayerNorm. None: what a checkpoint from Hugging Face says, otherwise 1e-6.
        trainable_blocks: How many of the last blocks are trained; 0 to freeze the backbone, None to train all of it.
        tokens_kept: Share of the patches that are kept in training, the same in every frame; the others are left out.
        init_cfg: What ``init_weights`` does after the published initialisation.

    Raises:
        InputError: If a size does not fit (the message says which), or an option is not one of those above.
    """

    keeps_tubes = True

    def __init__(
        self,
        img_size: int | tuple[int, int] = 256,
        patch_size: int = 16,
        num_frames: int = 64,
        tubelet_size: int = 2,
        embed_dims: int = 1024,
        num_layers: int = 24,
        num_heads: int = 16,
        mlp_ratio: float = 4.0,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        version: str = '2',
        out_type: str = 'featmap',
        with_cp: bool | int = False,
        norm_eps: float | None = None,
        trainable_blocks: int | None = None,
        tokens_kept: float = 1.0,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_one_of('version of VJEPA2', version, VERSIONS)
        check_one_of('out_type of VJEPA2', out_type, OUT_TYPES)
        self.img_size = to_pair(img_size)
        self.patch_size = patch_size
        self.num_frames = num_frames
        self.tubelet_size = tubelet_size
        self.embed_dims = embed_dims
        self.num_heads = num_heads
        self.version = version
        self.out_type = out_type
        self.with_cp = with_cp
        self.norm_eps = norm_eps
        self.grid = grid_of(img_size, patch_size)  # patches along height and width
        tubelets_of(num_frames, tubelet_size)

        self.patch_embed = PatchEmbed3D(patch_size, tubelet_size, embed_dims)
        if version == '2.1':
            self.video_embed = nn.Parameter(torch.zeros(1, 1, embed_dims))
        self.embed_drop = nn.Dropout(drop_rate)
        eps = NORM_EPS if norm_eps is None else norm_eps
        block = partial(
            Block,
            embed_dims,
            num_heads,
            mlp_ratio=mlp_ratio,
            qkv_bias=qkv_bias,
            drop_rate=drop_rate,
            attn_drop_rate=attn_drop_rate,
            norm_eps=eps,
            attention=RotaryAttention,
        )
        self.blocks = nn.ModuleList(block(drop_path_rate=rate) for rate in drop_path_rates(drop_path_rate, num_layers))
        self.norm = nn.LayerNorm(embed_dims, eps=eps)
        self.drop_tubes(tokens_kept)
        self.freeze_all_but(trainable_blocks)

    def init_weights(self) -> None:
        """Initialise with a truncated normal, ends of branches the smaller the deeper; then as ``init_cfg`` says."""
        init_linear_layers(self)
        shrink_branches(self.blocks)
        super().init_weights()

    def embed_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Patches (N, F, H / P, W / P, C) of clips (N, 3, T, H, W)."""
        _, _, num_frames, *size = x.shape
        grid, num_tubelets = grid_of(size, self.patch_size), tubelets_of(num_frames, self.tubelet_size)
        return self.patch_embed(x).unflatten(1, (num_tubelets, *grid))

    def forward_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        num_samples, num_tubelets, height, width = x.shape[:4]
        table = self.positions((num_tubelets, height, width), x.device)
        x = x.flatten(1, 3)
        x = self.embed_drop(x + self.video_embed if self.version == '2.1' else x)
        if keep is not None:
            tables = (part.expand(num_samples, -1, -1) for part in table)
            table = torch.stack([keep_tubes(part, keep, num_tubelets) for part in tables])  # (2, N, L, C / heads)
            x, height, width = keep_tubes(x, keep, num_tubelets), 1, keep.shape[1]
        x = self.norm(self.run_blocks(self.blocks, x, table))
        return x.mean(1) if self.out_type == 'mean' else self.tokens_to_featmap(x, num_samples, (height, width))

    def positions(self, sizes: tuple[int, int, int], device: torch.device) -> Tensor:
        """The table that ``RotaryAttention`` takes, for T tubelets of H x W patches each.

        Args:
            sizes: (T, H, W).
            device: Where the table is made.
        """
        time, height, width = (torch.arange(size, device=device, dtype=torch.float32) for size in sizes)
        if self.version == '2.1':
            last = TRAINED_SIDE // self.patch_size - 1
            height, width = (axis * (last / max(len(axis) - 1, 1)) for axis in (height, width))
        return rotary_table((time, height, width), self.embed_dims // self.num_heads, self.version == '2.1')

    def tokens_to_featmap(self, tokens: Tensor, num_samples: int, grid: tuple[int, int] | None = None) -> Tensor:
        """The tokens that a block returns, as a feature map.

        Args:
            tokens: The output of any of ``blocks``.
            num_samples: Batch size N of the input.
            grid: Patches along height and width of the input; by default those of ``img_size``.

        Returns:
            (N, C, T / t, H / P, W / P).
        """
        patches = tokens.reshape(num_samples, -1, *(grid or self.grid), tokens.shape[-1])
        return patches.permute(0, 4, 1, 2, 3)
