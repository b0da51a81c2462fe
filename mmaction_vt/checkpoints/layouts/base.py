"""What a layout is: how it is recognised and how its keys become ours."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from ...errors import InputError

State = Mapping[str, Tensor]
Rules = list[tuple[str, str]]


@dataclass(frozen=True)
class Layout:
    """One published way to name the parameters of a model.

    Attributes:
        name: Whose layout it is, as messages say it.
        recognises: Whether a state dict has this layout.
        rules: For a state dict of this layout, patterns that match whole keys and what our key for them is.
        dropped: Patterns of keys that our models have no use for.
        prepare: What is done to a state dict before its keys are renamed.
        config: What the models of this layout are like where a file does not say.
    """

    name: str
    recognises: Callable[[State], bool]
    rules: Callable[[State], Rules]
    dropped: tuple[str, ...] = ()
    prepare: Callable[[State], State] | None = None
    config: Mapping[str, object] | None = None

    def rename(self, state: State) -> tuple[dict[str, Tensor], list[str]]:
        """A state dict in our names, and the keys that were dropped.

        Raises:
            InputError: If a key is neither renamed nor dropped, or two become one.
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
                raise InputError(f'two keys of the checkpoint ({self.name}) become {name}; one of them is {key}')
            renamed[name] = value
        if unknown:
            raise InputError(f'the checkpoint looks like {self.name}, where {list_keys(unknown)} has no place')
        return renamed, dropped


def list_keys(keys: list[str], most: int = 4) -> str:
    """The first keys of a list for a message, and how many more there are."""
    shown = ', '.join(keys[:most])
    return shown if len(keys) <= most else f'{shown} and {len(keys) - most} more'


def misfit(state: State, wanted: State) -> str:
    """What a state dict lacks, beside one that is wanted, and what it has too much; empty if the keys agree."""
    missing = [key for key in wanted if key not in state]
    left_over = [key for key in state if key not in wanted]
    parts = [f'it lacks {list_keys(missing)}'] if missing else []
    parts += [f'it has {list_keys(left_over)}, for which there is no place'] if left_over else []
    return '; '.join(parts)


def has(state: State, pattern: str) -> bool:
    """Whether some whole key matches."""
    return any(re.fullmatch(pattern, key) for key in state)


def dims_of(state: State, key: str) -> int:
    """Number of dimensions of a tensor, 0 if it is not there."""
    return state[key].ndim if key in state else 0
