"""Resizing what a checkpoint for other frames or images has: position embeddings, and kernels that span frames."""

from math import isqrt
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..models.layers import resize_grid_embed, resize_joint_embed, resize_time_embed

TIME_EMBEDDINGS = ('time_embed', 'temp_embed')
# Kernels of DualFormer's global pyramid, which span several frames.
PYRAMID_KERNELS = ('.attn.sr.weight', '.attn.lr.3.weight')


def resize_to_model(state: dict[str, Tensor], model: nn.Module) -> list[str]:
    """Resize position embeddings and kernels to a recognizer's, in place, as its backbone does for a larger input.

    Args:
        state: Tensors by name, ``backbone.*`` among them.
        model: The recognizer.

    Returns:
        A sentence for each tensor that was resized.
    """
    backbone: Any = model.backbone
    done = [*_add_embeddings(state, backbone), *_resize_joint(state, backbone)]
    done += resize_kernels_in_time(state, model.state_dict(), 'backbone.')
    for name in ('pos_embed', *TIME_EMBEDDINGS):
        key = f'backbone.{name}'
        old, new = state.get(key), getattr(backbone, name, None)
        if old is None or new is None or old.shape == new.shape or old.shape[::2] != new.shape[::2]:
            continue
        if name == 'pos_embed':
            state[key] = resize_square_embed(old, backbone.grid, backbone.embed_resize_mode)
            side, (height, width) = isqrt(old.shape[1]), backbone.grid
            done.append(f'Resized {key} from {side}x{side} to {height}x{width} patches.')
        else:
            state[key] = resize_time_embed(old, new.shape[1])
            done.append(f'Resized {key} from {old.shape[1]} to {new.shape[1]} frames.')
    return done


def resize_square_embed(embed: Tensor, grid: tuple[int, int], mode: str) -> Tensor:
    """Resize a position embedding (1, 1 + side * side, C), the class token's first, to a grid.

    Raises:
        InputError: If the patches of the embedding are not a square grid.
    """
    patches = embed.shape[1] - 1
    side = isqrt(patches)
    if side * side != patches or not patches:
        raise InputError(
            f'pos_embed of the checkpoint has {patches} patches, which are no square grid, and the model expects '
            f'{grid[0]}x{grid[1]}: set img_size of the backbone to that of the checkpoint'
        )
    return resize_grid_embed(embed, (side, side), grid, mode)


def resize_kernels_in_time(state: dict[str, Tensor], expected: dict[str, Tensor], prefix: str = '') -> list[str]:
    """Make kernels of DualFormer's pyramid longer or shorter in time, in place, where one length divides the other.

    Weights are summed over neighbouring frames, or shared among them: a still clip gives the same as before.

    Args:
        state: A state dict.
        expected: The state dict of the model that it is for.
        prefix: What all keys start with.

    Returns:
        A sentence for each kernel that was resized.
    """
    done = []
    for key, kernel in state.items():
        if not (key.startswith(prefix) and key.endswith(PYRAMID_KERNELS) and key in expected):
            continue
        old, new = kernel.shape[2], expected[key].shape[2]
        if old == new or kernel.shape[3:] != expected[key].shape[3:] or max(old, new) % min(old, new):
            continue
        if new < old:
            state[key] = kernel.unflatten(2, (new, -1)).sum(3)
        else:
            state[key] = kernel.repeat_interleave(new // old, 2) / (new // old)
        done.append(f'Resized {key} from {old} to {new} frames.')
    return done


def _add_embeddings(state: dict[str, Tensor], backbone: Any) -> list[str]:
    """Add separate embeddings of space and time where the backbone has a joint one."""
    space = state.get('backbone.pos_embed')
    time_key = next((f'backbone.{name}' for name in TIME_EMBEDDINGS if f'backbone.{name}' in state), None)
    if not hasattr(backbone, 'st_embed') or space is None or time_key is None:
        return []
    if space.ndim != 3 or space.shape[::2] != state[time_key].shape[::2]:
        shapes = ' and '.join(str(tuple(state[key].shape)) for key in ('backbone.pos_embed', time_key))
        raise InputError(f'size mismatch of backbone.pos_embed and {time_key} in the checkpoint: {shapes}')
    del state['backbone.pos_embed']
    patches = space[:, None, 1:] + state.pop(time_key)[:, :, None]  # (1, T, P, C)
    state['backbone.st_embed'] = torch.cat((space[:, :1], patches.flatten(1, 2)), dim=1)
    return ['Added the space and the time embeddings: the model has a joint space-time embedding.']


def _resize_joint(state: dict[str, Tensor], backbone: Any) -> list[str]:
    """Resize a joint space-time embedding if its frames or its patches are as many as the backbone's."""
    key = 'backbone.st_embed'
    old, new = state.get(key), getattr(backbone, 'st_embed', None)
    if old is None or new is None or old.shape == new.shape or old.shape[2] != new.shape[2]:
        return []
    grid, extra = backbone.grid, int(hasattr(backbone, 'cls_token'))
    count, frames = old.shape[1] - extra, (new.shape[1] - extra) // (grid[0] * grid[1])
    side = isqrt(count // frames)
    if count == side * side * frames:
        old_sizes = (frames, side, side)
    elif count % (grid[0] * grid[1]) == 0:
        old_sizes = (count // (grid[0] * grid[1]), *grid)
    else:
        return []
    new_sizes = (frames, *grid)
    state[key] = resize_joint_embed(old, old_sizes, new_sizes, backbone.embed_resize_mode)
    got, expected = ('x'.join(map(str, sizes)) for sizes in (old_sizes, new_sizes))
    return [f'Resized {key} from {got} to {expected} frames and patches.']
