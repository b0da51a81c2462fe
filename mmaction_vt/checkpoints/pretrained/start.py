"""Starting a backbone from the weights of an image model or of another video model."""

from pathlib import Path
from typing import NamedTuple

from torch import Tensor, nn

from ...errors import InputError, check_one_of
from ..files import load_file
from ..layouts.base import check_shapes, fitting, key_mismatch
from ..read import backbone_of, convert, is_known, state_dict_of
from ..tensors import check_finite
from . import dualformer as image_dualformer
from . import layouts as image_layouts
from . import vit as image_vit
from .report import StartReport

ROTARY = 'VJEPA2'  # what it learned fits no model with other positions


class Source(NamedTuple):
    """What a backbone starts from.

    Attributes:
        state: Parameters without a prefix.
        left_out: Keys that were left out.
        backbone: The backbone that they are of, if the file says so.
    """

    state: dict[str, Tensor]
    left_out: list[str]
    backbone: str = ''


def read(path: str | Path) -> Source:
    """``source_of`` for a file or folder."""
    checkpoint = load_file(path)
    try:
        return source_of(checkpoint)
    except InputError as error:
        raise InputError(f'{path}: {error}') from error


def source_of(checkpoint: dict) -> Source:
    """Parameters of the backbone, without a prefix, of an image or video model in any layout, and keys left out."""
    state = state_dict_of(checkpoint)
    with fitting('an image model'):
        image_model = None if is_known(state) else image_layouts.to_timm(state)
    if image_model is not None:
        check_finite(image_model[0])
        return Source(*image_model)
    converted = convert(checkpoint)
    state = converted['state_dict']
    own = {key.removeprefix('backbone.'): value for key, value in state.items() if key.startswith('backbone.')}
    return Source(own, [key for key in state if not key.startswith('backbone.')], backbone_of(converted))


def fit_backbone(
    source: Source,
    backbone: nn.Module,
    inflate: str = 'average',
    temporal: str = 'copy',
    positions: str = 'bicubic',
    time_std: float | None = None,
) -> tuple[dict[str, Tensor], StartReport]:
    """A full state dict for a backbone from what ``read`` returned, and a report.

    Args:
        source: Parameters, and keys that were left out.
        backbone: The backbone.
        inflate: ``average`` or ``centre``: see ``pretrained.vit.fit_backbone``.
        temporal: ``copy``, ``zero``, ``keep`` or ``first_blocks``: likewise.
        positions: ``bicubic`` or ``nearest_1d``: likewise.
        time_std: A positive number or None: likewise.

    Raises:
        InputError: If the source does not fit, or an option is unknown.
    """
    check_one_of('inflate', inflate, image_vit.INFLATIONS)
    check_one_of('temporal', temporal, image_vit.TEMPORAL_STARTS)
    check_one_of('positions', positions, image_vit.POSITION_RESIZES)
    if time_std is not None and not time_std > 0:
        raise InputError(f'time_std must be a positive number or None, not {time_std}')
    state, left_out, of = source
    name = type(backbone).__name__
    if of and of != name and ROTARY in (of, name):
        raise InputError(
            f'a {name} cannot start from a {of}, whose tokens have other positions: give a file of a {name}'
        )
    with fitting(f'a start of this {type(backbone).__name__}'):
        return _fit(state, left_out, backbone, inflate, temporal, positions, time_std)


def _fit(
    state: dict[str, Tensor],
    left_out: list[str],
    backbone: nn.Module,
    inflate: str,
    temporal: str,
    positions: str,
    time_std: float | None,
) -> tuple[dict[str, Tensor], StartReport]:
    if hasattr(backbone, 'patch_embeds'):
        if (inflate, temporal, positions, time_std) != ('average', 'copy', 'bicubic', None):
            raise InputError(
                "a DualFormer starts as in its authors' code: omit inflate, temporal, positions and time_std"
            )
        fitted, report = image_dualformer.fit_backbone(state, backbone)
    else:
        fitted, report = image_vit.fit_backbone(state, backbone, inflate, temporal, positions, time_std)
    check(fitted, backbone)
    report.left_out = left_out + report.left_out
    return fitted, report


def check(fitted: dict[str, Tensor], backbone: nn.Module) -> None:
    """Check that a state dict has the keys and shapes of a backbone.

    Raises:
        InputError: If the source is of another model, or of another width, depth, patch or kernel size.
    """
    expected = backbone.state_dict()
    mismatch = key_mismatch(fitted, expected)
    if mismatch:
        raise InputError(f'this {type(backbone).__name__} cannot start from the checkpoint: {mismatch}')
    check_shapes(fitted, expected)
