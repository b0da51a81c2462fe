"""The scores of sliding windows, equal to those of a test of the same frames."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmaction.structures import ActionDataSample
from torch import Tensor

from ..datasets.transforms.geometry import Geometry
from ..errors import InputError
from ..models.heads import CLASS
from .frame_store import FrameStore
from .tubelet_cache import Key, TubeletCache, tubelets_of_clip


class WindowScorer:
    """Scores of windows whose frames are given one after the other.

    Each frame is resized and cropped once, and each tubelet embedded once, however many windows contain it. What the
    embedding comprises is the backbone's ``tubelet_step``: in ViViT's factorised encoder the spatial transformer.

    Args:
        model: The ``backbone``, ``cls_head`` and ``data_preprocessor`` of a recognizer in evaluation mode.
        geometry: How frames are cropped.
        offsets: Frames that a test takes from a window, (clips, T), from 0.
        one_view: Whether only the middle view is used.
        reuse: Whether tubelets are kept for the windows that follow.
        dtype: Of mixed precision; None for none.

    Raises:
        InputError: If the clip cannot be cut into tubelets.
    """

    def __init__(
        self,
        model: Any,
        geometry: Geometry,
        offsets: np.ndarray,
        one_view: bool = False,
        reuse: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        self.model, self.offsets, self.one_view, self.dtype = model, offsets, one_view, dtype
        self.device = next(model.backbone.parameters()).device
        self.frames = FrameStore(geometry)
        self.size = int(getattr(model.backbone, 'tubelet_size', 1))
        if offsets.shape[1] % self.size:
            raise InputError(
                f'a clip of {offsets.shape[1]} frames cannot be cut into tubelets of {self.size}: see clip_len in the '
                'pipeline'
            )
        self.cache = TubeletCache(self._read, model.backbone.embed_tubelets) if reuse and self._has_steps() else None

    def _has_steps(self) -> bool:
        """Whether the backbone embeds tubelets on their own."""
        return hasattr(self.model.backbone, 'embed_tubelets') and not getattr(self.model, 'with_neck', False)

    def add(self, number: int, frame: np.ndarray) -> None:
        """Take a frame; arguments and errors are those of ``FrameStore.add``."""
        self.frames.add(number, frame)

    def cut(self, frame: np.ndarray) -> np.ndarray:
        """The crops of a frame, as ``FrameStore.cut`` returns them."""
        return self.frames.cut(frame)

    def keep(self, number: int, crops: np.ndarray) -> None:
        """Take the crops of a frame; arguments and errors are those of ``FrameStore.keep``."""
        self.frames.keep(number, crops)

    def drop_before(self, number: int) -> None:
        """Forget what no window needs that starts at a frame or after it."""
        self.frames.drop_before(number)
        if self.cache is not None:
            self.cache.drop_before(number)

    @torch.inference_mode()
    def score(self, starts: Sequence[int], offsets: np.ndarray | None = None) -> list[dict[str, Tensor]]:
        """The scores of windows, (classes,) of each classifier, averaged over the views.

        Args:
            starts: The first frame of each window.
            offsets: Frames that a test takes from these windows, if they have another length.

        Raises:
            InputError: If the memory of the device does not suffice.
        """
        taken = self.offsets if offsets is None else offsets
        windows = [self.frames.views(start + taken, self.one_view) for start in starts]
        try:
            with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
                features = self._features([view for window in windows for view in window])
                samples = [ActionDataSample() for _ in starts]
                results = self.model.cls_head.predict(features, samples)
        except torch.OutOfMemoryError as error:
            raise InputError(
                f'{self.device} is out of memory with {len(starts)} windows in a batch: use a smaller batch, one view '
                'or mixed precision'
            ) from error
        return [scores_by_task(result.pred_score) for result in results]

    def _features(self, views: list[tuple[int, list[int]]]) -> Tensor:
        """The backbone's output for views."""
        backbone = self.model.backbone
        if self.cache is not None:
            tubelets = self.cache.get([tubelets_of_clip(crop, frames, self.size) for crop, frames in views])
            return backbone.forward_tubelets(tubelets)
        features = backbone(self._normalise([self.frames.get(crop, frames) for crop, frames in views]))
        return self.model.neck(features)[0] if getattr(self.model, 'with_neck', False) else features

    def _read(self, tubelets: list[Key]) -> Tensor:
        return self._normalise([self.frames.get(key.crop, key.frames) for key in tubelets])

    def _normalise(self, clips: list[np.ndarray]) -> Tensor:
        """Clips (T, H, W, 3) in uint8 as the backbone sees them, (N, 3, T, H, W)."""
        inputs = [torch.from_numpy(clip).permute(3, 0, 1, 2)[None] for clip in clips]
        batch = self.model.data_preprocessor(dict(inputs=inputs, data_samples=None))
        return batch['inputs'].flatten(0, 1)


def scores_by_task(scores: Tensor | dict[str, Tensor]) -> dict[str, Tensor]:
    """Scores of a video in float32 on the CPU, by classifier."""
    by_task = scores if isinstance(scores, dict) else {CLASS: scores}
    return {task: values.float().cpu() for task, values in by_task.items()}
