"""A layout of a checkpoint: how it is recognised and how its keys are renamed to ours."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor

from ...errors import InputError

State = Mapping[str, Tensor]
Rules = list[tuple[str, str]]


@dataclass(frozen=True)
class Layout:
    """One published way to name the parameters of a model.

    Attributes:
        name: Whose layout it is, for messages.
        recognises: Whether a state dict has this layout.
        rules: For a state dict of this layout, patterns of complete keys, and what each becomes.
        dropped: Patterns of keys that our models do not use.
        prepare: A function that a state dict goes through before its keys are renamed.
        config: Settings of the models of this layout that a file may leave out.
        backbone: The only backbone that has this layout, where the keys alone do not tell it from others; or empty.
    """

    name: str
    recognises: Callable[[State], bool]
    rules: Callable[[State], Rules]
    dropped: tuple[str, ...] = ()
    prepare: Callable[[State], State] | None = None
    config: Mapping[str, object] | None = None
    backbone: str = ''

    def rename(self, state: State) -> tuple[dict[str, Tensor], list[str]]:
        """A state dict in our names, and the keys that were dropped.

        Raises:
            InputError: If a key is unexpected, or two become one.
        """
        rules = [(re.compile(pattern), ours) for pattern, ours in self.rules(state)]
        renamed, dropped, unknown = {}, [], []
        for key, value in (self.prepare(state) if self.prepare else state).items():
            if any(re.fullmatch(pattern, key) for pattern in self.dropped):
                dropped.append(key)
                continue
            match = next((found for pattern, ours in rules if (found := pattern.fullmatch(key))), None)
            if match is None:
                unknown.append(key)
                continue
            ours = next(ours for pattern, ours in rules if pattern is match.re)
            name = match.expand(ours)
            if name in renamed:
                raise InputError(f'two keys of the checkpoint ({self.name}) become {name}, among them {key}')
            renamed[name] = value
        if unknown:
            raise InputError(f'unexpected keys in {self.name}: {list_keys(unknown)}')
        return renamed, dropped


def list_keys(keys: list[str], most: int = 4) -> str:
    """The first keys of a list, and how many more there are, for a message."""
    shown = ', '.join(keys[:most])
    return shown if len(keys) <= most else f'{shown} and {len(keys) - most} more'


def key_mismatch(state: State, expected: State) -> str:
    """The missing and the unexpected keys of a state dict, in words; empty if it has the keys that are expected."""
    missing = [key for key in expected if key not in state]
    unexpected = [key for key in state if key not in expected]
    parts = [f'missing keys: {list_keys(missing)}'] if missing else []
    parts += [f'unexpected keys: {list_keys(unexpected)}'] if unexpected else []
    return '; '.join(parts)


def check_shapes(state: State, expected: State) -> None:
    """Check the shapes of a state dict whose keys are those that are expected.

    Raises:
        InputError: If one differs; the message names the first.
    """
    for key, value in state.items():
        if value.shape != expected[key].shape:
            raise InputError(
                f'size mismatch for {key}: {tuple(value.shape)} in the checkpoint, {tuple(expected[key].shape)} in the '
                'model; the config must have the sizes of the checkpoint'
            )


@contextmanager
def fitting(name: str) -> Iterator[None]:
    """Name shapes that cannot be computed with, such as those of tensors that are to be joined or resized.

    Args:
        name: Whose the shapes should be.

    Raises:
        InputError: Instead of what PyTorch raises.
    """
    try:
        yield
    except InputError:
        raise
    except (RuntimeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(f'the tensors do not have the shapes of {name} ({reason})') from error


def has(state: State, pattern: str) -> bool:
    """Whether a pattern matches a complete key."""
    return any(re.fullmatch(pattern, key) for key in state)


def dims_of(state: State, key: str) -> int:
    """Number of dimensions of a tensor, 0 if it is not there."""
    return state[key].ndim if key in state else 0
