"""Recipes as the tests of this folder read them."""

from copy import deepcopy
from functools import cache
from pathlib import Path

from mmengine.config import Config

from mmaction_vt.utils.config import load_config

RECIPES = Path(__file__).parents[2] / 'configs' / 'recognition'


def read(path: str | Path) -> Config:
    """A config that may be changed: each file is read once.

    Args:
        path: Of a recipe, such as ``vivit/vivit_b_16x2_kinetics400.py``, or absolute.
    """
    return deepcopy(_read(RECIPES / path))


@cache
def _read(path: Path) -> Config:
    return load_config(path)
