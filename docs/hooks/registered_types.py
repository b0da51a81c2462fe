"""The configuration reference: every type that a config can name, from signatures and docstrings."""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import mmaction_vt  # noqa: F401  registers everything
from mmaction_vt import registry

# Page, title, registry, and the prefix of the modules whose types are on the page.
GROUPS = (
    ('backbones', 'Backbones', registry.MODELS, 'mmaction_vt.models.backbones'),
    ('heads', 'Heads', registry.MODELS, 'mmaction_vt.models.heads'),
    ('recognizers', 'Recognizers', registry.MODELS, 'mmaction_vt.models.recognizers'),
    ('detectors', 'Detectors', registry.MODELS, 'mmaction_vt.models.detectors'),
    ('pretraining', 'Pre-training', registry.MODELS, 'mmaction_vt.models.pretraining'),
    ('losses', 'Losses', registry.MODELS, 'mmaction_vt.models.losses'),
    ('initializers', 'Initializers', registry.WEIGHT_INITIALIZERS, ''),
    ('datasets', 'Data sets', registry.DATASETS, ''),
    ('transforms', 'Transforms', registry.TRANSFORMS, ''),
    ('metrics', 'Metrics', registry.METRICS, ''),
    ('hooks', 'Hooks', registry.HOOKS, ''),
    ('loops', 'Loops', registry.LOOPS, ''),
    ('samplers', 'Samplers', registry.DATA_SAMPLERS, ''),
    ('log_processors', 'Log processors', registry.LOG_PROCESSORS, ''),
    ('optim_wrappers', 'Optimizer wrappers', registry.OPTIM_WRAPPERS, ''),
    ('constructors', 'Optimizer constructors', registry.OPTIM_WRAPPER_CONSTRUCTORS, ''),
    ('optimizers', 'Optimizers', registry.OPTIMIZERS, ''),
    ('model_wrappers', 'Model wrappers', registry.MODEL_WRAPPERS, ''),
)
ARGUMENTS = re.compile(r'Args(?: \((.+)\))?:')
SECTION = re.compile(r'(Args(?: \(.+\))?|Attributes|Raises|Returns|Example):')
EXAMPLE = 'Example'
PACKAGE = 'mmaction_vt'
CALL = '__call__'
ONE_LINE = 88  # characters of a call that stays on one line


@dataclass
class Documentation:
    """A docstring in parts.

    Attributes:
        text: Everything before the first section.
        sections: For each section (``Args``, ``Raises``, ...) its entries, or one without a name; of an example, its
            lines.
    """

    text: str
    sections: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, str]:
        """The description of each argument, by its name without ``*`` or ``**``."""
        found = {}
        for name, entries in self.sections.items():
            if ARGUMENTS.fullmatch(f'{name}:'):
                found |= {key.lstrip('*'): text for key, text in entries.items()}
        return found


def parse(docstring: str) -> Documentation:
    """Split a docstring into its parts."""
    lines = inspect.cleandoc(docstring).splitlines()
    starts = [index for index, line in enumerate(lines) if SECTION.fullmatch(line)]
    documentation = Documentation('\n'.join(lines[: starts[0]] if starts else lines).strip())
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=False):
        if lines[start] == f'{EXAMPLE}:':
            documentation.sections[EXAMPLE] = {'': textwrap.dedent('\n'.join(lines[start + 1 : end])).strip()}
            continue
        entries, name = {}, ''
        for line in lines[start + 1 : end]:
            match = re.fullmatch(r' {4}(\*{0,2}\w+): (.+)', line)
            if match:
                name = match[1]
                entries[name] = match[2]
            elif line.strip():
                entries[name] = f'{entries.get(name, "")} {line.strip()}'.strip()
        documentation.sections[lines[start].rstrip(':')] = entries
    return documentation


def types_of(group: tuple) -> dict[str, type]:
    """The registered types of one page by their names."""
    _, _, types, module = group
    types.import_from_location()
    own = {
        name: made for name, made in types.module_dict.items() if made.__module__.startswith(module or 'mmaction_vt')
    }
    return dict(sorted(own.items()))


def parameters_of(made: Callable) -> list[inspect.Parameter]:
    """The arguments of a type's ``__init__``, or of a function."""
    parameters = inspect.signature(made).parameters.values()
    return [parameter for parameter in parameters if parameter.name != 'self']


def undocumented(made: type) -> list[str]:
    """Arguments that a docstring does not describe."""
    if not made.__doc__:
        return ['everything']
    described = parse(made.__doc__).arguments
    return [parameter.name for parameter in parameters_of(made) if parameter.name not in described]


def page_of(group: tuple) -> str:
    """The page of one group in Markdown."""
    _, title, _, _ = group
    parts = [f'# {title}']
    for name, made in types_of(group).items():
        path = path_of(made)
        parts += [f'## {name}', f'`mmaction_vt.{name}` in [`{path}`]({path})', signature(name, made), *body(made)]
    return '\n\n'.join(parts) + '\n'


def path_of(made: Callable) -> str:
    """The file that defines a type or a function."""
    return made.__module__.replace('.', '/') + '.py'


def body(made: Callable) -> list[str]:
    """The docstring of a type or a function as paragraphs."""
    documentation = parse(made.__doc__)
    parts = [prose(documentation.text)]
    for section, entries in documentation.sections.items():
        parts.append(f'**{headline(section)}**')
        if ARGUMENTS.fullmatch(f'{section}:'):
            parts.append(table(entries, made))
        elif section == 'Attributes':
            parts.append(attribute_table(entries, made))
        elif section == EXAMPLE:
            parts.append(f'```python\n{as_code(entries[""])}\n```')
        elif set(entries) == {''}:
            parts.append(entries[''])
        else:
            parts.append('\n'.join(f'- `{key}`: {text}' for key, text in entries.items()))
    return parts


def methods(name: str, made: type) -> Iterator[str]:
    """The public methods that a class of this package has and describes, each with its signature and docstring."""
    for method, function in methods_of(made).items():
        yield f'### `{name}.{method}`'
        yield call(method, arguments_of(function, required=''))
        yield from body(function)


def methods_of(made: type) -> dict[str, Callable]:
    """Documented public methods of a class, and calls of it, also those that it inherits within this package."""
    found: dict[str, Callable] = {}
    for owner in getattr(made, '__mro__', ()):
        if owner.__module__.split('.')[0] != PACKAGE:
            continue
        for name, value in vars(owner).items():
            is_method = inspect.isfunction(value) or isinstance(value, (classmethod, staticmethod))
            if is_method and (name == CALL or not name.startswith('_')) and value.__doc__ and name not in found:
                found[name] = getattr(made, name)
    return found


def as_code(example: str) -> str:
    """A session of Python without prompts, its output as comments."""
    lines = []
    for line in example.splitlines():
        is_code = line.startswith(('>>> ', '... ')) or line == '...'
        lines.append(re.sub(r'\s*# doctest:.*', '', line[4:]) if is_code else f'# {line}'.rstrip())
    return '\n'.join(lines)


def headline(section: str) -> str:
    """The headline of a section."""
    within = ARGUMENTS.fullmatch(f'{section}:')
    if within is None:
        return section
    return f'Arguments, in {within[1].removeprefix("in ")}' if within[1] else 'Arguments'


def signature(name: str, made: type) -> str:
    """The type as a config names it, with the defaults of its arguments."""
    return call('dict', [f"    type='mmaction_vt.{name}',", *arguments_of(made, required='=...')])


def call(name: str, lines: list[str]) -> str:
    """A call as a code block; if it is long, with a line for each argument."""
    line = f'{name}({", ".join(line.strip().rstrip(",") for line in lines)})'
    if len(line) <= ONE_LINE:
        return f'```python\n{line}\n```'
    return '\n'.join(['```python', f'{name}(', *lines, ')', '```'])


def arguments_of(made: Callable, required: str) -> list[str]:
    """A line for each argument, with its default or a mark for required ones."""
    named = [p for p in parameters_of(made) if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [f'    {p.name}{required if p.default is p.empty else f"={p.default!r}"},' for p in named]


def table(entries: dict[str, str], made: Callable) -> str:
    """A table of the arguments, with their types if the signature has them."""
    types = {parameter.name: parameter for parameter in parameters_of(made)}
    rows = ['| argument | type | |', '| --- | --- | --- |']
    for key, text in entries.items():
        parameter = types.get(key.lstrip('*'))
        known = parameter is not None and parameter.annotation not in (parameter.empty, object)
        kind = shorten(inspect.formatannotation(parameter.annotation)) if known else ''
        rows.append(f'| `{key}` | {f"`{kind}`" if kind else ""} | {text} |')
    return '\n'.join(rows)


def attribute_table(entries: dict[str, str], made: type) -> str:
    """A table of the attributes of a class, with their types if the class has them."""
    types = {name: kind for owner in reversed(made.__mro__) for name, kind in inspect.get_annotations(owner).items()}
    rows = ['| attribute | type | |', '| --- | --- | --- |']
    for key, text in entries.items():
        kind = types.get(key)
        shown = f'`{shorten(inspect.formatannotation(kind))}`' if kind is not None else ''
        rows.append(f'| `{key}` | {shown} | {text} |')
    return '\n'.join(rows)


def shorten(annotation: str) -> str:
    """A type without the modules that its names are in."""
    return re.sub(r'\b(?:\w+\.)+(?=\w)', '', annotation)


def prose(text: str) -> str:
    """The text of a docstring as Markdown: lists begin after an empty line."""
    return re.sub(r'(?m)^(?!- |  )(.+)\n(?=- )', r'\1\n\n', text)
