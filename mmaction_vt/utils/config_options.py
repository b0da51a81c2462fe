"""``--cfg-options KEY=VALUE``: each must change something that a program reads.

A config copies values: a loader has its own copy of ``test_pipeline``, and nothing reads ``test_pipeline`` itself. An
option that changes only what nothing reads is refused, and the message names the place that has the value.
"""

import re
from argparse import Action, ArgumentError, ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from inspect import signature
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from ..errors import InputError
from .config_files import describe_error
from .one_line import one_line

# What mmengine's runner, its subclasses and our programs read besides the arguments of the runner.
OTHER_KEYS = (
    'activation_checkpointing',
    'class_names',
    'compile',
    'compile_options',
    'custom_imports',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'model_wrapper_cfg',
    'runner_type',
    'strategy',
    'sync_bn',
    'window',
)
NOT_SETTINGS = ('self', 'cfg')
PIPELINE = 'test_pipeline'  # read by the programs that read single videos, and by no loader
LOADER_PIPELINE = 'test_dataloader.dataset.pipeline'
ELSEWHERE = {
    'custom_imports': 'modules are imported when the file is read: set it in the file',
    'launcher': 'set --launcher',
}
CHECKPOINT = 'the checkpoint is an argument of this program'
WITH_CHECKPOINT = {'load_from': CHECKPOINT, 'resume': CHECKPOINT}
BRACKET_ENDS = {'(': ')', '[': ']'}
BRACKETS = re.compile(r'[\[\](),]')
SHOWN = 5  # places that a message names


class ConfigOptions(DictAction):
    """mmengine's action for KEY=VALUE, which refuses what is neither, and takes only digits as numbers."""

    def __call__(
        self,
        parser: ArgumentParser,
        namespace: Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        given = [values] if isinstance(values, str) else list(values or ())
        for text in given:
            check_option(self, text)
        try:
            super().__call__(parser, namespace, given, option_string)
        except (AssertionError, ValueError, RecursionError) as error:
            raise ArgumentError(self, one_line(str(error))) from error
        options = getattr(namespace, self.dest)
        for text in given:  # int('2024_01') is 202401
            key, _, value = text.partition('=')
            if _is_odd_number(value):
                options[key] = value


def check_option(action: Action, text: str) -> None:
    """Check that an option is KEY=VALUE with a key that can be one.

    Raises:
        ArgumentError: If it is not.
    """
    key, equals, value = text.partition('=')
    if not equals or not key or any(not part or part != part.strip() for part in key.split('.')):
        raise ArgumentError(action, f'{one_line(text, 200)!r} is not KEY=VALUE, such as train_dataloader.batch_size=4')
    if not value:
        raise ArgumentError(action, f'{key} has no value: {key}=None unsets it, {key}="\'\'" is an empty text')
    if value[0] in '([' and value[-1] != BRACKET_ENDS[value[0]]:
        raise ArgumentError(action, f'{key} begins with {value[0]} and does not end with {BRACKET_ENDS[value[0]]}')
    elements = [element.strip() for element in BRACKETS.split(value)]
    odd = [element for element in elements if len(elements) > 1 and _is_odd_number(element)]
    if odd:
        raise ArgumentError(action, f'{odd[0]!r} in {key} is not a number: expected the digits 0 to 9')


def _is_odd_number(text: str) -> bool:
    """Whether Python reads a text as a number that has other characters than digits."""
    if text.isascii() and '_' not in text:
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


def apply_options(config: Config, options: Mapping[str, Any], use: str) -> None:
    """Change a config by the options of the command line.

    Args:
        config: The config, which is changed.
        options: Values by dotted keys.
        use: What for, as of ``read_config``: for ``model`` videos are read by ``test_pipeline`` instead of a loader.

    Raises:
        InputError: If an option sets an unknown key, or changes nothing that is read.
    """
    pipeline, live = use == 'model', live_keys(config)
    name = config.filename or 'the config'
    for key, value in options.items():
        check_known(config, key, value, live, name)
    for key in options:
        root = key.partition('.')[0]
        elsewhere = ELSEWHERE.get(root) or (WITH_CHECKPOINT.get(root) if use in ('test', 'model') else None)
        if elsewhere:
            raise InputError(f'--cfg-options {key} changes nothing: {elsewhere}')
        if is_live(config, key, live, pipeline):
            continue
        if key.startswith(LOADER_PIPELINE):
            places = [key.replace(LOADER_PIPELINE, PIPELINE, 1)]
            reason = 'this program reads videos by test_pipeline'
        else:
            places = places_of(config, key, live | {PIPELINE} if pipeline else live)
            reason = f'nothing reads {root}' + (', whose value was copied' if places else ' of the config')
        if not any(place in options for place in places):
            others = ', ...' if len(places) > SHOWN else ''
            hint = f'; set {", ".join(places[:SHOWN])}{others}' if places else ''
            raise InputError(f'--cfg-options {key} changes nothing: {reason}{hint}')
    try:
        config.merge_from_dict(dict(options))
    except (TypeError, KeyError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise InputError(f'--cfg-options cannot be applied to {name}: {describe_error(error)}') from error


def live_keys(config: Config) -> set[str]:
    """The keys at the root of a config that mmengine's runner or our programs read."""
    return {*signature(Runner.__init__).parameters, *OTHER_KEYS} - {*NOT_SETTINGS}


def check_known(config: Config, key: str, given: Any, live: set[str], name: str) -> None:
    """Check that the parts of a key exist in a config, but for the last, which may be an argument with a default.

    Raises:
        InputError: If one does not exist.
    """
    parts = key.split('.')
    if parts[0] not in config and parts[0] not in live:
        close = get_close_matches(parts[0], [*config, *live], n=1)
        hint = f' (did you mean {close[0]}?)' if close else ''
        raise InputError(f'unknown key {key} in --cfg-options: {name} has no {parts[0]}{hint}')
    value: Any = config
    for index, part in enumerate(parts):
        place = '.'.join(parts[:index])
        if isinstance(value, list):
            if not (part.isdecimal() and part.isascii() and int(part) < len(value)):
                accepted = f'from 0 to {len(value) - 1}' if value else 'but the list is empty'
                raise InputError(
                    f'unknown key {key} in --cfg-options: {place} is a list, so expected an index {accepted}'
                )
            value = value[int(part)]
            if index == len(parts) - 1 and isinstance(value, dict) and not isinstance(given, dict):
                raise InputError(f'--cfg-options {key} must be a dict, not {one_line(repr(given), 100)}: set its parts')
        elif isinstance(value, (dict, Config)):
            if part not in value:
                return
            value = value[part]
        else:
            shown = one_line(repr(value), 100)
            raise InputError(f'unknown key {key} in --cfg-options: {place} of {name} is {shown}, which has no parts')


def is_live(config: Config, key: str, live: set[str], pipeline: bool) -> bool:
    """Whether a program reads what an option sets."""
    root = key.partition('.')[0]
    if pipeline and root == PIPELINE:
        return True
    if pipeline and PIPELINE in config and f'{key}.'.startswith(f'{LOADER_PIPELINE}.'):
        return False
    return root in live or has_other_readers(config)


def has_other_readers(config: Config) -> bool:
    """Whether modules of others are loaded, which may read any key."""
    modules = (config.get('custom_imports') or {}).get('imports', ())
    modules = [modules] if isinstance(modules, str) else modules
    return any(str(module).partition('.')[0] not in ('mmaction_vt', 'mmaction', 'mmengine') for module in modules)


def places_of(config: Config, key: str, live: set[str]) -> list[str]:
    """The keys that are read and have the value of one that is not, those with the most similar name first."""
    parts = key.split('.')
    for length in range(1, len(parts) + 1):
        value: Any = config
        for part in parts[:length]:
            value = value[int(part)] if isinstance(value, list) else (value or {}).get(part)
        rest = ''.join(f'.{part}' for part in parts[length:])
        found = [
            f'{place}{rest}' for place, other in walk(config, live) if is_copy(value, other, parts[:length], place)
        ]
        if found:
            split = parts[0].partition('_')[0]
            return sorted(found, key=lambda place: not place.startswith(f'{split}_'))
    return []


def is_copy(value: Any, other: Any, parts: list[str], place: str) -> bool:
    """Whether a value is a copy of another; numbers and short texts are alike by chance unless they have one name."""
    if type(value) is not type(other) or value is None:
        return False
    named = place.rpartition('.')[2] == parts[-1]
    if isinstance(value, str) and len(value) > len('None'):
        return value == other or other.startswith(f'{value}/')
    large = isinstance(value, (dict, list)) and bool(value)
    return (named or large) and value == other


def walk(config: Config, roots: set[str]) -> Iterator[tuple[str, Any]]:
    """All places below some keys of a config, and their values."""
    stack = [(key, config[key]) for key in config if key in roots]
    while stack:
        place, value = stack.pop(0)
        yield place, value
        if isinstance(value, dict):
            stack += [(f'{place}.{key}', each) for key, each in value.items()]
        elif isinstance(value, (list, tuple)):
            stack += [(f'{place}.{index}', each) for index, each in enumerate(value)]
