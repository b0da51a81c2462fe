"""The Python interface: everything that the package exports, from signatures and docstrings."""

from types import ModuleType

from registered_types import GROUPS, arguments_of, body, call, methods, path_of, types_of

import mmaction_vt
from mmaction_vt import apis, datasets, deployment, evaluation, features, visualization

INTRODUCTION = """\
The public functions, and the classes with their methods. Backbones, heads and other types for configs have pages of
their own."""
MODULES = (mmaction_vt, apis, visualization, datasets, deployment, evaluation, features)


def exported(module: ModuleType) -> dict[str, type]:
    """Functions and classes that a module exports, except what an earlier one exports and what configs name."""
    before = MODULES[: MODULES.index(module)] if module in MODULES else ()
    known = {name for other in before for name in other.__all__}
    registered = {name for group in GROUPS for name in types_of(group)}
    names = {name: getattr(module, name) for name in module.__all__ if name not in known | registered}
    return {name: made for name, made in names.items() if callable(made)}


def page() -> str:
    """The page in Markdown."""
    parts = ['# Python interface', INTRODUCTION]
    for module in MODULES:
        for name, made in exported(module).items():
            path = path_of(made)
            parts += [f'## {name}', f'`from {module.__name__} import {name}`, in [`{path}`]({path})']
            parts += [call(name, arguments_of(made, required='')), *body(made), *methods(name, made)]
    return '\n\n'.join(parts) + '\n'
