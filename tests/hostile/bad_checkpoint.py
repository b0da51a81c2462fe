"""A bad checkpoint: how it is written, and where it must not be read."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

State = dict[str, Tensor]
EVERYWHERE, IN_A_MODEL, NOWHERE = 'everywhere', 'in a model', 'nowhere'


@dataclass(frozen=True)
class Bad:
    """A bad checkpoint.

    Args:
        name: What is bad.
        path: Its file or folder.
        make: Writes it, given the folder of the case, a good state dict and random numbers.
        fails: Where it must not be read: everywhere, where it is loaded into a model, or nowhere: either is right.
    """

    name: str
    path: str
    make: Callable[[Path, State, random.Random], None]
    fails: str = EVERYWHERE
