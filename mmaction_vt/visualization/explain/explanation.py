"""A video and the map of what a model looks at in it."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from ...errors import InputError
from ...models.heads import thresholds_of
from .maps import resize_maps
from .methods import clip_maps
from .model_input import prepare, read_view


class Explanation(NamedTuple):
    """A view of a video and its map, which ``mmaction_vt.show`` draws.

    Attributes:
        frames: The view in finer pixels, (T, H, W, 3) in RGB, uint8.
        maps: The map of each frame, (T, H, W), from 0 to 1.
        label: Name of the class.
        score: Its probability in this view.
        method: The method of the maps.
        fps: Frames per second that keep the video's own time.
    """

    frames: np.ndarray
    maps: np.ndarray
    label: str
    score: float
    method: str
    fps: float

    def __repr__(self) -> str:
        count, height, width = self.maps.shape
        size = f'{count} frames of {width} x {height} pixels'
        return f'Explanation({self.method}, {self.label} {self.score:.3f}, {size})'


def explain_video(
    model: Any,
    video: str | Path | np.ndarray,
    method: str = 'gradcam',
    category: int | str | None = None,
    layer: str | None = None,
    head: int | None = None,
    view: int | None = None,
    names: list[str] | None = None,
    timeout: float | None = None,
) -> Explanation:
    """Read a video with the test pipeline of a model's config, and compute a map of one of its views.

    Args:
        model: A recognizer with its config as ``cfg``, which is not changed.
        video: A path, or frames (T, H, W, 3) in RGB, uint8, which count as 30 per second.
        method: One of ``methods.METHODS``.
        category: The class, by index or name. Default: the predicted class.
        layer: As in ``clip_maps``.
        head: As in ``clip_maps``.
        view: The view, from 0. Default: the middle one.
        names: Names of the classes.
        timeout: Time limit for reading in seconds, 0 for none. Default: ``video_timeout()``.

    Raises:
        InputError: If the video cannot be read, or there is no such method, class, layer, head or view.
    """
    seen = read_view(model.cfg, video, view, timeout=timeout)
    result = clip_maps(model, prepare(model, seen.clip), method, layer, index_of_class(category, names), head)
    label, score = chosen_class(result.scores, result.categories, names, thresholds_of(model.cls_head) is not None)
    return Explanation(seen.frames, fit_maps(result.maps, seen.frames), label, score, method, seen.fps)


def fit_maps(maps: Tensor, frames: np.ndarray) -> np.ndarray:
    """The maps (1, T, H', W') of a clip, interpolated to its frames (T, H, W, 3)."""
    return resize_maps(maps.float(), frames.shape[:3])[0].cpu().numpy()


def chosen_class(
    scores: Tensor, categories: Tensor, names: list[str] | None, several: bool = False
) -> tuple[str, float]:
    """The name of the class of a clip (1,) and its probability by the logits (1, classes).

    Args:
        scores: The logits.
        categories: The class.
        names: Names of the classes.
        several: Whether a video has several labels, each with a probability of its own.
    """
    chosen = int(categories[0])
    probabilities = scores.float().sigmoid() if several else scores.float().softmax(1)
    return names[chosen] if names else f'class {chosen}', probabilities[0, chosen].item()


def index_of_class(name: int | str | None, names: list[str] | None) -> int | None:
    """The index of a class given by index or name; None stands for the predicted class.

    Raises:
        InputError: If it is a name and not one of the names; the message has a similar one.
    """
    if name is None or isinstance(name, int):
        return name
    if names is None:
        raise InputError(
            f'category {name!r} needs class names, and the model has none: give labels (--label-file) or an index'
        )
    if name in names:
        return names.index(name)
    close = get_close_matches(name, names, n=1)
    hint = f'did you mean {close[0]!r}?' if close else f'choose from {", ".join(names[:5])} ...'
    raise InputError(f'category {name!r} is not a class: {hint}')
