"""VideoMAE's encoder (Tong et al., 2022, "VideoMAE: Masked Autoencoders are Data-Efficient Learners...")."""

from functools import partial

from torch import Tensor, nn

from ...errors import check_one_of
from ...registry import MODELS
from ..layers import (
    Block,
    PatchEmbed3D,
    drop_path_rates,
    grid_of,
    init_linear_layers,
    keep_tubes,
    resize_joint_embed,
    sinusoidal_embed,
    to_pair,
    tubelets_of,
)
from .base import VideoTransformer

OUT_TYPES = ('mean', 'featmap')
NORM_EPS = 1e-6


@MODELS.register_module()
class VideoMAE(VideoTransformer):
    """A ViT over tubelets in which every token attends to every token, without a class token (section 3).

    Positions are sinusoids along the sequence of all tokens. They are computed, not learned, and no checkpoint has
    them. Queries, keys and values have a joint bias; that of the keys stays out of the published weights, since a
    softmax over the keys does not depend on it.

    Shapes: (N, 3, T, H, W) to the normalised mean of all tokens (N, C), or with ``out_type='featmap'`` to the
    normalised tokens (N, C, T / t, H / P, W / P). Videos may be longer, shorter, larger or smaller than ``num_frames``
    and ``img_size``: the positions are resized, along space bicubically, along time by nearest neighbour. T is a
    multiple of t, H and W of P.

    Sizes (``embed_dims``, ``num_layers``, ``num_heads``): S 384, 12, 6; B 768, 12, 12; L 1024, 24, 16; H 1280, 32, 16;
    and g, of VideoMAE V2 (Wang et al., 2023), 1408, 40, 16 with ``patch_size=14`` and ``mlp_ratio=48 / 11``.

    Args:
        img_size: Height and width of the frames that the positions are made for, as one number or two.
        patch_size: Side P of a patch.
        num_frames: Frames that the positions are made for.
        tubelet_size: Temporal patch (tubelet) size t.
        embed_dims: Channels C of a token.
        num_layers: Number of blocks.
        num_heads: Attention heads; they divide C.
        mlp_ratio: Ratio of MLP hidden dimension to embedding dimension.
        qkv_bias: Whether queries, keys and values have a bias.
        drop_rate: Dropout on embeddings and after projections.
        attn_drop_rate: Dropout on attention weights.
        drop_path_rate: Stochastic depth of the last block; it grows linearly from 0 in the first.
        norm_after_mean: Whether the mean is normalised (``fc_norm``), as in fine-tuned models, or every token before
            the mean (``norm``), as in pre-trained ones.
        out_type: ``mean`` or ``featmap``.
        with_cp: Activation checkpointing of blocks; 2 for every second block, 3 for every third, and so on.
        norm_eps: Epsilon of every LayerNorm. None: what a checkpoint from Hugging Face says, otherwise the authors'
            1e-6.
        trainable_blocks: How many of the last blocks are trained; 0 to freeze the backbone, None to train all of it.
        tokens_kept: Share of the patches that are kept in training, the same in every frame; the others are left out.
        init_cfg: What ``init_weights`` does after the published initialisation.

    Raises:
        InputError: If a size does not fit (the message says which), or an option is not one of those above.
    """

    keeps_tubes = True
    embed_resize_mode = 'bicubic'  # how positions are resized along space

    def __init__(
        self,
        img_size: int | tuple[int, int] = 224,
        patch_size: int = 16,
        num_frames: int = 16,
        tubelet_size: int = 2,
        embed_dims: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        mlp_ratio: float = 4.0,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        norm_after_mean: bool = True,
        out_type: str = 'mean',
        with_cp: bool | int = False,
        norm_eps: float | None = None,
        trainable_blocks: int | None = None,
        tokens_kept: float = 1.0,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(init_cfg)
        check_one_of('out_type of VideoMAE', out_type, OUT_TYPES)
        self.img_size = to_pair(img_size)
        self.patch_size = patch_size
        self.num_frames = num_frames
        self.tubelet_size = tubelet_size
        self.embed_dims = embed_dims
        self.norm_after_mean = norm_after_mean
        self.out_type = out_type
        self.with_cp = with_cp
        self.norm_eps = norm_eps
        self.grid = grid_of(img_size, patch_size)  # patches along height and width

        self.patch_embed = PatchEmbed3D(patch_size, tubelet_size, embed_dims)
        num_tokens = tubelets_of(num_frames, tubelet_size) * self.grid[0] * self.grid[1]
        self.positions: Tensor
        self.register_buffer('positions', sinusoidal_embed(num_tokens, embed_dims)[None], persistent=False)
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
        )
        self.blocks = nn.ModuleList(block(drop_path_rate=rate) for rate in drop_path_rates(drop_path_rate, num_layers))
        setattr(self, 'fc_norm' if norm_after_mean else 'norm', nn.LayerNorm(embed_dims, eps=eps))
        self.drop_tubes(tokens_kept)
        self.freeze_all_but(trainable_blocks)

    @property
    def last_norm(self) -> nn.Module:
        """The norm after the blocks: ``fc_norm`` or ``norm``."""
        norm: nn.Module = self.fc_norm if self.norm_after_mean else self.norm
        return norm

    def init_weights(self) -> None:
        """Initialise with a truncated normal, then as ``init_cfg`` says."""
        init_linear_layers(self)
        super().init_weights()

    def embed_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Patches (N, F, H / P, W / P, C) of clips (N, 3, T, H, W)."""
        _, _, num_frames, *size = x.shape
        grid, num_tubelets = grid_of(size, self.patch_size), tubelets_of(num_frames, self.tubelet_size)
        return self.patch_embed(x).unflatten(1, (num_tubelets, *grid))

    def add_positions(self, patches: Tensor) -> Tensor:
        """The blocks' input (N, F * P, C), frame after frame, from what ``embed_tubelets`` returns."""
        num_tubelets, height, width = patches.shape[1:4]
        sizes = (self.num_frames // self.tubelet_size, *self.grid), (num_tubelets, height, width)
        positions = resize_joint_embed(self.positions, *sizes, self.embed_resize_mode)
        return self.embed_drop(patches.flatten(1, 3) + positions)

    def forward_tubelets(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        num_samples, num_tubelets, height, width = x.shape[:4]
        x = self.run_blocks(self.blocks, keep_tubes(self.add_positions(x), keep, num_tubelets))
        if self.out_type == 'featmap':
            grid = (height, width) if keep is None else (1, keep.shape[1])
            return self.tokens_to_featmap(self.last_norm(x), num_samples, grid)
        return self.last_norm(x.mean(1)) if self.norm_after_mean else self.last_norm(x).mean(1)

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
