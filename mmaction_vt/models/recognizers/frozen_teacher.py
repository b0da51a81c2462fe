"""A trained recognizer that labels tokens for another one."""

import copy
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from mmaction.models.heads import I3DHead
from mmengine.config import Config
from mmengine.runner import load_checkpoint
from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ...registry import MODELS
from ...utils.config import load_config, published_checkpoint
from ...utils.precision import without_autocast
from ..heads import TokenLabelHead
from ..losses import TokenLabels, common_grid, to_grid, top_token_labels


class FrozenTeacher:
    """A recognizer in evaluation mode whose parameters are not trained.

    It is no ``nn.Module``, so that it is not part of the student's parameters, state dict and training mode, and is not
    synchronised between processes. Copies of the student, such as an average of its weights, share it.

    Args:
        config: The teacher's config: a file, a model's name, a ``Config``, or a dict with ``model``. ``out_type`` of a
            backbone that has the option is set to ``featmap``.
        checkpoint: The teacher's weights, in any layout that ``read_checkpoint`` reads.
        dtype: Its precision; ``bfloat16`` and ``float16`` need half the memory of ``float32``.

    Raises:
        InputError: If config or checkpoint cannot be read or do not match, or ``dtype`` is unknown.
    """

    DTYPES = ('float32', 'bfloat16', 'float16')

    def __init__(self, config: str | Path | Config | dict, checkpoint: str, dtype: str = 'float32') -> None:
        check_one_of('dtype of a teacher', dtype, self.DTYPES)
        config = load_config(config)
        if 'model' not in config:
            raise InputError('the config of the teacher has no `model`')
        settings = copy.deepcopy(config.model)
        settings.backbone.init_cfg = None
        model = MODELS.build(settings)
        if hasattr(model.backbone, 'out_type'):
            model.backbone.out_type = 'featmap'
        try:
            load_checkpoint(model, published_checkpoint(checkpoint, config), map_location='cpu', strict=True)
        except InputError as error:
            raise InputError(f'the teacher cannot be loaded from {checkpoint}: {error}') from error
        self.model = model.eval().requires_grad_(False)
        self.dtype = getattr(torch, dtype)
        for part in (self.model.backbone, self.model.cls_head):  # mean and standard deviation keep float32
            part.to(self.dtype)

    def __deepcopy__(self, memo: dict) -> 'FrozenTeacher':
        return self

    @property
    def num_classes(self) -> int:
        return self.model.cls_head.num_classes

    @torch.no_grad()
    def token_logits(self, clips: Tensor, preprocessor: nn.Module | None = None) -> Tensor:
        """Logits (N, T', H', W', classes) of the tokens of clips (N, 3, T, H, W).

        Args:
            clips: Normalised clips.
            preprocessor: The data preprocessor that normalised them; if the teacher's has another mean and standard
                deviation, clips are normalised with those.

        Raises:
            InputError: If the teacher's backbone returns no feature map.
        """
        if next(self.model.parameters()).device != clips.device:
            self.model.to(clips.device)
        if preprocessor is not None:
            clips = renormalise(clips, preprocessor, self.model.data_preprocessor)
        with nullcontext() if self.dtype == torch.float32 else without_autocast(clips.device):
            return self.compute_logits(clips.to(self.dtype))

    def compute_logits(self, clips: Tensor) -> Tensor:
        """Logits as of ``token_logits``, of clips as the teacher's backbone takes them."""
        features = self.model.backbone(clips)
        if not isinstance(features, Tensor) or features.ndim != 5:
            raise InputError(
                f'{type(self.model.backbone).__name__} cannot label tokens: its features are not (N, C, T, H, W)'
            )
        head = self.model.cls_head
        if isinstance(head, TokenLabelHead):
            return head.token_scores(features).float()
        tokens = features.movedim(1, -1)
        # An I3DHead averages its input first: for single tokens the classifier alone is called.
        classify = head.fc_cls if isinstance(head, I3DHead) else head
        return classify(tokens.flatten(0, 3)).unflatten(0, tokens.shape[:4]).float()

    def label(
        self, clips: Tensor, grid: Sequence[int], num_top: int, preprocessor: nn.Module | None = None
    ) -> TokenLabels:
        """Labels for a student.

        Args:
            clips: Normalised clips (N, 3, T, H, W).
            grid: Frames, rows and columns of the student's tokens.
            num_top: Number of classes of each token.
            preprocessor: As for ``token_logits``.

        Returns:
            Labels on the student's grid, or with fewer frames.

        Raises:
            InputError: If the teacher's grid cannot be compared with the student's.
        """
        logits = self.token_logits(clips, preprocessor)
        return top_token_labels(to_grid(logits, common_grid(logits.shape[1:4], grid)), num_top)


def renormalise(clips: Tensor, source: nn.Module, target: nn.Module) -> Tensor:
    """Clips (N, 3, T, H, W) normalised by the data preprocessor ``source``, as ``target`` would normalise them."""
    statistics: list[Any] = [values for side in (source, target) for values in (side.mean, side.std)]
    old_mean, old_std, mean, std = (values.reshape(3, 1, 1, 1).to(clips) for values in statistics)
    if torch.equal(old_mean, mean) and torch.equal(old_std, std):
        return clips
    return (clips * old_std + (old_mean - mean)) / std
