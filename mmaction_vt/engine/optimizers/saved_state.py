"""Whether the saved state of an optimizer is of this optimizer, for these parameters.

``Optimizer.load_state_dict`` checks the number of parameters alone: a state of another shape fails at the next step,
and one of another optimizer is taken in silence.
"""

from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ...checkpoints.resumable import LARGEST_COUNT, is_count, is_number
from ...checkpoints.tensors import check_finite, fault_of_tensor, shown
from ...errors import InputError

LIKE_PARAMETER, NUMBER, OTHER = 'of the shape of its parameter', 'a number', 'of another shape'


def check_saved_state(saved: Any, optimizer: Optimizer, stepped: bool) -> None:
    """Check what an optimizer's ``state_dict`` returned before it is loaded into an optimizer.

    Args:
        saved: The state.
        optimizer: The optimizer.
        stepped: Whether the optimizer had made a step.

    Raises:
        InputError: If the groups are not as many or as large, settings are missing or no numbers, or the state of a
            parameter is missing, of another shape, or not finite.
    """
    if not (isinstance(saved, dict) and isinstance(saved.get('param_groups'), list)):
        raise InputError('its optimizer state has no list of param_groups')
    if not isinstance(saved.get('state'), dict):
        raise InputError('its optimizer state has no state of the parameters')
    indices = _check_groups(saved['param_groups'], optimizer.param_groups)
    parameters = [parameter for group in optimizer.param_groups for parameter in group['params']]
    inner = getattr(optimizer, 'optim', optimizer)  # of a ZeroRedundancyOptimizer
    kinds = _kinds_of_state(inner)
    states = {index: saved['state'][index] for index in indices if index in saved['state']}
    if stepped and kinds and not states and any(parameter.requires_grad for parameter in parameters):
        raise InputError(f'its optimizer state is empty; expected {", ".join(kinds)} of each parameter')
    for index, parameter in zip(indices, parameters, strict=True):
        if index in states:
            _check_state(states[index], f'parameter {index} in its optimizer state', parameter, kinds)


def _check_groups(saved: list, groups: list[dict[str, Any]]) -> list[int]:
    """Check the groups, and return the indices of their parameters."""
    if len(saved) != len(groups):
        raise InputError(f'its optimizer state has {len(saved)} parameter groups, the optimizer has {len(groups)}')
    indices: list[int] = []
    for number, (theirs, ours) in enumerate(zip(saved, groups, strict=True)):
        what = f'parameter group {number} of its optimizer state'
        members = theirs.get('params') if isinstance(theirs, dict) else None
        if not isinstance(members, list) or not all(is_count(index) for index in members):
            raise InputError(f'{what} has no list of parameters')
        if len(members) != len(ours['params']):
            raise InputError(f'{what} has {len(members)} parameters, the optimizer has {len(ours["params"])}')
        for key, value in ours.items():
            if key != 'params' and _is_setting(value) and not _is_setting(theirs.get(key)):
                raise InputError(f'{what} has {shown(theirs.get(key))} for {key}; expected a number as {value}')
        indices += members
    if indices != list(range(len(indices))):
        raise InputError('its optimizer state does not number the parameters from 0')
    return indices


def _is_setting(value: object) -> bool:
    """Whether a value of a group is a finite number, or several, such as a learning rate or betas."""
    if isinstance(value, (tuple, list)):
        return bool(value) and all(_is_setting(entry) for entry in value)
    if isinstance(value, Tensor):
        return value.numel() == 1 and bool(torch.isfinite(value).all())
    return is_number(value) and abs(value) < float('inf')  # type: ignore[arg-type]


def _kinds_of_state(optimizer: Optimizer) -> dict[str, str]:
    """The tensors that an optimizer keeps of a parameter after one step: of its shape, a number, or another."""
    parameter = nn.Parameter(torch.ones(2, 3))
    parameter.grad = torch.ones_like(parameter)
    try:
        accepted = signature(type(optimizer)).parameters
        options: dict[str, Any] = {key: value for key, value in optimizer.defaults.items() if key in accepted}
        probe = type(optimizer)([parameter], **options)
        probe.step()
    except (TypeError, ValueError, RuntimeError, NotImplementedError):  # one that takes other arguments is not checked
        return {}
    tensors = {key: value for key, value in probe.state[parameter].items() if isinstance(value, Tensor)}
    names = {parameter.shape: LIKE_PARAMETER, torch.Size(): NUMBER}
    return {key: names.get(value.shape, OTHER) for key, value in tensors.items()}


def _check_state(state: object, what: str, parameter: Tensor, kinds: dict[str, str]) -> None:
    if not isinstance(state, dict):
        raise InputError(f'{what} has a {type(state).__name__}; expected a dict')
    missing = [key for key in kinds if key not in state]
    if missing and OTHER not in kinds.values():  # with those it depends on the shape what is kept
        raise InputError(f'{what} has no {", ".join(missing)}')
    for key, value in state.items():
        is_one = is_number(value) or (isinstance(value, Tensor) and value.numel() == 1 and not value.is_meta)
        if kinds.get(key) == NUMBER and is_one and not 0 <= float(value) < LARGEST_COUNT:
            raise InputError(f'{shown(key)} of {what} is {float(value)}; expected a count')
        if not isinstance(value, Tensor):
            if key in kinds and not (kinds[key] == NUMBER and is_number(value)):
                raise InputError(f'{shown(key)} of {what} is {shown(value)}; expected a tensor')
            continue
        kind = kinds.get(key, OTHER)
        fault = fault_of_tensor(value, integers=kind == NUMBER)
        if fault:
            raise InputError(f'{shown(key)} of {what} {fault}')
        expected = {LIKE_PARAMETER: parameter.shape, NUMBER: torch.Size()}.get(kind, value.shape)
        if value.shape != expected and not (kind == NUMBER and value.numel() == 1):
            raise InputError(f'{shown(key)} of {what} has the shape {tuple(value.shape)}; expected {tuple(expected)}')
        check_finite({shown(key): value}, what)
