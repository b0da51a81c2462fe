"""What a backbone computes of one tubelet alone, computed once for all windows that share the tubelet."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor

AT_ONCE = 32  # tubelets in one call of the backbone


class Key(NamedTuple):
    """A tubelet.

    Attributes:
        crop: The crop that it belongs to.
        frames: The numbers of its frames.
    """

    crop: int
    frames: tuple[int, ...]


class TubeletCache:
    """Tubelets that were embedded, by their frames.

    Args:
        read: The pixels of some tubelets, (M, 3, t, H, W), normalised.
        embed: What of clips (M, 3, t, H, W) depends on one tubelet alone, (M, 1, ...): the backbone's
            ``embed_tubelets``.

    Attributes:
        computed: Tubelets that were computed.
        used: Tubelets that windows consisted of.
    """

    def __init__(self, read: Callable[[list[Key]], Tensor], embed: Callable[[Tensor], Tensor]) -> None:
        self.read, self.embed = read, embed
        self.tubelets: dict[Key, Tensor] = {}
        self.computed = self.used = 0

    def get(self, clips: list[list[Key]]) -> Tensor:
        """The tubelets of clips, (N, F, ...).

        Args:
            clips: The tubelets of each clip.
        """
        keys = [key for clip in clips for key in clip]
        missing = [key for key in dict.fromkeys(keys) if key not in self.tubelets]
        for start in range(0, len(missing), AT_ONCE):
            part = missing[start : start + AT_ONCE]
            self.tubelets.update(zip(part, self.embed(self.read(part)).unbind(0), strict=True))
        self.computed += len(missing)
        self.used += len(keys)
        return torch.stack([torch.cat([self.tubelets[key] for key in clip]) for clip in clips])

    def drop_before(self, number: int) -> None:
        """Forget the tubelets with a frame before one."""
        for old in [key for key in self.tubelets if min(key.frames) < number]:
            del self.tubelets[old]


def tubelets_of_clip(crop: int, frames: Iterable[int], size: int) -> list[Key]:
    """The tubelets of a clip.

    Args:
        crop: The crop of the clip.
        frames: The numbers of its frames.
        size: Frames of a tubelet.
    """
    numbers = [int(number) for number in frames]
    return [Key(crop, tuple(numbers[start : start + size])) for start in range(0, len(numbers), size)]
