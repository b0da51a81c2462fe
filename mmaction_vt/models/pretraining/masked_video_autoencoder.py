"""Masked video autoencoders (Tong et al., 2022, "VideoMAE: Masked Autoencoders are Data-Efficient Learners...")."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ...registry import MODELS
from ..layers import grid_of, keep_tubes, other_tubes, random_tubes, tubelets_of
from .pixel_decoder import PixelDecoder
from .tubelet_pixels import MOTION_CELL, motion, statistics, to_clips, to_tubelets

WHITE = 255.0
TARGETS = ('pixels', 'motion')
DECODER = dict(embed_dims=384, num_layers=4, num_heads=6)  # VideoMAE-B's
DECODER_ARGUMENTS = (*DECODER, 'mlp_ratio', 'norm_eps')


@MODELS.register_module()
class MaskedVideoAutoencoder(BaseModel):
    """A backbone learns from videos without labels: it sees a few patches, and a decoder predicts the others.

    The mask is one of tubes: the patches that are left out are the same in every frame, so that a pixel cannot be
    copied from the next frame, and every kind of attention runs on what is left as on a smaller frame. Masks are drawn
    anew for each clip and step by PyTorch's generator, which ``SameRunHook`` seeds: a resumed run has the same masks.

    For fine-tuning, ``load_from`` a checkpoint of this model; the decoder is left out.

    Args:
        backbone: Settings of a backbone of tokens; ``out_type`` is set to ``featmap``.
        decoder: Arguments of ``PixelDecoder`` that differ from VideoMAE-B's: ``embed_dims``, ``num_layers``,
            ``num_heads``, ``mlp_ratio``, ``norm_eps``.
        mask_ratio: Share of the patches that are masked; the number of these is rounded down.
        norm_pixels: Whether the pixels of each tubelet are predicted after subtraction of their mean and division by
            their standard deviation, for each colour. Otherwise they are predicted as they are, in [0, 1].
        target: What is predicted: ``pixels``, or ``motion``, how much the brightness of 2 x 2 pixels changes from frame
            to frame, relative to the largest change of the clip. It has no sign, and is 0 where nothing moves: for
            videos whose backgrounds and clothes say nothing about the action. Not part of the paper;
            ``norm_pixels`` has no effect on it.
        data_preprocessor: Settings of the data preprocessor, whose mean and standard deviation are undone for the
            pixels to predict.
        init_cfg: What ``init_weights`` does after the published initialisation.

    Raises:
        InputError: If the backbone cannot leave out patches, the mask leaves nothing to see or to predict, or the
            decoder is deeper or wider than the backbone.
    """

    def __init__(
        self,
        backbone: dict,
        decoder: dict | None = None,
        mask_ratio: float = 0.9,
        norm_pixels: bool = True,
        target: str = 'pixels',
        data_preprocessor: dict | nn.Module | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        check_one_of('target of MaskedVideoAutoencoder', target, TARGETS)
        if isinstance(data_preprocessor, dict):
            data_preprocessor = MODELS.build(data_preprocessor)
        super().__init__(data_preprocessor, init_cfg)
        self.backbone: Any = build_encoder(backbone)
        self.tubelet_size: int = self.backbone.tubelet_size
        self.patch_size: int = self.backbone.patch_size
        self.grid: tuple[int, int] = self.backbone.grid
        self.num_frames: int = tubelets_of(self.backbone.num_frames, self.tubelet_size)
        num_patches = self.num_patches
        self.num_masked: int = int(mask_ratio * num_patches) if 0 < mask_ratio < 1 else 0
        if not 0 < self.num_masked < num_patches:
            raise InputError(
                f'mask_ratio of MaskedVideoAutoencoder must be above 0 and below 1 and mask at least one of the '
                f'{num_patches} patches of a frame, got {mask_ratio}'
            )
        decoder = dict(DECODER, **(decoder or {}))
        check_decoder(decoder, self.backbone)
        self.target = target
        self.cell = MOTION_CELL if target == 'motion' else 1
        if self.patch_size % self.cell or (target == 'motion' and self.backbone.num_frames < 2):
            raise InputError(
                "target 'motion' of MaskedVideoAutoencoder needs an even patch_size and at least two frames, got "
                f'patch_size {self.patch_size} and num_frames {self.backbone.num_frames}'
            )
        values = (1 if target == 'motion' else 3) * self.tubelet_size * (self.patch_size // self.cell) ** 2
        self.decoder = PixelDecoder(self.backbone.embed_dims, values, self.num_frames, num_patches, **decoder)
        self.mask_ratio = mask_ratio
        self.norm_pixels = norm_pixels and target == 'pixels'

    @property
    def num_patches(self) -> int:
        """Patches P of a frame."""
        return self.grid[0] * self.grid[1]

    def forward(self, inputs: Tensor, data_samples: list | None = None, mode: str = 'tensor') -> Any:
        """What mmengine's runner calls.

        Args:
            inputs: Clips (N, 3, T, H, W) or (N, views, 3, T, H, W), normalised.
            data_samples: Ignored: labels are not used.
            mode: ``loss`` for a dict with ``loss``, or ``tensor`` for the backbone's output for complete clips.

        Raises:
            InputError: For ``predict``.
        """
        clips = inputs.flatten(0, 1) if inputs.ndim == 6 else inputs
        if mode == 'loss':
            return dict(loss=self.loss(clips, self.draw_masks(clips)))
        if mode == 'tensor':
            return self.backbone(clips)
        raise InputError(
            'a MaskedVideoAutoencoder has no classes: fine-tune from its checkpoint (load_from) before testing'
        )

    def draw_masks(self, clips: Tensor) -> Tensor:
        """The patches that each of clips (N, 3, T, H, W) keeps, (N, K)."""
        return random_tubes(len(clips), self.num_patches, self.num_patches - self.num_masked, clips.device)

    def loss(self, clips: Tensor, keep: Tensor) -> Tensor:
        """The mean squared error of what is predicted of the masked tubelets.

        Args:
            clips: Normalised clips (N, 3, T, H, W).
            keep: Patches that the backbone sees (N, K), in ascending order.
        """
        predicted = self.predict_masked(clips, keep)
        with torch.no_grad():
            values = self.targets(clips)
            masked = other_tubes(keep, self.num_patches)
            target = keep_tubes(values.flatten(2), masked, self.num_frames).unflatten(2, values.shape[2:])
            if self.norm_pixels:
                mean, std = statistics(target)
                target = (target - mean) / std
        return F.mse_loss(predicted.float(), target.flatten(2))

    def predict_masked(self, clips: Tensor, keep: Tensor) -> Tensor:
        """What the decoder predicts for the masked tubelets, (N, F * M, values); arguments as for ``loss``.

        Raises:
            InputError: If the clips have another size than the backbone is made for.
        """
        self.check_size(clips)
        features = self.backbone(clips, keep)  # (N, C, F, 1, K)
        masked = other_tubes(keep, self.num_patches)
        predicted: Tensor = self.decoder(features.flatten(2).transpose(1, 2), keep, masked)
        return predicted

    @torch.no_grad()
    def reconstruct(self, clips: Tensor, keep: Tensor) -> Tensor:
        """Clips (N, 3, T, H, W) in [0, 1] whose masked tubelets are those that the decoder predicts.

        Predictions of normalised pixels are given the mean and standard deviation of the tubelet that they stand for.
        With ``target='motion'`` the clips are grey and show the motion. Arguments are those of ``loss``.
        """
        values = self.targets(clips)
        predicted = self.predict_masked(clips, keep).float().unflatten(2, values.shape[2:])
        masked = other_tubes(keep, self.num_patches)
        numbers = torch.arange(values.shape[1], device=values.device).expand(len(values), -1)[..., None]
        places = keep_tubes(numbers, masked, self.num_frames)[..., None].expand_as(predicted)
        if self.norm_pixels:
            mean, std = statistics(values.gather(1, places))
            predicted = predicted * std + mean
        values = values.scatter(1, places, predicted)
        maps = to_clips(values, self.tubelet_size, self.patch_size // self.cell, self.grid)
        maps = maps.repeat_interleave(self.cell, 3).repeat_interleave(self.cell, 4)
        return maps.expand(-1, 3, -1, -1, -1)

    def targets(self, clips: Tensor) -> Tensor:
        """What is predicted of each tubelet of normalised clips, in [0, 1]: (N, L, values of a channel, channels)."""
        clips = clips.float()
        if getattr(self.data_preprocessor, '_enable_normalize', False):
            mean, std = (getattr(self.data_preprocessor, name).view(3, 1, 1, 1) for name in ('mean', 'std'))
            clips = clips * std + mean
        clips = clips / WHITE
        maps = motion(clips) if self.target == 'motion' else clips
        return to_tubelets(maps, self.tubelet_size, self.patch_size // self.cell)

    def check_size(self, clips: Tensor) -> None:
        """Check that clips have the size that the decoder's positions are made for.

        Raises:
            InputError: If they have not.
        """
        num_frames, *size = clips.shape[2:]
        if tubelets_of(num_frames, self.tubelet_size) != self.num_frames or grid_of(size, self.patch_size) != self.grid:
            height, width = (side * self.patch_size for side in self.grid)
            raise InputError(
                f'MaskedVideoAutoencoder takes clips of {self.backbone.num_frames} frames of {height}x{width} pixels, '
                f'got {num_frames} frames of {"x".join(map(str, size))}: set num_frames and img_size of the backbone '
                'to clip_len and size in the pipeline'
            )


def build_encoder(settings: Mapping[str, Any]) -> Any:
    """Build the backbone of a masked autoencoder, whose output is a feature map.

    Raises:
        InputError: If it cannot leave out patches.
    """
    kind = MODELS.get(settings.get('type'))
    if not getattr(kind, 'keeps_tubes', False):
        raise InputError(
            'MaskedVideoAutoencoder needs a backbone that can leave out patches, such as VideoMAE, ViViT, TimeSformer '
            f'or Motionformer, not {str(settings.get("type")).rpartition(".")[2]}'
        )
    return MODELS.build(dict(settings, out_type='featmap'))


def check_decoder(settings: Mapping[str, Any], backbone: Any) -> None:
    """Check that a decoder is no deeper and no wider than a backbone.

    Raises:
        InputError: If it is, or if an argument is unknown.
    """
    unknown = [name for name in settings if name not in DECODER_ARGUMENTS]
    if unknown:
        raise InputError(
            f'unknown decoder.{unknown[0]} of MaskedVideoAutoencoder; choose from {", ".join(DECODER_ARGUMENTS)}'
        )
    limits = dict(num_layers=sum(backbone.stage_depths), embed_dims=backbone.embed_dims)
    for name, most in limits.items():
        value = settings[name]
        if not 1 <= value <= most:
            raise InputError(
                f'decoder.{name} of MaskedVideoAutoencoder must be from 1 to that of the backbone, {most}, got {value}'
            )
