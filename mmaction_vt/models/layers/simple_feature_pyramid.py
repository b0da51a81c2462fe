"""The simple feature pyramid of a plain backbone (Li et al., 2022)."""

from torch import Tensor, nn

SCALES = (4.0, 2.0, 1.0, 0.5)  # section 3: maps of stride 4, 8, 16 and 32 from one of stride 16


class ChannelNorm(nn.LayerNorm):
    """LayerNorm over the channels of maps (N, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class SimpleFeaturePyramid(nn.Module):
    """Maps of four resolutions from the last map alone, in parallel, without a top-down path (section 3).

    Shapes: (N, C, T, H, W) to four maps (N, D, T, s H, s W) for the scales s of 4, 2, 1 and 1 / 2; each time step on
    its own.

    Args:
        in_channels: Channels C, divisible by 4.
        out_channels: Channels D.
        norm_eps: Epsilon of every LayerNorm.
    """

    def __init__(self, in_channels: int, out_channels: int = 256, norm_eps: float = 1e-6) -> None:
        super().__init__()
        half, quarter = in_channels // 2, in_channels // 4
        resize = (
            (
                nn.ConvTranspose2d(in_channels, half, 2, 2),
                ChannelNorm(half, norm_eps),
                nn.GELU(),
                nn.ConvTranspose2d(half, quarter, 2, 2),
            ),
            (nn.ConvTranspose2d(in_channels, half, 2, 2),),
            (),
            (nn.MaxPool2d(2, 2, ceil_mode=True),),
        )
        widths = (quarter, half, in_channels, in_channels)
        self.levels = nn.ModuleList(
            nn.Sequential(
                *layers,
                nn.Conv2d(width, out_channels, 1, bias=False),
                ChannelNorm(out_channels, norm_eps),
                nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
                ChannelNorm(out_channels, norm_eps),
            )
            for layers, width in zip(resize, widths, strict=True)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        steps = x.shape[2]
        frames = x.transpose(1, 2).flatten(0, 1)
        return [level(frames).unflatten(0, (-1, steps)).transpose(1, 2) for level in self.levels]
