"""A start for a backbone from the file of an image model or of another video model."""

from pathlib import Path

from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ..files import load_file
from ..layouts.base import misfit
from ..read import convert, is_known, state_dict_of
from . import dualformer as image_dualformer
from . import layouts as image_layouts
from . import vit as image_vit
from .report import StartReport

Source = tuple[dict[str, Tensor], list[str]]


def read(path: str | Path) -> Source:
    """``source_of`` a file or folder."""
    return source_of(load_file(path))


def source_of(checkpoint: dict) -> Source:
    """Backbone parameters, without a prefix, of an image model or of any layout of a video model, and what was left."""
    state = state_dict_of(checkpoint)
    image_model = None if is_known(state) else image_layouts.to_timm(state)
    if image_model is not None:
        return image_model
    state = convert(checkpoint)['state_dict']
    own = {key.removeprefix('backbone.'): value for key, value in state.items() if key.startswith('backbone.')}
    return own, [key for key in state if not key.startswith('backbone.')]


def fit_backbone(
    source: Source,
    backbone: nn.Module,
    inflate: str = 'average',
    temporal: str = 'copy',
    positions: str = 'bicubic',
    time_std: float | None = None,
) -> tuple[dict[str, Tensor], StartReport]:
    """A full state dict for a backbone from what ``read`` returned, and what was done.

    Args:
        source: Parameters and what was left out.
        backbone: The backbone.
        inflate: ``average`` or ``centre``: see ``image_vit.fit_backbone``.
        temporal: ``copy``, ``zero``, ``keep`` or ``first_blocks``: likewise.
        positions: ``bicubic`` or ``nearest_1d``: likewise.
        time_std: A positive number or None: likewise.

    Raises:
        InputError: If it does not fit, or an option is not one of these; the message says what.
    """
    check_one_of('inflate', inflate, image_vit.INFLATIONS)
    check_one_of('temporal', temporal, image_vit.TEMPORAL_STARTS)
    check_one_of('positions', positions, image_vit.POSITION_RESIZES)
    if time_std is not None and not time_std > 0:
        raise InputError(f'time_std is a positive number or None, not {time_std}')
    state, left_out = source
    if hasattr(backbone, 'patch_embeds'):
        if (inflate, temporal, positions, time_std) != ('average', 'copy', 'bicubic', None):
            raise InputError(
                'a DualFormer starts as its authors let it: omit inflate, temporal, positions and time_std'
            )
        fitted, report = image_dualformer.fit_backbone(state, backbone)
    else:
        fitted, report = image_vit.fit_backbone(state, backbone, inflate, temporal, positions, time_std)
    check(fitted, backbone)
    report.left_out = left_out + report.left_out
    return fitted, report


def check(fitted: dict[str, Tensor], backbone: nn.Module) -> None:
    """Refuse a state dict that is not one of a backbone, by its keys or its shapes.

    Raises:
        InputError: If the source is of another model, or of another width, depth, patch or kernel size.
    """
    wanted = backbone.state_dict()
    problem = misfit(fitted, wanted)
    if problem:
        raise InputError(f'not a start for this {type(backbone).__name__}: {problem}')
    for key, value in fitted.items():
        if value.shape != wanted[key].shape:
            raise InputError(f'{key} is {tuple(value.shape)} there and {tuple(wanted[key].shape)} in the config')
