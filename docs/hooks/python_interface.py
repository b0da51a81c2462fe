"""The Python interface: everything that the package exports, from signatures and docstrings."""

from types import ModuleType

from registered_types import arguments_of, body, call, path_of

import mmaction_vt
from mmaction_vt import deployment, evaluation, visualization

MODULES = (mmaction_vt, visualization, deployment, evaluation)


def exported(module: ModuleType) -> dict[str, type]:
    """Functions and classes that a module exports, except those that an earlier one of ``MODULES`` exports."""
    before = MODULES[: MODULES.index(module)] if module in MODULES else ()
    known = {name for other in before for name in other.__all__}
    names = {name: getattr(module, name) for name in module.__all__ if name not in known}
    return {name: made for name, made in names.items() if callable(made)}


def page() -> str:
    """The page in Markdown."""
    parts = [
        '# Python interface',
        'The public functions and classes. Backbones, heads and other types for configs have pages of their own.',
    ]
    for module in MODULES:
        for name, made in exported(module).items():
            path = path_of(made)
            parts += [f'## {name}', f'`from {module.__name__} import {name}`, in [`{path}`]({path})']
            parts += [call(name, arguments_of(made, required='')), *body(made)]
    return '\n\n'.join(parts) + '\n'
